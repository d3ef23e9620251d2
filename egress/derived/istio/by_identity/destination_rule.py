"""DestinationRule, by identity: one towards the gateway for each team, one for each host with its limits."""

from collections.abc import Iterable
from typing import Literal, NotRequired, TypedDict

from egress.config.destinations import Destination, Limits
from egress.config.names import fold
from egress.derived import gateway
from egress.derived.istio.istio_object import (
    NETWORKING,
    Metadata,
    PortNumber,
    export_to,
    in_gateway_namespace,
)
from egress.derived.istio.subset_names import origination_subset, subset_name


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


def identity_subset(host: str) -> str:
    """The subset that carries a host's TLS inside mutual TLS: `example-com-identity`."""
    return subset_name(host, "-identity")


def to_gateway_for_team(
    team: str, namespaces: Iterable[str], *, identity_hosts: Iterable[str], pass_through: bool
) -> DestinationRule:
    """One team's ways to the gateway, exported to its namespaces alone.

    An identity subset states the host as the outer SNI, by which the gateway picks the server that knows the
    service accounts granted that host. `exportTo` names the team's namespaces and not the gateway's own: Istio
    merges two rules for one host where the one's `exportTo` holds the other's
    (pilot/pkg/model/destination_rule.go, mergeDestinationRule).
    """
    subsets: list[Subset] = [
        {
            "name": gateway.MTLS_SUBSET,
            "trafficPolicy": {
                "portLevelSettings": [
                    {"port": {"number": gateway.HTTP.service}, "tls": {"mode": "ISTIO_MUTUAL"}}
                ]
            },
        }
    ]
    subsets += [
        {
            "name": identity_subset(host),
            "trafficPolicy": {
                "portLevelSettings": [
                    {
                        "port": {"number": gateway.IDENTITY.service},
                        "tls": {"mode": "ISTIO_MUTUAL", "sni": host},
                    }
                ]
            },
        }
        for host in sorted(identity_hosts)
    ]
    if pass_through:
        subsets.append({"name": gateway.PASS_THROUGH_SUBSET})
    return _rule(
        f"{gateway.DESTINATION_RULE}-{team}",
        {"host": gateway.service_host(), "subsets": subsets, "exportTo": sorted(namespaces)},
    )


def outside(host: str, destination: Destination, limits: Limits) -> DestinationRule:
    """From the gateway to a host: limits on every port, and TLS where the gateway upgrades plain HTTP.

    `subjectAltNames` names the host: with `sni` alone, as in the tutorial, any certificate of a known CA passes
    (D25). A port's settings replace the host's as a whole, so they repeat the limits.
    """
    pool = _pool(limits)
    spec: DestinationRuleSpec = {
        "host": host,
        "trafficPolicy": {"connectionPool": pool},
        "exportTo": export_to(()),
    }
    if destination.http == "originate-tls":
        spec["subsets"] = [
            {
                "name": origination_subset(host),
                "trafficPolicy": {
                    "portLevelSettings": [
                        {
                            "port": {"number": destination.https_port},
                            "connectionPool": pool,
                            "tls": _client_tls(host, destination),
                        }
                    ]
                },
            }
        ]
    return _rule(f"{fold(host)}-outside", spec)


def _client_tls(host: str, destination: Destination) -> ClientTls:
    tls: ClientTls = {"mode": "SIMPLE", "sni": host, "subjectAltNames": [host]}
    settings = destination.tls
    if settings and settings.credential:
        tls["mode"] = "MUTUAL"
        tls["credentialName"] = settings.credential
    elif settings and settings.ca:
        tls["credentialName"] = settings.ca
    return tls


def _pool(limits: Limits) -> ConnectionPool:
    return {
        "tcp": {"maxConnections": limits.connections, "connectTimeout": limits.connect_timeout},
        "http": {
            "idleTimeout": limits.idle_timeout,
            "maxRequestsPerConnection": limits.requests_per_connection,
        },
    }


def _rule(name: str, spec: DestinationRuleSpec) -> DestinationRule:
    return {
        "apiVersion": NETWORKING,
        "kind": "DestinationRule",
        "metadata": in_gateway_namespace(name),
        "spec": spec,
    }
