"""What the proof takes from the stacks' objects."""

from typing import Any

import pytest

from egress.proof.cluster.deployment import Deployed
from egress.proof.cluster.objects import Addressed
from egress.proof.errors import ProofError
from tests.unit.proof.builders import vpc


def of(kind: str, name: str, **parts: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": "n"}, **parts}


def istiod(image: str = "pilot:1") -> dict[str, Any]:
    template = {"metadata": {"labels": {"app": "istiod"}}, "spec": {"containers": [{"image": image}]}}
    return of("Deployment", "istiod", spec={"replicas": 2, "template": template})


def client(image: str = "client:1") -> dict[str, Any]:
    template = {"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [{"image": image}]}}
    return of("Deployment", "client", spec={"template": template})


def injector(values: str = "{}") -> dict[str, Any]:
    return of("ConfigMap", "istio-sidecar-injector-1-31-1", data={"values": values})


def deployed(*objects: dict[str, Any]) -> Deployed:
    return Deployed(vpc=vpc(), objects=tuple(Addressed(address="mesh", object=item) for item in objects))


STATE = deployed(istiod(), client(), injector(), of("ConfigMap", "istio", data={"mesh": "{}"}))


def test_one_istiod_runs_and_the_others_are_no_proxies() -> None:
    assert STATE.control_plane.name == "istiod-0"
    assert [request.name for request in STATE.workloads] == ["istiod-0", "istiod-1", "client-0"]
    assert [request.name for request in STATE.beside_istiod] == ["client-0"]


@pytest.mark.parametrize(
    ("after", "anew"),
    [
        (deployed(istiod("pilot:2"), client(), injector()), True),
        (deployed(istiod(), client(), injector("{cni: {}}")), True),
        (deployed(istiod(), client("client:2"), injector()), False),
        (deployed(istiod(), injector(), of("ConfigMap", "istio", data={"mesh": "{a: b}"})), False),
    ],
)
def test_another_istiod_or_injector_gives_new_pods_something_else(after: Deployed, anew: bool) -> None:
    assert (after.injection != STATE.injection) is anew


@pytest.mark.parametrize(
    "kind", ["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "Namespace"]
)
def test_what_judges_pods_is_told_apart_from_the_rest(kind: str) -> None:
    before, after = deployed(of(kind, "a", spec={"a": 1})), deployed(of(kind, "a", spec={"a": 2}))
    assert before.admission != after.admission
    assert before.admission == deployed(client(), of(kind, "a", spec={"a": 1})).admission


def test_without_an_istiod_nothing_can_run() -> None:
    with pytest.raises(ProofError, match="install no istiod"):
        _ = deployed(client()).control_plane
