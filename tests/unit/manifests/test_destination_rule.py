"""DestinationRule: how a proxy connects, towards the gateway and from it."""

from egress.derived.istio.by_namespace.destination_rule import originate_tls, to_gateway
from egress.derived.istio.subset_names import origination_subset

MTLS = {
    "name": "target-egress-gateway-mTLS",
    "trafficPolicy": {
        "loadBalancer": {"simple": "ROUND_ROBIN"},
        "portLevelSettings": [{"port": {"number": 80}, "tls": {"mode": "ISTIO_MUTUAL"}}],
    },
}


def test_port_80_is_wrapped_in_mutual_tls_and_443_goes_as_it_is() -> None:
    spec = to_gateway(pass_through=True, teams=["team-x"])["spec"]

    assert spec["host"] == "istio-egressgateway.istio-egress.svc.cluster.local"
    assert spec["subsets"] == [MTLS, {"name": "target-egress-gateway-TLS-passthrough"}]


def test_without_pass_through_there_is_one_way_in() -> None:
    assert to_gateway(pass_through=False, teams=[])["spec"]["subsets"] == [MTLS]


def test_every_team_knows_how_to_reach_the_gateway() -> None:
    spec = to_gateway(pass_through=False, teams=["team-y", "team-x"])["spec"]

    assert spec["exportTo"] == ["istio-egress", "team-x", "team-y"]


def test_the_gateway_originates_tls_with_the_hosts_name() -> None:
    rule = originate_tls("api.example.com")

    assert rule["metadata"] == {"name": "api-example-com-originate-tls", "namespace": "istio-egress"}
    (subset,) = rule["spec"]["subsets"]
    assert subset["name"] == origination_subset("api.example.com") == "api-example-com-originate-TLS"
    assert subset["trafficPolicy"]["portLevelSettings"] == [
        {"port": {"number": 443}, "tls": {"mode": "SIMPLE", "sni": "api.example.com"}}
    ]


def test_only_the_gateway_knows_how_to_originate_tls() -> None:
    assert originate_tls("example.com")["spec"]["exportTo"] == ["istio-egress"]
