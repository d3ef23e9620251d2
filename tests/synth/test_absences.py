"""What no stack of any configuration holds."""

import tempfile
from collections.abc import Callable, Iterator
from ipaddress import IPv4Network, ip_network
from pathlib import Path

import pytest

from egress.config.ranges import PRIVATE_RANGES
from tests.synth.conftest import Synthesis
from tests.synth.document_checks import (
    absolute_paths,
    empty_elements,
    loops_over_remote_outputs,
    nulls,
    secrets,
)
from tests.synth.synthesized_stack import Block
from tests.synth.variations import ROOT

VIPS = (IPv4Network("199.36.153.8/30"), IPv4Network("199.36.153.4/30"))


def test_only_the_gateway_nodes_may_reach_addresses_outside(every: Synthesis) -> None:
    firewall = every.stacks["foundation"].all("google_compute_firewall")

    wide = {
        name
        for name, rule in firewall.items()
        if rule["direction"] == "EGRESS"
        and rule.get("allow")
        and any(map(_outside, rule["destination_ranges"]))
    }

    if every.stacks["foundation"].all("google_compute_network_firewall_policy"):
        assert wide == set()  # there a firewall policy lets the gateway nodes out, host by host
        return
    assert wide == {"gateway-allow-egress-web"}
    (account,) = firewall["gateway-allow-egress-web"]["target_service_accounts"]
    assert account.startswith("sa-gateway-nodes@")


def test_no_ingress_is_open_to_the_internet(every: Synthesis) -> None:
    firewall = every.stacks["foundation"].all("google_compute_firewall")

    for name, rule in firewall.items():
        if rule["direction"] == "INGRESS":
            assert "0.0.0.0/0" not in rule["source_ranges"], name


def test_every_route_and_host_is_exported_to_named_namespaces(every: Synthesis) -> None:
    exported = every.stacks["egress"].of_kind("ServiceEntry", "VirtualService", "DestinationRule")

    for body in exported:
        export_to = body["spec"].get("exportTo")
        assert export_to, f"{_name(body)} has no exportTo, so every namespace sees it"
        assert not {"*", ".", "~"} & set(export_to), f"{_name(body)} is exported to {export_to}"


def test_no_list_holds_an_empty_element(every: Synthesis) -> None:
    assert _found(every, empty_elements) == {}


def test_every_network_policy_rule_says_with_whom(every: Synthesis) -> None:
    # Kubernetes reads a rule without peers as one for every address.
    for stack in every.stacks.values():
        for body in stack.of_kind("NetworkPolicy"):
            for direction, peers in (("egress", "to"), ("ingress", "from")):
                for rule in body["spec"].get(direction, []):
                    assert rule.get(peers), f"{_name(body)} has a rule of {direction} for everybody"


def test_nothing_is_null(every: Synthesis) -> None:
    assert _found(every, nulls) == {}


def test_no_path_of_this_machine_is_written(every: Synthesis) -> None:
    folders = (str(ROOT), str(every.out), str(Path.home()), tempfile.gettempdir())

    assert {
        name: found
        for name, stack in every.stacks.items()
        if (found := absolute_paths(stack.document, *folders))
    } == {}


def test_nothing_is_secret(every: Synthesis) -> None:
    assert _found(every, secrets) == {}


def test_no_loop_waits_for_another_stack(every: Synthesis) -> None:
    assert _found(every, loops_over_remote_outputs) == {}


def test_every_object_is_in_a_namespace_that_a_stack_creates(every: Synthesis) -> None:
    created = {
        body["metadata"]["name"] for stack in every.stacks.values() for body in stack.of_kind("Namespace")
    }

    for stack in every.stacks.values():
        for _, namespace, name in stack.objects:
            assert namespace in created | {""}, f"{stack.id}: {name} is in {namespace}, which nobody creates"
        for name, release in stack.all("helm_release").items():
            if name == "istio-cni":
                continue  # In kube-system: its test is in tests/synth/test_tenant_protection.py.
            assert release["namespace"] in created, f"{name} is in {release['namespace']}"


def test_every_namespace_that_an_object_names_exists(every: Synthesis) -> None:
    created = {
        body["metadata"]["name"] for stack in every.stacks.values() for body in stack.of_kind("Namespace")
    }

    for body in every.stacks["egress"].objects.values():
        for namespace in _named_namespaces(body):
            assert namespace in created | {"kube-system"}, f"{_name(body)} names {namespace}"


PLANTED: list[tuple[str, Block]] = [
    ("an empty rule", {"resource": {"kubernetes_network_policy_v1": {"p": {"spec": {"ingress": [{}]}}}}}),
    ("an empty manifest rule", {"resource": {"kubernetes_manifest": {"p": {"manifest": {"rules": [{}]}}}}}),
    ("an empty rule of a role", {"resource": {"kubernetes_role_v1": {"r": {"rule": [{}]}}}}),
    (
        "an API group that is null",
        {"resource": {"kubernetes_role_v1": {"r": {"rule": [{"api_groups": [None]}]}}}},
    ),
    ("an empty text among verbs", {"resource": {"kubernetes_role_v1": {"r": {"rule": [{"verbs": [""]}]}}}}),
    ("an empty text", {"resource": {"google_compute_firewall": {"p": {"source_ranges": [""]}}}}),
]


@pytest.mark.parametrize(("what", "document"), PLANTED)
def test_an_empty_element_would_be_found(what: str, document: Block) -> None:
    assert empty_elements(document), what


def test_the_core_api_group_is_no_empty_element() -> None:
    assert not empty_elements({"resource": {"kubernetes_role_v1": {"r": {"rule": [{"api_groups": [""]}]}}}})
    assert not empty_elements(
        {"resource": {"kubernetes_manifest": {"m": {"manifest": {"rules": [{"apiGroups": [""]}]}}}}}
    )


def test_a_key_of_cloud_kms_is_no_secret_and_what_it_encrypts_is() -> None:
    assert not secrets({"resource": {"google_kms_crypto_key": {"k": {"rotation_period": "7776000s"}}}})
    assert secrets({"resource": {"google_kms_secret_ciphertext": {"c": {"plaintext": "x"}}}})
    assert secrets({"resource": {"google_apikeys_key": {"k": {"name": "x"}}}})


def test_a_null_a_path_a_secret_and_a_loop_would_be_found() -> None:
    state = {"terraform": {"backend": {"local": {"path": "/srv/state/mesh.tfstate"}}}}
    loop = {"resource": {"t": {"n": {"for_each": "${data.terraform_remote_state.x.outputs.y}"}}}}

    assert nulls({"resource": {"kubernetes_manifest": {"m": {"manifest": {"spec": {"a": [{"b": None}]}}}}}})
    assert absolute_paths(state)
    assert absolute_paths({"resource": {"t": {"n": {"path": "see /home/somebody/x"}}}}, "/home/somebody")
    assert secrets({"provider": {"kubernetes": [{"token": "x"}]}})
    assert secrets({"resource": {"google_service_account_key": {"n": {"service_account_id": "x"}}}})
    assert secrets({"data": {"google_client_config": {"n": {}}}})
    assert loops_over_remote_outputs(loop)


def _found(every: Synthesis, check: Callable[[Block], list[str]]) -> dict[str, list[str]]:
    return {name: found for name, stack in every.stacks.items() if (found := check(stack.document))}


def _outside(cidr: str) -> bool:
    network = ip_network(cidr)
    return not any(network.subnet_of(inside) for inside in (*PRIVATE_RANGES, *VIPS))  # type: ignore[arg-type]


def _name(body: Block) -> str:
    return f"{body['kind']} {body['metadata']['name']}"


def _named_namespaces(body: Block) -> Iterator[str]:
    spec = body.get("spec", {})
    yield from spec.get("exportTo", [])
    if body["kind"] == "Sidecar":
        for listener in spec["egress"]:
            yield from (host.partition("/")[0] for host in listener["hosts"])
    if body["kind"] == "AuthorizationPolicy":
        for rule in spec.get("rules", []):
            for source in rule.get("from", []):
                yield from source["source"].get("namespaces", [])
                yield from (
                    principal.split("/")[2]
                    for principal in source["source"].get("principals", [])
                    if principal != "*"
                )
    if body["kind"] == "NetworkPolicy":
        peers = [peer for rule in spec.get("egress", []) for peer in rule["to"]]
        peers += [peer for rule in spec.get("ingress", []) for peer in rule["from"]]
        for peer in peers:
            labels = peer.get("namespaceSelector", {}).get("matchLabels", {})
            yield from (labels[key] for key in labels if key == "kubernetes.io/metadata.name")
