"""The mesh's side of the egress gateway: listeners, mutual TLS, and the hosts behind it."""

from dataclasses import dataclass

from constructs import Construct

from egress.config.configuration import Configuration
from egress.derived import gateway
from egress.derived.istio.routing import shared_objects
from egress_constructs.istio_object import istio_object


@dataclass(frozen=True, kw_only=True)
class GatewayRoutingProps:
    """The whole configuration: each host's visibility follows from the teams' grants."""

    configuration: Configuration


class GatewayRouting(Construct):
    """Every Istio object that belongs to no single team."""

    def __init__(self, scope: Construct, id_: str, props: GatewayRoutingProps) -> None:
        super().__init__(scope, id_)
        for manifest in shared_objects(props.configuration):
            istio_object(self, manifest)


def gateway_ports(configuration: Configuration) -> tuple[gateway.Port, ...]:
    """The ports that routes and policies name."""
    identity = configuration.platform.mesh.gateway.identity_https
    return (gateway.HTTP, gateway.TLS, *((gateway.IDENTITY,) if identity else ()))
