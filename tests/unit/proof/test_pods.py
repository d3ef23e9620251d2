"""Pods from Deployments, and the redirect of their sidecars."""

from typing import Any

import pytest

from egress.proof.cluster.deployment import Deployed
from egress.proof.cluster.envoy import bootstrap, node_id
from egress.proof.cluster.objects import Addressed
from egress.proof.cluster.pods import Pod, redirection
from egress.proof.errors import ProofError
from egress.proof.network.namespaces import NetworkNamespace
from egress.proof.network.nodes import PlacedNode
from tests.unit.proof.builders import pool, vpc

INIT = [
    "istio-iptables",
    "-p",
    "15001",
    "-z",
    "15006",
    "-u",
    "1337",
    "-m",
    "REDIRECT",
    "-i",
    "*",
    "-x",
    "",
    "-b",
    "*",
]


def pod(init: list[str] | None = None, proxy: dict[str, Any] | None = None) -> Pod:
    spec: dict[str, Any] = {"serviceAccountName": "test", "containers": [proxy or {"name": "main"}]}
    if init is not None:
        spec["initContainers"] = [{"name": "istio-init", "args": init}]
    stored = {"metadata": {"name": "test-0", "namespace": "team-x", "labels": {"app": "test"}}, "spec": spec}
    network = NetworkNamespace(name="pod1", link="v1", addresses=("10.1.0.2",))
    return Pod(
        stored=stored, node=PlacedNode(name="node", pool=pool("p")), network=network, nat="203.0.113.1"
    )


def redirection_of(pod: Pod, *, cni: bool = False) -> str | None:
    return redirection(pod, cni=cni)


def validated(**annotations: str) -> Pod:
    """A Pod whose first container waits for istio-cni."""
    waiting = pod()
    waiting.stored["spec"]["initContainers"] = [{"name": "istio-validation"}]
    waiting.stored["metadata"]["annotations"] = {
        f"traffic.sidecar.istio.io/{name}": value for name, value in annotations.items()
    }
    return waiting


def test_istio_cni_redirects_by_the_pods_annotations() -> None:
    rules = (
        redirection_of(validated(includeOutboundIPRanges="*", excludeInboundPorts="15020"), cni=True) or ""
    )
    opened = (
        redirection_of(validated(excludeOutboundPorts="443", excludeOutboundIPRanges="10.0.0.0/8"), cni=True)
        or ""
    )

    assert "meta l4proto tcp redirect to :15001" in rules
    assert "dport { 443 }" not in rules
    assert "tcp dport { 443 } return" in opened
    assert "ip daddr { 10.0.0.0/8 } return" in opened


def test_a_pod_that_waits_for_an_istio_cni_that_is_not_there_never_starts() -> None:
    with pytest.raises(ProofError, match="team-x/test-0: istio-validation waits for istio-cni"):
        redirection_of(validated())


def test_a_pod_without_istio_init_is_not_redirected() -> None:
    assert redirection_of(pod()) is None


def test_everything_is_redirected_but_the_proxys_own_traffic() -> None:
    rules = redirection_of(pod(INIT)) or ""

    assert "meta mark 1337 return" in rules
    assert "meta l4proto tcp redirect to :15001" in rules
    assert "meta l4proto tcp redirect to :15006" in rules


def test_an_annotation_that_excludes_ports_and_ranges_opens_them() -> None:
    rules = redirection_of(pod([*INIT, "-o", "443", "-d", "8080"])) or ""
    with_ranges = redirection_of(pod([*INIT[:11], "-x", "198.18.0.0/15", "-i", "10.0.0.0/8"])) or ""

    included = redirection_of(pod([*INIT[:11], "-q", "80,8080", "-i", ""])) or ""

    assert "tcp dport { 80,8080 } redirect to :15001" in included
    assert "l4proto tcp redirect to :15001" not in included
    assert "tcp dport { 443 } return" in rules
    assert "8080" in rules.split("chain prerouting")[1]
    assert "ip daddr { 198.18.0.0/15 } return" in with_ranges
    assert "ip daddr { 10.0.0.0/8 } meta l4proto tcp redirect to :15001" in with_ranges


def test_an_autoscaled_deployment_has_its_minimum_of_pods() -> None:
    metadata = {"name": "gw", "namespace": "istio-egress"}
    template = {"metadata": {"labels": {"app": "gw"}}, "spec": {"containers": []}}
    scaler = {"minReplicas": 2, "scaleTargetRef": {"kind": "Deployment", "name": "gw"}}
    objects = [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": {"template": template}},
        {
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "metadata": metadata,
            "spec": scaler,
        },
    ]
    deployed = Deployed(
        vpc=vpc(), objects=tuple(Addressed(address="mesh: gw", object=item) for item in objects)
    )

    assert [request.name for request in deployed.workloads] == ["gw-0", "gw-1"]


def test_a_proxys_role_and_identity_follow_from_its_injected_container() -> None:
    sidecar = pod(INIT, {"name": "istio-proxy", "args": ["proxy", "sidecar"]})
    gateway = pod(None, {"name": "istio-proxy", "args": ["proxy", "router"]})

    assert node_id(sidecar) == "sidecar~10.1.0.2~test-0.team-x~team-x.svc.cluster.local"
    assert node_id(gateway).startswith("router~")


def test_the_bootstrap_carries_what_the_injector_set() -> None:
    environment = [
        {"name": "ISTIO_META_UNPRIVILEGED_POD", "value": "true"},
        {"name": "PROXY_CONFIG", "value": '{"discoveryAddress": "istiod-rev.istio-system.svc:15012"}'},
    ]
    found = bootstrap(pod(INIT, {"name": "istio-proxy", "args": ["proxy", "sidecar"], "env": environment}))

    metadata = found["node"]["metadata"]
    assert metadata["UNPRIVILEGED_POD"] == "true"
    assert (metadata["SERVICE_ACCOUNT"], metadata["LABELS"]) == ("test", {"app": "test"})
    discovery = found["static_resources"]["clusters"][1]
    address = discovery["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]["address"]
    assert address["socket_address"] == {"address": "istiod-rev.istio-system.svc", "port_value": 15012}
