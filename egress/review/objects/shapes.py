"""The fields of Istio's and Kubernetes' objects that the review understands, kind by kind.

READ is read by a control, so that its value can change a verdict. INERT decides on no request: it names
something, or says how long, how often or on which of equal endpoints. `only` is understood with some values.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Field:
    """One understood field; with `values` no other value of it is."""

    read: bool
    values: frozenset[Any] | None = None
    why: str = ""
    """What another value would do."""
    known: Mapping[Any, str] = field(default_factory=dict)
    """What some other value does, where that is another thing."""

    def told(self, value: Any) -> str:
        """What a value does that is not among those that are understood."""
        return self.known.get(str(value), self.why)


READ = Field(read=True)
INERT = Field(read=False)

OUTBOUND_MODES = frozenset({"ALLOW_ANY", "REGISTRY_ONLY"})

EVERY_REQUEST = frozenset({"100", "100.0"})
_PERCENTAGE = Field(
    read=True, values=EVERY_REQUEST | {"0", "0.0"}, why="which of the requests it takes is not known"
)

Shape = Mapping[str, Any]
"""Field names to a Field or, for what is looked into, another Shape; lists are looked through."""


def only(*values: Any, why: str) -> Field:
    """A field that is understood with these values alone."""
    return Field(read=False, values=frozenset(values), why=why)


def _all(field: Field, *names: str) -> dict[str, Field]:
    return dict.fromkeys(names, field)


STRING_MATCH: Shape = _all(READ, "exact", "prefix", "regex")
_DESTINATION: Shape = {"host": READ, "port": {"number": READ}, "subset": READ}
_HEADERS: Shape = {
    # What the site reads of a request; at the gateway its own policies are asked before.
    "request": {"remove": READ},
    "response": INERT,
}
_L4_MATCH: Shape = _all(READ, "gateways", "port", "sourceLabels", "sourceNamespace")
_L4_ROUTE: Shape = {"match": _L4_MATCH, "route": {"destination": _DESTINATION, "weight": READ}}
_CLIENT_TLS: Shape = {
    **_all(READ, "mode", "sni", "subjectAltNames", "credentialName", "insecureSkipVerify"),
    # Files and secrets of the proxy: whether a site trusts them is not in the input.
    **_all(INERT, "caCertificates", "clientCertificate", "privateKey"),
}
_POLICY: Shape = {
    "loadBalancer": {
        "simple": READ,
        # Which of several endpoints: the review asks all of them.
        **_all(INERT, "consistentHash", "localityLbSetting", "warmup", "warmupDurationSecs"),
        "zoneAwareLbSetting": INERT,
    },
    # How many, how long, how often: a matter of load and time, not of who asks for what.
    **_all(INERT, "connectionPool", "outlierDetection"),
    "tls": _CLIENT_TLS,
}
_TRAFFIC_POLICY: Shape = {
    **_POLICY,
    "retryBudget": INERT,
    "portLevelSettings": {**_POLICY, "port": {"number": READ}},
}
_LABEL_SELECTOR: Shape = {
    "matchLabels": READ,
    "matchExpressions": _all(READ, "key", "operator", "values"),
}
_PEER: Shape = {
    "ipBlock": _all(READ, "cidr", "except"),
    "namespaceSelector": _LABEL_SELECTOR,
    "podSelector": _LABEL_SELECTOR,
}
_PORTS: Shape = _all(READ, "port", "endPort", "protocol")


_TARGETS: Shape = {"kind": READ, "name": READ, **_all(INERT, "group", "namespace")}


def _negatable(*names: str) -> dict[str, Field]:
    return {key: READ for name in names for key in (name, "not" + name[0].upper() + name[1:])}


SHAPES: Mapping[tuple[str, str], Shape] = {
    ("", "Service"): {
        "selector": READ,
        "clusterIP": READ,
        "ports": {**_all(READ, "port", "name", "protocol", "appProtocol", "targetPort"), "nodePort": INERT},
        "type": only("ClusterIP", "NodePort", "LoadBalancer", why="it leads to another name"),
        "internalTrafficPolicy": only("Cluster", why="it leaves out the Pods of other nodes"),
        # How the Service is reached from outside the cluster, which of its Pods is preferred, IPv6.
        **_all(
            INERT,
            *("allocateLoadBalancerNodePorts", "clusterIPs", "externalTrafficPolicy", "healthCheckNodePort"),
            *("ipFamilies", "ipFamilyPolicy", "loadBalancerClass", "loadBalancerIP"),
            *("loadBalancerSourceRanges", "publishNotReadyAddresses", "sessionAffinity"),
            *("sessionAffinityConfig", "trafficDistribution"),
        ),
    },
    ("networking.k8s.io", "NetworkPolicy"): {
        "podSelector": _LABEL_SELECTOR,
        "policyTypes": READ,
        "ingress": {"from": _PEER, "ports": _PORTS},
        "egress": {"to": _PEER, "ports": _PORTS},
    },
    ("networking.istio.io", "ServiceEntry"): {
        **_all(READ, "hosts", "resolution", "exportTo", "addresses"),
        "ports": _all(READ, "number", "name", "protocol", "targetPort"),
        "location": only("MESH_EXTERNAL", why="proxies then speak mTLS to endpoints by their labels"),
        "endpoints": {**_all(READ, "address", "ports", "labels"), "locality": INERT},
    },
    ("networking.istio.io", "VirtualService"): {
        **_all(READ, "hosts", "gateways", "exportTo"),
        "http": {
            "match": {
                **_all(READ, "gateways", "port", "sourceLabels", "sourceNamespace"),
                **dict.fromkeys(("uri", "method", "authority"), STRING_MATCH),
                **_all(READ, "ignoreUriCase", "scheme", "headers", "withoutHeaders", "queryParams"),
                **_all(INERT, "name", "statPrefix"),
            },
            "route": {"destination": _DESTINATION, "weight": READ, "headers": _HEADERS},
            "rewrite": {**_all(READ, "uri", "authority"), "uriRegexRewrite": _all(READ, "match", "rewrite")},
            "delegate": _all(READ, "name", "namespace"),
            # They answer at the proxy.
            **_all(READ, "redirect", "directResponse"),
            # A delay changes nothing, and an abort that states no percentage aborts nothing.
            "fault": {
                "delay": INERT,
                "abort": {
                    **_all(INERT, "httpStatus", "grpcStatus", "http2Error"),
                    "percentage": {"value": _PERCENTAGE},
                },
            },
            "headers": _HEADERS,
            # Which pages a browser lets ask; how often and how long.
            **_all(INERT, "name", "timeout", "retries", "corsPolicy"),
        },
        "tls": {**_L4_ROUTE, "match": {**_L4_MATCH, "sniHosts": READ}},
        "tcp": _L4_ROUTE,
    },
    ("networking.istio.io", "DestinationRule"): {
        **_all(READ, "host", "exportTo"),
        "workloadSelector": {"matchLabels": READ},
        "trafficPolicy": _TRAFFIC_POLICY,
        "subsets": {"name": READ, "labels": READ, "trafficPolicy": _TRAFFIC_POLICY},
    },
    ("networking.istio.io", "Gateway"): {
        "selector": READ,
        "servers": {
            "name": INERT,
            "hosts": READ,
            "port": {"number": READ, "protocol": READ, "name": INERT},
            "tls": {
                **_all(READ, "mode", "subjectAltNames"),
                # Only a server with certificates of its own has them, and that is left open.
                **_all(INERT, "credentialName", "credentialNames", "serverCertificate", "privateKey"),
                **_all(INERT, "caCertificates", "caCrl", "caCertCredentialName"),
                # Which of the ciphers that both ends have: Istio's proxies have all that Envoy knows.
                "cipherSuites": INERT,
                # Istio's proxies offer 1.2 and 1.3 (cluster_tls.go, defaultUpstreamCommonTLSContext).
                "minProtocolVersion": INERT,
                "maxProtocolVersion": only(
                    "TLS_AUTO", "TLSV1_2", "TLSV1_3", why="Istio's proxies offer nothing below 1.2"
                ),
            },
        },
    },
    ("networking.istio.io", "Sidecar"): {
        "workloadSelector": {"labels": READ},
        "egress": {"hosts": READ},
        "outboundTrafficPolicy": {
            "mode": Field(read=True, values=OUTBOUND_MODES, why="where it then connects is not modelled")
        },
    },
    ("security.istio.io", "PeerAuthentication"): {
        "selector": {"matchLabels": READ},
        "mtls": {"mode": READ},
        "portLevelMtls": READ,
    },
    ("security.istio.io", "RequestAuthentication"): {
        "selector": {"matchLabels": READ},
        "targetRefs": _TARGETS,
        "targetRef": _TARGETS,
        # Whose tokens are taken: no request that is asked about states a token.
        "jwtRules": INERT,
    },
    ("security.istio.io", "AuthorizationPolicy"): {
        "selector": {"matchLabels": READ},
        "targetRefs": _TARGETS,
        "targetRef": _TARGETS,
        "action": Field(
            read=True,
            values=frozenset({"ALLOW", "DENY", "AUDIT"}),
            why="no action of Istio's: write ALLOW, DENY, AUDIT or CUSTOM",
            known={"CUSTOM": "something outside the mesh decides"},
        ),
        "rules": {
            "from": {
                "source": _negatable(
                    *("principals", "namespaces", "serviceAccounts", "requestPrincipals"),
                    *("ipBlocks", "remoteIpBlocks"),
                )
            },
            "to": {"operation": _negatable("ports", "hosts", "methods", "paths")},
            "when": _all(READ, "key", "values", "notValues"),
        },
    },
}
