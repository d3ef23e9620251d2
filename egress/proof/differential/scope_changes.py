"""Changes of who sees what: exportTo, Sidecars, and the NetworkPolicies beneath."""

from collections.abc import Sequence

from egress.proof.differential.choice import Choice
from egress.proof.differential.operations import Document, StateOperation
from egress.proof.differential.vocabulary import GATEWAY_NAMESPACE, ROOT_NAMESPACE


def exported(choose: Choice) -> Sequence[StateOperation]:
    """Another exportTo."""
    key = choose.key("ServiceEntry", "VirtualService", "DestinationRule")
    spec = choose.spec(key)
    exports = choose.exports()
    if exports is None:
        spec.pop("exportTo", None)
    else:
        spec["exportTo"] = exports
    return [choose.edit(key, spec)]


def scoped(choose: Choice) -> Sequence[StateOperation]:
    """Another Sidecar: a namespace's, one workload's, or the root's with the namespace's gone."""
    namespace = choose.one(*choose.vocabulary.namespaces)
    host = choose.one(*choose.vocabulary.hosts)
    hosts = choose.one(
        [f"{GATEWAY_NAMESPACE}/*"],
        ["./*"],
        ["*/*"],
        ["~/*"],
        [f"{GATEWAY_NAMESPACE}/{host}", "./*"],
        [f"*/{host}"],
        [f"{GATEWAY_NAMESPACE}/*.svc.cluster.local"],
        [f"{GATEWAY_NAMESPACE}/*.com", f"{GATEWAY_NAMESPACE}/*.org"],
        ["*/*", f"~{GATEWAY_NAMESPACE}/{host}"],
        ["*/*", f"~/{host}"],
        ["*/*", f"~{GATEWAY_NAMESPACE}/*"],
        ["~./*", f"{GATEWAY_NAMESPACE}/*", "./*"],
        [
            f"~{GATEWAY_NAMESPACE}/*.org",
            f"{GATEWAY_NAMESPACE}/{host}",
            f"{GATEWAY_NAMESPACE}/*.svc.cluster.local",
        ],
    )
    spec: Document = {"egress": [{"hosts": hosts}]}
    mode = choose.one("REGISTRY_ONLY", "REGISTRY_ONLY", "ALLOW_ANY", None)
    if mode:
        spec["outboundTrafficPolicy"] = {"mode": mode}
    key = choose.key("Sidecar", namespace=namespace)
    match choose.one("namespace", "namespace", "workload", "gone", "root"):
        case "namespace":
            return [choose.edit(key, spec)]
        case "workload":
            spec["workloadSelector"] = {"labels": {"app": choose.one("test", "nobody")}}
            return [StateOperation("networking.istio.io/v1", "Sidecar", namespace, "generated", spec)]
        case "gone":
            return [choose.edit(key, None)]
    root = StateOperation("networking.istio.io/v1", "Sidecar", ROOT_NAMESPACE, "generated", spec)
    return [root, choose.edit(key, None)]


def isolated(choose: Choice) -> Sequence[StateOperation]:
    """One more NetworkPolicy of the gateway or of a team, or one of the base that is gone."""
    namespace = choose.one(GATEWAY_NAMESPACE, *choose.vocabulary.namespaces)
    if choose.one(True, False):
        there = sorted(k for k in choose.base if k[:2] == ("NetworkPolicy", namespace))
        if there:
            return [choose.edit(choose.one(*there), None)]
    spec = _towards_gateway(choose) if namespace == GATEWAY_NAMESPACE else _of_a_team(choose)
    return [StateOperation("networking.k8s.io/v1", "NetworkPolicy", namespace, "generated", spec)]


def _towards_gateway(choose: Choice) -> Document:
    port = int(choose.one(*choose.vocabulary.target_ports))
    peers: list[Document] = choose.one(
        [{"namespaceSelector": {"matchLabels": {"team": choose.one("x", "y")}}}],
        [{"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "test"}}}],
        [{"namespaceSelector": {"matchExpressions": [{"key": "team", "operator": "Exists"}]}}],
        [
            {
                "namespaceSelector": {
                    "matchExpressions": [
                        {"key": "team", "operator": choose.one("In", "NotIn"), "values": ["x"]}
                    ]
                }
            }
        ],
        [{"podSelector": {}}],
    )
    ports: list[Document] = choose.one(
        [], [{"port": port, "protocol": "TCP"}], [{"port": 8000, "endPort": 8100, "protocol": "TCP"}]
    )
    rule: Document = {"from": peers, **({"ports": ports} if ports else {})}
    return {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": choose.one([rule], [rule], [])}


def _of_a_team(choose: Choice) -> Document:
    def namespace(name: str) -> Document:
        return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}

    port = int(choose.one(*choose.vocabulary.target_ports))
    gateway: Document = {"to": [namespace(GATEWAY_NAMESPACE)]}
    if choose.one(True, False):
        gateway["ports"] = [{"port": port, "protocol": "TCP"}]
    anything: Document = {"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}}]}
    names: Document = {"to": [namespace("kube-system")]}
    istiod: Document = {"to": [namespace(ROOT_NAMESPACE)]}
    return {
        "podSelector": choose.one({}, {}, {"matchLabels": {"app": "test"}}),
        "policyTypes": ["Egress"],
        "egress": [names, istiod, *choose.one([gateway], [gateway, anything], [])],
    }
