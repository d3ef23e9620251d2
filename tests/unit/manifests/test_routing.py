"""VirtualService, ServiceEntry, Gateway and Sidecar: the way out and who sees it."""

import pytest

from egress.config.destinations import Destination
from egress.derived.istio.istio_gateway import egress_gateway
from egress.derived.istio.peer_authentication import mesh_default
from egress.derived.istio.service_entry import service_entry
from egress.derived.istio.sidecar import default_sidecar
from egress.derived.istio.virtual_service import RouteTarget, virtual_service


@pytest.mark.parametrize(
    ("http", "target"),
    [
        ("plain", {"host": "example.com", "port": {"number": 80}}),
        (
            "originate-tls",
            {"host": "example.com", "port": {"number": 443}, "subset": "example-com-originate-TLS"},
        ),
    ],
)
def test_the_gateway_sends_plain_http_on_or_upgrades_it(http: str, target: RouteTarget) -> None:
    spec = virtual_service("example.com", Destination.model_validate({"http": http}), ["team-x"])["spec"]
    from_mesh, from_gateway = spec["http"]

    assert from_mesh["match"] == [{"gateways": ["mesh"], "port": 80}]
    assert from_mesh["route"][0]["destination"] == {
        "host": "istio-egressgateway.istio-egress.svc.cluster.local",
        "subset": "target-egress-gateway-mTLS",
        "port": {"number": 80},
    }
    assert from_gateway["match"] == [{"gateways": ["istio-egress/egress-gateway"], "port": 80}]
    assert from_gateway["route"][0]["destination"] == target


def test_the_applications_tls_passes_by_its_server_name() -> None:
    spec = virtual_service("example.com", Destination(https="pass-through"), ["team-x"])["spec"]
    from_mesh, from_gateway = spec["tls"]

    assert from_mesh["match"] == [{"gateways": ["mesh"], "port": 443, "sniHosts": ["example.com"]}]
    assert from_mesh["route"][0]["destination"]["subset"] == "target-egress-gateway-TLS-passthrough"
    assert from_gateway["route"][0]["destination"] == {"host": "example.com", "port": {"number": 443}}


def test_a_route_is_named_after_its_host() -> None:
    route = virtual_service("api.example.com", Destination(), [])

    assert route["metadata"] == {
        "name": "api-example-com-through-egress-gateway",
        "namespace": "istio-egress",
    }
    assert route["spec"]["exportTo"] == ["istio-egress"]


def test_an_outside_host_is_registered_with_its_two_ports() -> None:
    assert service_entry("example-com-ext", ["example.com"], ["team-y", "team-x"])["spec"] == {
        "hosts": ["example.com"],
        "ports": [
            {"number": 80, "name": "http", "protocol": "HTTP"},
            {"number": 443, "name": "tls", "protocol": "TLS"},
        ],
        "resolution": "DNS",
        "location": "MESH_EXTERNAL",
        "exportTo": ["istio-egress", "team-x", "team-y"],
    }


def test_the_gateway_listens_in_mutual_tls_and_unread() -> None:
    gateway = egress_gateway(["*"])

    assert gateway["spec"]["selector"] == {"istio": "egressgateway"}
    assert gateway["spec"]["servers"] == [
        {
            "port": {"number": 80, "name": "https", "protocol": "HTTPS"},
            "hosts": ["*"],
            "tls": {"mode": "ISTIO_MUTUAL"},
        },
        {
            "port": {"number": 443, "name": "tls", "protocol": "TLS"},
            "hosts": ["*"],
            "tls": {"mode": "PASSTHROUGH"},
        },
    ]


def test_a_team_knows_the_gateways_namespace_and_its_own() -> None:
    assert default_sidecar("team-x")["metadata"] == {"name": "default", "namespace": "team-x"}
    assert default_sidecar("team-x")["spec"] == {
        "outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"},
        "egress": [{"hosts": ["istio-egress/*", "team-x/*"]}],
    }


def test_the_whole_mesh_speaks_mutual_tls() -> None:
    assert mesh_default()["metadata"] == {"name": "default", "namespace": "istio-system"}
    assert mesh_default()["spec"] == {"mtls": {"mode": "STRICT"}}
