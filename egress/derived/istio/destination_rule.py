"""DestinationRule: how a proxy connects, towards the gateway and from it."""

from collections.abc import Iterable
from hashlib import sha256
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
    return _subset_name(host, "-originate-TLS")


def to_gateway(*, pass_through: bool, teams: list[str]) -> DestinationRule:
    """Towards the gateway: mutual TLS on port 80, the application's own TLS on 443 if any passes through.

    Source: the tutorial's `target-egress-gateway` in its pass-through step.
    """
    subsets: list[Subset] = [
        {
            "name": gateway.MTLS_SUBSET,
            "trafficPolicy": {
                "loadBalancer": {"simple": "ROUND_ROBIN"},
                "portLevelSettings": [
                    {"port": {"number": gateway.HTTP.service}, "tls": {"mode": "ISTIO_MUTUAL"}}
                ],
            },
        }
    ]
    if pass_through:
        subsets.append({"name": gateway.PASS_THROUGH_SUBSET})
    return {
        "apiVersion": NETWORKING,
        "kind": "DestinationRule",
        "metadata": in_gateway_namespace(gateway.DESTINATION_RULE),
        "spec": {"host": gateway.service_host(), "subsets": subsets, "exportTo": export_to(teams)},
    }


def originate_tls(host: str) -> DestinationRule:
    """From the gateway to a host, TLS on port 443 (tutorial: `example-com-originate-tls`).

    As in the tutorial it states `sni`, and Istio then does not check the name in the host's certificate
    (pilot/pkg/networking/core/cluster_tls.go sets auto_san_validation only where `sni` is absent).
    """
    return {
        "apiVersion": NETWORKING,
        "kind": "DestinationRule",
        "metadata": in_gateway_namespace(f"{fold(host)}-originate-tls"),
        "spec": {
            "host": host,
            "subsets": [
                {
                    "name": origination_subset(host),
                    "trafficPolicy": {
                        "loadBalancer": {"simple": "ROUND_ROBIN"},
                        "portLevelSettings": [
                            {"port": {"number": 443}, "tls": {"mode": "SIMPLE", "sni": host}}
                        ],
                    },
                }
            ],
            "exportTo": export_to(()),
        },
    }


def identity_subset(host: str) -> str:
    """The subset that carries a host's TLS inside mutual TLS: `example-com-identity`."""
    return _subset_name(host, "-identity")


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
    return {
        "apiVersion": NETWORKING,
        "kind": "DestinationRule",
        "metadata": in_gateway_namespace(f"{gateway.DESTINATION_RULE}-{team}"),
        "spec": {"host": gateway.service_host(), "subsets": subsets, "exportTo": sorted(namespaces)},
    }


def outside(host: str, destination: Destination, limits: Limits) -> DestinationRule:
    """From the gateway to a host: limits on every port, TLS where plain HTTP is upgraded.

    `subjectAltNames` names the host: with `sni` alone, as in the tutorial, any certificate of a known CA passes
    (D25). Settings of a port replace the others whole, so the limits stand there again.
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
    return {
        "apiVersion": NETWORKING,
        "kind": "DestinationRule",
        "metadata": in_gateway_namespace(f"{fold(host)}-outside"),
        "spec": spec,
    }


def _subset_name(host: str, suffix: str) -> str:
    """A host's subset; a long host is cut and told apart by its digest, since the API server refuses the name else."""
    name = f"{fold(host)}{suffix}"
    if len(name) <= LONGEST_SUBSET_NAME:
        return name
    ending = f"-{sha256(host.encode()).hexdigest()[:8]}{suffix}"
    return f"{fold(host)[: LONGEST_SUBSET_NAME - len(ending)].rstrip('-')}{ending}"


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
