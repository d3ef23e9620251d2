"""Identities and requests follow from the objects."""

from typing import Any

from egress.proof.asking.identities import identities, teams
from egress.proof.asking.matrix import UNKNOWN_HOST, hosts, rows
from egress.proof.cluster.deployment import Deployed
from egress.proof.cluster.objects import Addressed
from tests.unit.proof.builders import vpc


def item(kind: str, name: str, namespace: str = "", **rest: Any) -> Addressed:
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    return Addressed(
        address=f"egress: {name}", object={"apiVersion": "v1", "kind": kind, "metadata": metadata, **rest}
    )


def deployment(name: str, namespace: str, account: str, **template: Any) -> Addressed:
    metadata = {"labels": template.get("labels", {}), "annotations": template.get("annotations", {})}
    pod = {"metadata": metadata, "spec": {"serviceAccountName": account, "containers": []}}
    return item("Deployment", name, namespace, spec={"template": pod})


POLICY = {
    "rules": [
        {
            "from": [{"source": {"principals": ["cluster.local/ns/team-x/sa/granted"]}}],
            "to": [{"operation": {"hosts": ["example.com"], "paths": ["/status/418"], "methods": ["PUT"]}}],
        }
    ]
}
GATEWAY_PORTS = [{"port": 80, "targetPort": 8080}, {"port": 15021, "targetPort": 15021}]
STACKS = Deployed(
    vpc=vpc(),
    objects=(
        *(item("Namespace", name) for name in ("istio-system", "istio-egress", "team-x", "team-y")),
        deployment("istiod", "istio-system", "istiod", labels={"app": "istiod"}),
        deployment("gw", "istio-egress", "gw", annotations={"inject.istio.io/templates": "gateway"}),
        deployment("test", "team-x", "test"),
        item("ServiceEntry", "e", "istio-egress", spec={"hosts": ["example.com", "*.wild.example"]}),
        item("AuthorizationPolicy", "p", "istio-egress", spec=POLICY),
        item("Gateway", "g", "istio-egress", spec={"selector": {"istio": "egressgateway"}}),
        item(
            "Service",
            "gw",
            "istio-egress",
            spec={"selector": {"istio": "egressgateway"}, "ports": GATEWAY_PORTS},
        ),
    ),
)


def asked(identity: str) -> set[str]:
    return {str(row.request) for row in rows(STACKS, identities(STACKS)) if row.identity == identity}


def test_teams_are_the_namespaces_without_control_plane_or_gateway() -> None:
    assert teams(STACKS) == ["team-x", "team-y"]


def test_every_workload_and_granted_account_asks_and_so_do_outsiders() -> None:
    assert [identity.name for identity in identities(STACKS)] == [
        "team-x/test",
        "team-x/granted",
        "team-x/proof-other",
        "team-x/unmeshed",
        "team-y/proof-other",
        "team-y/unmeshed",
        "team-y/intruder",
    ]


def test_outsiders_have_no_sidecar() -> None:
    found = {identity.name: identity for identity in identities(STACKS)}

    assert not found["team-x/unmeshed"].meshed
    assert not found["team-y/intruder"].meshed
    assert found["team-x/proof-other"].meshed


def test_wildcard_hosts_cannot_be_asked_for() -> None:
    assert hosts(STACKS) == ["example.com"]


def test_every_host_is_asked_for_in_both_schemes_and_so_is_one_that_nobody_may_reach() -> None:
    for host in ("example.com", UNKNOWN_HOST):
        assert {f"GET http://{host}/", f"GET https://{host}/"} <= asked("team-x/test")


def test_granted_and_other_paths_and_methods_are_asked_for() -> None:
    assert {
        "GET http://example.com/status/418",
        "GET http://example.com/not-granted",
        "PUT http://example.com/",
        "POST http://example.com/",
        "GET http://example.com/ Host: example.com:80",
    } <= asked("team-y/proof-other")


def test_the_gateway_is_asked_directly_at_the_ports_it_serves() -> None:
    found = asked("team-x/unmeshed")

    assert {
        "GET http://example.com/ to gateway-pod:8080",
        "GET http://example.com/ to gateway-service:80",
    } <= found
    assert not any(":15021" in request for request in found)


def test_a_meshed_identity_also_evades_its_sidecar() -> None:
    assert "GET https://example.com/ past the sidecar" in asked("team-x/test")
    assert not any("past the sidecar" in request for request in asked("team-x/unmeshed"))


def test_the_other_teams_pods_and_the_metadata_server_are_asked() -> None:
    found = asked("team-y/unmeshed")

    assert "GET http://application/ to team-x/test-0:80" in found
    assert "GET http://169.254.169.254/computeMetadata/v1/" in found


def test_the_intruder_forges_names_with_its_own_certificate() -> None:
    found = asked("team-y/intruder")

    assert "GET http://example.com/ to gateway-pod:8080 with mesh certificate sni example.com" in found
    assert all("gateway-pod" in request for request in found)
