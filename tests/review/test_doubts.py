"""What is not understood is named once, and leaves open exactly the answers that it can touch."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from egress.review.answer import Answer, Verdict
from egress.review.cluster import Cluster
from egress.review.decision.control import Control
from egress.review.errors import ReviewError
from egress.review.inputs.reading import read
from egress.review.inputs.resources import ResolvedResource, inventory_of
from egress.review.inventory import Inventory
from egress.review.path.evaluation import evaluate
from egress.review.request import parse_request
from tests.builders.states import X, Y
from tests.review.reviewed import State, tutorial

HTTP, HTTPS, OTHER = "http://example.com/", "https://example.com/", "http://httpbin.org/"


def inventory(state: State, folder: Path, *more: Mapping[str, Any]) -> Inventory:
    documents = [*state.objects.values(), *more]
    (folder / "state.yaml").write_text(yaml.safe_dump_all(documents))
    return read([folder])


def answer(found: Inventory, source: str, url: str) -> Answer:
    return evaluate(Cluster(found), parse_request(source=source, url=url))


def verdicts(found: Inventory) -> dict[tuple[str, str], str]:
    return {
        (source, url): str(answer(found, source, url).verdict)
        for source in (X, Y)
        for url in (HTTP, HTTPS, OTHER)
    }


def decided_by(control: Control, found: Inventory) -> dict[tuple[str, str], str]:
    """The cells that a control decides."""
    asked = {cell: answer(found, *cell) for cell in ALL}
    return {
        cell: str(one.verdict)
        for cell, one in asked.items()
        if one.decisive and one.decisive.control is control
    }


def opened(state: State, folder: Path, *more: Mapping[str, Any]) -> set[tuple[str, str]]:
    """The cells that become unknown by further objects; no other may change."""
    before = verdicts(inventory(state, folder))
    after = verdicts(inventory(state, folder, *more))
    changed = {cell for cell in before if before[cell] != after[cell]}
    assert all(after[cell] == "unknown" for cell in changed)
    return changed


def item(group: str, kind: str, namespace: str, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": group,
        "kind": kind,
        "metadata": {"name": "odd", "namespace": namespace},
        "spec": spec,
    }


ISTIO, SECURITY = "networking.istio.io/v1", "security.istio.io/v1"
PATCH = {"configPatches": [{"applyTo": "CLUSTER", "patch": {"operation": "REMOVE"}}]}
STATS = {"configPatches": [{"patch": {"operation": "INSERT_BEFORE", "value": {"name": "istio.stats"}}}]}
ALL = {(source, url) for source in (X, Y) for url in (HTTP, HTTPS, OTHER)}
OF_X = {cell for cell in ALL if cell[0] == X}


@pytest.mark.parametrize(
    ("object_", "touched"),
    [
        (item(ISTIO, "EnvoyFilter", "istio-system", **PATCH), ALL),
        (item(ISTIO, "EnvoyFilter", "istio-system", configPatches=[]), set()),
        (item(ISTIO, "EnvoyFilter", "istio-system", **STATS), set()),
        (item(ISTIO, "EnvoyFilter", "team-x", **PATCH), OF_X),
        (item(ISTIO, "EnvoyFilter", "team-x", workloadSelector={"labels": {"app": "no"}}, **PATCH), set()),
        (item("extensions.istio.io/v1alpha1", "WasmPlugin", "team-x", url="oci://any"), OF_X),
        (item(ISTIO, "VirtualService", "team-x", hosts=["other.example"], http=[{"odd": 1}]), set()),
        (
            item(ISTIO, "VirtualService", "team-x", hosts=["example.com"], exportTo=["."], http=[{"odd": 1}]),
            {(X, HTTP)},
        ),
        (item(ISTIO, "VirtualService", "team-x", hosts=["*.com"], gateways=["in"], http=[{"odd": 1}]), set()),
        (item(ISTIO, "Sidecar", "team-x", workloadSelector={"odd": {"app": "no"}}), OF_X),
        (
            item(ISTIO, "Sidecar", "team-x", workloadSelector={"labels": {"app": "no"}}, egress=[{"odd": 1}]),
            set(),
        ),
        (item("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", ""), ALL),
        (
            item(
                "policy.networking.k8s.io/v1alpha1",
                "AdminNetworkPolicy",
                "",
                subject={"namespaces": {"matchLabels": {"kubernetes.io/metadata.name": "team-x"}}},
            ),
            OF_X,
        ),
        (item("cilium.io/v2", "CiliumNetworkPolicy", "team-x", endpointSelector={}), OF_X),
        (item("gateway.networking.k8s.io/v1", "HTTPRoute", "team-x", parentRefs=[{"name": "in"}]), set()),
        (item("networking.gke.io/v1", "ManagedCertificate", "team-x"), set()),
        (item("networking.gke.io/v1", "NeverHeardOf", "team-x"), ALL),
    ],
)
def test_an_object_touches_what_it_can_and_nothing_else(
    object_: dict[str, Any], touched: set[tuple[str, str]], tmp_path: Path
) -> None:
    assert opened(tutorial("3-second-team"), tmp_path, object_) == touched


def test_a_policy_that_may_allow_opens_only_what_no_other_decides(tmp_path: Path) -> None:
    state = tutorial("4-policies")
    odd = item(SECURITY, "AuthorizationPolicy", "istio-egress", rules=[{"odd": 1}])
    by_policy = decided_by(Control.AUTHORIZATION_POLICY, inventory(state, tmp_path))

    assert set(by_policy.values()) == {"allowed", "refused"}
    assert opened(state, tmp_path, odd) == {
        cell for cell, verdict in by_policy.items() if verdict == "refused"
    }


def test_a_policy_that_can_only_refuse_opens_no_refusal(tmp_path: Path) -> None:
    state = tutorial("4-policies")
    odd = item(SECURITY, "AuthorizationPolicy", "istio-egress", action="CUSTOM", provider={"name": "any"})
    odd["spec"].pop("provider")
    by_policy = decided_by(Control.AUTHORIZATION_POLICY, inventory(state, tmp_path))

    assert opened(state, tmp_path, odd) == {
        cell for cell, verdict in by_policy.items() if verdict == "allowed"
    }


def test_an_answer_names_each_object_and_field_that_leaves_it_open(tmp_path: Path) -> None:
    odd = item(ISTIO, "EnvoyFilter", "team-x", **PATCH)
    found = answer(inventory(tutorial("3-second-team"), tmp_path, odd), X, HTTP)

    assert found.decisive is not None
    (cause,) = found.decisive.causes
    assert cause.address is not None
    assert cause.address.endswith("state.yaml: EnvoyFilter team-x/odd")
    assert cause.field == f"the kind EnvoyFilter of {ISTIO} is not modelled"


def test_a_strict_review_stops_at_what_another_leaves_open(tmp_path: Path) -> None:
    inventory(tutorial("3-second-team"), tmp_path, item(ISTIO, "EnvoyFilter", "team-x", **PATCH))
    with pytest.raises(ReviewError, match="EnvoyFilter team-x/odd: the kind EnvoyFilter"):
        read([tmp_path], strict=True)


ALLOW_ALL = item(SECURITY, "AuthorizationPolicy", "istio-egress", rules=[{}])
CARRIERS: Mapping[str, dict[str, Any]] = {
    "kustomization_resource": {"manifest": "no object"},
    "argocd_application": {},
    "flux_bootstrap_git": {},
    "kubectl_path_documents": {},
    "never_heard_of": {},
    "helm_release": {"name": "any", "chart": "never-heard-of"},
}


def of_terraform(state: State, *more: ResolvedResource) -> Inventory:
    objects = [
        ResolvedResource(address=f"a.{n}", type="kubernetes_manifest", body={"manifest": document})
        for n, document in enumerate(state.objects.values())
    ]
    return inventory_of([*objects, *more], "test")


@pytest.mark.parametrize("type_", CARRIERS)
def test_no_refusal_stands_beside_a_resource_that_can_carry_an_object(type_: str) -> None:
    state = tutorial("4-policies")
    assert "refused" in verdicts(of_terraform(state)).values()

    carrier = ResolvedResource(address="a.carrier", type=type_, body=CARRIERS[type_])
    found = of_terraform(state, carrier)

    assert set(verdicts(found).values()) == {"unknown"}
    assert [line for line in found.not_understood if line.startswith("a.carrier: ")]


def test_a_carrier_whose_text_is_readable_is_read() -> None:
    state = tutorial("4-policies")
    body = {"yaml_body": yaml.safe_dump(ALLOW_ALL)}
    found = of_terraform(state, ResolvedResource(address="a.b", type="kubectl_manifest", body=body))

    assert found.not_understood == ()
    assert answer(of_terraform(state), Y, OTHER).verdict is Verdict.REFUSED
    assert answer(found, Y, OTHER).verdict is Verdict.ALLOWED


def test_a_doubt_past_a_refusal_touches_nothing(tmp_path: Path) -> None:
    """The request never reaches the gateway, whatever a filter does there."""
    only = item(
        ISTIO,
        "Sidecar",
        "team-x",
        egress=[{"hosts": ["./*"]}],
        outboundTrafficPolicy={"mode": "REGISTRY_ONLY"},
    )
    only["metadata"]["name"] = "default"
    state = tutorial("3-second-team").apply(only)
    assert answer(inventory(state, tmp_path), X, HTTP).verdict is Verdict.REFUSED

    odd = item(ISTIO, "EnvoyFilter", "istio-egress", **PATCH)
    assert answer(inventory(state, tmp_path, odd), X, HTTP).verdict is Verdict.REFUSED
