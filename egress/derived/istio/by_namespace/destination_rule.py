"""DestinationRule, by namespace: one towards the gateway for all teams, one for each host it speaks TLS to."""

from egress.config.names import fold
from egress.derived import gateway
from egress.derived.istio.destination_rule import (
    DestinationRule,
    Subset,
    destination_rule,
    origination_subset,
)
from egress.derived.istio.istio_object import export_to


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
    return destination_rule(
        gateway.DESTINATION_RULE,
        {"host": gateway.service_host(), "subsets": subsets, "exportTo": export_to(teams)},
    )


def originate_tls(host: str) -> DestinationRule:
    """From the gateway to a host, TLS on port 443 (tutorial: `example-com-originate-tls`).

    As in the tutorial it states `sni`, and Istio then does not check the name in the host's certificate
    (pilot/pkg/networking/core/cluster_tls.go sets auto_san_validation only where `sni` is absent).
    """
    return destination_rule(
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
