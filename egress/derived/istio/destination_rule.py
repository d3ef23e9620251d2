"""DestinationRule: how a proxy connects, towards the gateway and from it."""

from hashlib import sha256
from typing import Literal, NotRequired, TypedDict

from egress.config.names import fold
from egress.derived.istio.istio_object import (
    NETWORKING,
    Metadata,
    PortNumber,
    in_gateway_namespace,
)


class LoadBalancer(TypedDict):
    """How endpoints are chosen."""

    simple: Literal["ROUND_ROBIN"]


class ClientTls(TypedDict):
    """TLS from the proxy's side."""

    mode: Literal["ISTIO_MUTUAL", "SIMPLE", "MUTUAL"]
    sni: NotRequired[str]
    subjectAltNames: NotRequired[list[str]]
    credentialName: NotRequired[str]


class TcpPool(TypedDict):
    """Limits of connections."""

    maxConnections: int
    connectTimeout: str


class HttpPool(TypedDict):
    """Limits of requests."""

    idleTimeout: str
    maxRequestsPerConnection: int


class ConnectionPool(TypedDict):
    """Limits towards a host."""

    tcp: TcpPool
    http: HttpPool


class PortSettings(TypedDict):
    """The policy for one port of the destination."""

    port: PortNumber
    connectionPool: NotRequired[ConnectionPool]
    tls: ClientTls


class TrafficPolicy(TypedDict):
    """The fields used of a trafficPolicy."""

    loadBalancer: NotRequired[LoadBalancer]
    connectionPool: NotRequired[ConnectionPool]
    portLevelSettings: NotRequired[list[PortSettings]]


class Subset(TypedDict):
    """A named way to connect to the host."""

    name: str
    trafficPolicy: NotRequired[TrafficPolicy]


class DestinationRuleSpec(TypedDict):
    """The fields used of a DestinationRule's spec."""

    host: str
    trafficPolicy: NotRequired[TrafficPolicy]
    subsets: NotRequired[list[Subset]]
    exportTo: list[str]


class DestinationRule(TypedDict):
    """A DestinationRule."""

    apiVersion: Literal["networking.istio.io/v1"]
    kind: Literal["DestinationRule"]
    metadata: Metadata
    spec: DestinationRuleSpec


LONGEST_SUBSET_NAME = 63
"""A DNS label, capitals allowed (Istio's pkg/config/validation/validation.go, validateSubsetName)."""


def origination_subset(host: str) -> str:
    """The subset that turns plain HTTP into TLS: `example-com-originate-TLS`."""
    return subset_name(host, "-originate-TLS")


def subset_name(host: str, suffix: str) -> str:
    """A host's subset; a long host is cut and told apart by its digest, since the API server refuses a longer name."""
    name = f"{fold(host)}{suffix}"
    if len(name) <= LONGEST_SUBSET_NAME:
        return name
    ending = f"-{sha256(host.encode()).hexdigest()[:8]}{suffix}"
    return f"{fold(host)[: LONGEST_SUBSET_NAME - len(ending)].rstrip('-')}{ending}"


def destination_rule(name: str, spec: DestinationRuleSpec) -> DestinationRule:
    """A DestinationRule beside the gateway."""
    return {
        "apiVersion": NETWORKING,
        "kind": "DestinationRule",
        "metadata": in_gateway_namespace(name),
        "spec": spec,
    }
