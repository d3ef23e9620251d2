"""The fields the review understands, kind by kind: anything else is an error with its address."""

from collections.abc import Iterable, Mapping
from typing import Any

from egress.review.errors import ReviewError
from egress.review.objects import KubernetesObject

Shape = Mapping[str, Any]

MODELLED: Shape = {}
"""A field whose whole content is understood, or which decides on no request."""

_STRING_MATCHES: Shape = {
    "exact": MODELLED,
    "prefix": MODELLED,
    "regex": MODELLED,
}
_DESTINATION: Shape = {"host": MODELLED, "port": {"number": MODELLED}, "subset": MODELLED}
_L4_MATCH: Shape = {
    "gateways": MODELLED,
    "port": MODELLED,
    "sniHosts": MODELLED,
    "sourceLabels": MODELLED,
    "sourceNamespace": MODELLED,
}
_L4_ROUTE: Shape = {"match": _L4_MATCH, "route": {"destination": _DESTINATION, "weight": MODELLED}}
_CLIENT_TLS: Shape = {
    "mode": MODELLED,
    "sni": MODELLED,
    "subjectAltNames": MODELLED,
    "credentialName": MODELLED,
    "caCertificates": MODELLED,
    "clientCertificate": MODELLED,
    "privateKey": MODELLED,
    "insecureSkipVerify": MODELLED,
}
_POLICY: Shape = {
    "loadBalancer": MODELLED,
    "connectionPool": MODELLED,
    "outlierDetection": MODELLED,
    "retryBudget": MODELLED,
    "tls": _CLIENT_TLS,
}
_TRAFFIC_POLICY: Shape = {**_POLICY, "portLevelSettings": {**_POLICY, "port": {"number": MODELLED}}}
_LABEL_SELECTOR: Shape = {"matchLabels": MODELLED, "matchExpressions": MODELLED}
_PEER: Shape = {
    "ipBlock": {"cidr": MODELLED, "except": MODELLED},
    "namespaceSelector": _LABEL_SELECTOR,
    "podSelector": _LABEL_SELECTOR,
}
_PORTS: Shape = {"port": MODELLED, "endPort": MODELLED, "protocol": MODELLED}

SHAPES: Mapping[str, Shape] = {
    "Service": dict.fromkeys(
        (
            "allocateLoadBalancerNodePorts",
            "clusterIP",
            "clusterIPs",
            "externalTrafficPolicy",
            "internalTrafficPolicy",
            "ipFamilies",
            "ipFamilyPolicy",
            "loadBalancerIP",
            "ports",
            "publishNotReadyAddresses",
            "selector",
            "sessionAffinity",
            "type",
        ),
        MODELLED,
    ),
    "NetworkPolicy": {
        "podSelector": _LABEL_SELECTOR,
        "policyTypes": MODELLED,
        "ingress": {"from": _PEER, "ports": _PORTS},
        "egress": {"to": _PEER, "ports": _PORTS},
    },
    "ServiceEntry": {
        "hosts": MODELLED,
        "ports": {"number": MODELLED, "name": MODELLED, "protocol": MODELLED, "targetPort": MODELLED},
        "resolution": MODELLED,
        "location": MODELLED,
        "exportTo": MODELLED,
        "addresses": MODELLED,
        "endpoints": {"address": MODELLED, "ports": MODELLED, "labels": MODELLED, "locality": MODELLED},
    },
    "VirtualService": {
        "hosts": MODELLED,
        "gateways": MODELLED,
        "exportTo": MODELLED,
        "http": {
            "name": MODELLED,
            "match": {
                "name": MODELLED,
                "statPrefix": MODELLED,
                "gateways": MODELLED,
                "port": MODELLED,
                "sourceLabels": MODELLED,
                "sourceNamespace": MODELLED,
                "uri": _STRING_MATCHES,
                "ignoreUriCase": MODELLED,
                "method": _STRING_MATCHES,
                "authority": _STRING_MATCHES,
                "headers": MODELLED,
                "withoutHeaders": MODELLED,
                "queryParams": MODELLED,
            },
            "route": {"destination": _DESTINATION, "weight": MODELLED},
            "timeout": MODELLED,
            "retries": MODELLED,
        },
        "tls": _L4_ROUTE,
        "tcp": _L4_ROUTE,
    },
    "DestinationRule": {
        "host": MODELLED,
        "exportTo": MODELLED,
        "workloadSelector": {"matchLabels": MODELLED},
        "trafficPolicy": _TRAFFIC_POLICY,
        "subsets": {"name": MODELLED, "labels": MODELLED, "trafficPolicy": _TRAFFIC_POLICY},
    },
    "Gateway": {
        "selector": MODELLED,
        "servers": {
            "name": MODELLED,
            "hosts": MODELLED,
            "port": {"number": MODELLED, "name": MODELLED, "protocol": MODELLED},
            "tls": {
                "mode": MODELLED,
                "subjectAltNames": MODELLED,
                "credentialName": MODELLED,
                "minProtocolVersion": MODELLED,
                "maxProtocolVersion": MODELLED,
                "cipherSuites": MODELLED,
            },
        },
    },
    "Sidecar": {
        "workloadSelector": {"labels": MODELLED},
        "egress": {"hosts": MODELLED},
        "outboundTrafficPolicy": {"mode": MODELLED},
    },
    "PeerAuthentication": {
        "selector": {"matchLabels": MODELLED},
        "mtls": {"mode": MODELLED},
        "portLevelMtls": MODELLED,
    },
    "AuthorizationPolicy": {
        "selector": {"matchLabels": MODELLED},
        "action": MODELLED,
        "rules": {
            "from": {
                "source": {
                    key: MODELLED
                    for name in ("principals", "namespaces", "serviceAccounts", "requestPrincipals")
                    for key in (name, "not" + name[0].upper() + name[1:])
                }
                | {
                    "ipBlocks": MODELLED,
                    "notIpBlocks": MODELLED,
                    "remoteIpBlocks": MODELLED,
                    "notRemoteIpBlocks": MODELLED,
                }
            },
            "to": {
                "operation": {
                    key: MODELLED
                    for name in ("ports", "hosts", "methods", "paths")
                    for key in (name, "not" + name[0].upper() + name[1:])
                }
            },
            "when": {"key": MODELLED, "values": MODELLED, "notValues": MODELLED},
        },
    },
}

WITHOUT_EFFECT = frozenset({"Telemetry", "ProxyConfig", "IstioOperator"})
"""Kinds of the groups below that decide on no request."""

DECIDING_GROUPS = (
    "istio.io",
    "networking.k8s.io",
    "policy.networking.k8s.io",
    "gateway.networking.k8s.io",
    "networking.gke.io",
    "cilium.io",
    "projectcalico.org",
)
"""API groups whose objects may decide on a request; an unknown kind of theirs is an error."""

HARMLESS_IN_DECIDING_GROUPS = frozenset({"Ingress", "IngressClass", "IPAddress", "ServiceCIDR"})


def check(objects: Iterable[KubernetesObject]) -> tuple[KubernetesObject, ...]:
    """The objects, once every field of theirs is understood. Raises ReviewError with all that are not."""
    listed = tuple(objects)
    problems = [problem for item in listed for problem in _problems(item)]
    if problems:
        raise ReviewError(
            "the input holds what the review does not model, and a verdict may hang on it:\n"
            + "\n".join(f"  {problem}" for problem in problems)
        )
    return listed


def decides(item: KubernetesObject) -> bool:
    """True for an object on which a verdict may hang."""
    return item.group in ("", "apps") or _deciding(item.group)


def _deciding(group: str) -> bool:
    return group in DECIDING_GROUPS or group.endswith(tuple("." + known for known in DECIDING_GROUPS))


def _problems(item: KubernetesObject) -> list[str]:
    kind = item.kind
    deciding = _deciding(item.group)
    if kind in SHAPES and (deciding or item.group == ""):
        if kind == "Gateway" and item.group != "networking.istio.io":
            return [f"{item.address}: Kubernetes Gateway API objects are not modelled"]
        return [f"{item.address}: {path}" for path in _unknown(item.spec, SHAPES[kind], "spec")]
    if deciding and kind not in WITHOUT_EFFECT | HARMLESS_IN_DECIDING_GROUPS:
        return [f"{item.address}: the kind {kind} of {item.api_version} is not modelled"]
    return []


def _unknown(value: Any, shape: Shape, path: str) -> Iterable[str]:
    """Paths of fields that are set and not in the shape; lists are looked through."""
    if shape is MODELLED or value is None:
        return
    if isinstance(value, list | tuple):
        for index, entry in enumerate(value):
            yield from _unknown(entry, shape, f"{path}[{index}]")
        return
    if not isinstance(value, Mapping):
        return
    for key, inner in value.items():
        if inner is None or (inner in ([], {}, "") and key not in shape):
            continue
        if key not in shape:
            yield f"{path}.{key}"
        else:
            yield from _unknown(inner, shape[key], f"{path}.{key}")
