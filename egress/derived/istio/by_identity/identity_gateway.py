"""Gateway, by identity: one server for each host whose TLS travels inside the mesh's."""

from collections.abc import Iterable

from egress.config.names import fold
from egress.derived import gateway
from egress.derived.istio.istio_gateway import Gateway
from egress.derived.istio.istio_object import NETWORKING, in_gateway_namespace


def identity_gateway_name(host: str) -> str:
    """The Gateway object of one host's identity server."""
    return f"identity-{fold(host)}"


def identity_gateway(host: str, spiffe_ids: Iterable[str]) -> Gateway:
    """One host's server on the identity port. It accepts the mesh's TLS from the granted service accounts only.

    The outer SNI is the host, as the sidecar's subset states. Each host has its own object, so that no object grows
    with the fleet.
    """
    return {
        "apiVersion": NETWORKING,
        "kind": "Gateway",
        "metadata": in_gateway_namespace(identity_gateway_name(host)),
        "spec": {
            "selector": gateway.SELECTOR,
            "servers": [
                {
                    "port": {
                        "number": gateway.IDENTITY.service,
                        "name": f"tls-{fold(host)}",
                        "protocol": "TLS",
                    },
                    "hosts": [host],
                    "tls": {"mode": "ISTIO_MUTUAL", "subjectAltNames": sorted(spiffe_ids)},
                }
            ],
        },
    }
