"""A sidecar's listener on 0.0.0.0: which of several services on one port it has a chain for, by what came first."""

import pytest

from egress.review.istio.services import Service, service_entries
from egress.review.istio.wildcard_listener import wildcard_listener
from egress.review.objects.kubernetes_object import kubernetes_object

PORT = 9000


def entry(host: str, protocol: str) -> Service:
    port = {"number": PORT, "name": "p", **({"protocol": protocol} if protocol else {})}
    document = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "ServiceEntry",
        "metadata": {"name": host, "namespace": "n"},
        "spec": {"hosts": [host], "ports": [port], "resolution": "DNS"},
    }
    (service,) = service_entries(kubernetes_object(document, host))
    return service


@pytest.mark.parametrize(
    ("protocols", "http", "tls", "opaque"),
    [
        (["HTTP"], True, [], []),
        (["TLS"], False, [0], []),
        (["TCP"], False, [], [0]),
        ([""], True, [], [0]),
        # What declares nothing takes bytes only where it makes the listener, or comes after TCP and TLS alone.
        (["HTTP", ""], True, [], []),
        (["", "HTTP"], True, [], [0]),
        (["", ""], True, [], [0]),
        (["TCP", ""], True, [], [0, 1]),
        (["TLS", "", ""], True, [0], [1]),
        (["TLS", "HTTP", ""], True, [0], []),
        (["HTTP", "TCP", "TLS"], True, [2], [1]),
        # Where a server speaks first nobody looks at the bytes, and no other protocol is added.
        (["MONGO"], False, [], [0]),
        (["MONGO", "HTTP"], False, [], [0]),
        (["MYSQL", "MYSQL"], False, [], [0, 1]),
        (["MONGO", "TCP"], False, [], [0]),
        (["HTTP", "MONGO"], True, [], []),
        (["TCP", "MYSQL"], False, [], [0]),
        (["", "MONGO"], True, [], [0]),
        (["REDIS", "HTTP"], True, [], [0]),
    ],
)
def test_what_comes_first_decides(
    protocols: list[str], http: bool, tls: list[int], opaque: list[int]
) -> None:
    services = [entry(f"h{number}.example", protocol) for number, protocol in enumerate(protocols)]
    found = wildcard_listener(services, PORT)
    assert found.http == http
    assert [services.index(service) for service in found.tls] == tls
    assert [services.index(service) for service in found.opaque] == opaque
