"""The mesh's side of the egress gateway: listeners, mutual TLS, and the hosts behind it."""

from dataclasses import dataclass

from constructs import Construct

from egress import gateway
from egress.config.configuration import Configuration
from egress.config.names import fold
from egress.manifests import authorization_policy, destination_rule, istio_gateway, peer_authentication
from egress.manifests.service_entry import service_entry
from egress.manifests.virtual_service import through_gateway
from egress_constructs.istio_object import istio_object


@dataclass(frozen=True, kw_only=True)
class GatewayRoutingProps:
    """The whole configuration: each host's visibility follows from the teams' grants."""

    configuration: Configuration


class GatewayRouting(Construct):
    """Every object that belongs to no single team."""

    def __init__(self, scope: Construct, id_: str, props: GatewayRoutingProps) -> None:
        super().__init__(scope, id_)
        configuration = props.configuration
        destinations = configuration.destinations
        pass_through = any(each.https == "pass-through" for each in destinations.destinations.values())

        istio_object(self, peer_authentication.mesh_default())
        if destinations.destinations:
            # Without a destination the gateway has nothing to listen for.
            istio_object(self, istio_gateway.egress_gateway(pass_through=pass_through))
            istio_object(
                self, destination_rule.to_gateway(pass_through=pass_through, teams=list(configuration.teams))
            )
        for host, destination in destinations.destinations.items():
            visible_to = configuration.visible_to(host)
            istio_object(self, service_entry(f"{fold(host)}-ext", [host], visible_to))
            istio_object(self, through_gateway(host, destination, visible_to))
            if destination.http == "originate-tls":
                istio_object(self, destination_rule.originate_tls(host))
        for name, apis in destinations.google_apis.items():
            istio_object(self, service_entry(name, apis.hosts, apis.visible_to))
        self._authorize(configuration, pass_through=pass_through)

    def _authorize(self, configuration: Configuration, *, pass_through: bool) -> None:
        """What is not any team's own: the pass-through port, and the closed door before the first grant."""
        if configuration.destinations.authorization == "open":
            return
        if pass_through:
            istio_object(self, authorization_policy.allow_pass_through())
        elif not any(team.grants for team in configuration.teams.values()):
            istio_object(self, authorization_policy.allow_nothing())


GATEWAY_PORTS = (gateway.HTTP, gateway.TLS)
"""The ports that routes and policies name."""
