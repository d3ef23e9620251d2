"""DestinationRule, by namespace: one towards the gateway for all teams, one for each host it speaks TLS to."""

from typing import Literal, NotRequired, TypedDict

from egress.config.names import fold
from egress.derived import gateway
from egress.derived.istio.istio_object import (
    NETWORKING,
    Metadata,
    PortNumber,
    export_to,
    in_gateway_namespace,
)
from egress.derived.istio.subset_names import origination_subset


class LoadBalancer(TypedDict):
    """How endpoints are chosen."""

    simple: Literal["ROUND_ROBIN"]


class ClientTls(TypedDict):
    """TLS from the proxy's side."""

    mode: Literal["ISTIO_MUTUAL", "SIMPLE"]
    sni: NotRequired[str]


class PortSettings(TypedDict):
    """The policy for one port of the destination."""

    port: PortNumber
    tls: ClientTls


class TrafficPolicy(TypedDict):
    """The fields used of a trafficPolicy."""

    loadBalancer: LoadBalancer
    portLevelSettings: list[PortSettings]


class Subset(TypedDict):
    """A named way to connect to the host."""

    name: str
    trafficPolicy: NotRequired[TrafficPolicy]


class DestinationRuleSpec(TypedDict):
    """The fields used of a DestinationRule's spec."""

    host: str
    subsets: list[Subset]
    exportTo: list[str]


class DestinationRule(TypedDict):
    """A DestinationRule."""

    apiVersion: Literal["networking.istio.io/v1"]
    kind: Literal["DestinationRule"]
    metadata: Metadata
    spec: DestinationRuleSpec


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
    return _rule(
        gateway.DESTINATION_RULE,
        {"host": gateway.service_host(), "subsets": subsets, "exportTo": export_to(teams)},
    )


def originate_tls(host: str) -> DestinationRule:
    """From the gateway to a host, TLS on port 443 (tutorial: `example-com-originate-tls`).

    As in the tutorial it states `sni`, and Istio then does not check the name in the host's certificate
    (pilot/pkg/networking/core/cluster_tls.go sets auto_san_validation only where `sni` is absent).
    """
    return _rule(
        f"{fold(host)}-originate-tls",
        {
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
    )


def _rule(name: str, spec: DestinationRuleSpec) -> DestinationRule:
    return {
        "apiVersion": NETWORKING,
        "kind": "DestinationRule",
        "metadata": in_gateway_namespace(name),
        "spec": spec,
    }
