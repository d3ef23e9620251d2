"""Default-deny NetworkPolicies, both ways, for every team namespace and for the gateway's.

Every policy here only adds to `default-deny`: what none of them names is refused by the node, whatever a sidecar does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from egress.config.configuration import Configuration, team_namespaces
from egress.config.destinations import Destination
from egress.config.platform import Platform
from egress.config.ranges import PRIVATE_RANGES
from egress.derived import gateway
from egress.derived.control_plane import has_istiod
from egress.derived.istio.routing import form_of, reached_hosts
from egress.derived.istio.service_entry import METADATA_HOST
from egress.derived.network_policies.peers import (
    CLUSTER_DNS,
    DNS,
    GATEWAY,
    ISTIOD,
    METADATA_SERVER,
    METADATA_SERVER_V1,
    NODE_LOCAL_DNS,
)
from egress.derived.network_policies.policy import NetworkPolicy, Peer, Port, Rule
from egress.derived.vpc.google_apis import PRIVATE_VIP, RESTRICTED_VIP

METADATA_SERVER_V2 = Rule(peers=(METADATA_SERVER,), ports=(Port(number=80), Port(number=8080)))

ISTIOD_XDS = Port(number=15012)
"""istiod's configuration and certificates over TLS."""

OUTSIDE = Peer(cidr="0.0.0.0/0", excluding=(*map(str, PRIVATE_RANGES), "169.254.0.0/16"))
"""Any public address: the names are decided by the gateway, not here."""

DEFAULT_DENY = NetworkPolicy(name="default-deny", egress=(), ingress=())


@dataclass(frozen=True, kw_only=True)
class NetworkFacts:
    """What the platform decides and every policy follows."""

    dns: Literal["kube-dns", "node-local", "cloud-dns"]
    dataplane: Literal["v1", "v2"]
    google_apis_vip: str
    has_istiod: bool


def team_isolation(configuration: Configuration, team: str, facts: NetworkFacts) -> tuple[NetworkPolicy, ...]:
    """The policies of each namespace of a team."""
    settings = configuration.teams[team].network_policies
    own = _namespaces(configuration, team)
    policies = [DEFAULT_DENY, _to_dns(facts)]
    ports = gateway_ports(configuration, team)
    if ports:
        policies.append(
            NetworkPolicy(name="allow-egress-to-gateway", egress=(Rule(peers=(GATEWAY,), ports=ports),))
        )
    if facts.has_istiod:
        policies.append(_to_istiod())
    # The managed control plane is itself one of Google's APIs.
    if _calls_google_directly(configuration, team) or not facts.has_istiod:
        policies.append(_to_google_apis(facts))
    if _takes_google_identity(configuration, team) or not facts.has_istiod:
        policies.append(_to_metadata_server(facts))
    if settings is None or settings.same_namespace:
        policies.append(
            NetworkPolicy(name="allow-same-team", egress=(Rule(peers=own),), ingress=(Rule(peers=own),))
        )
    policies += [
        NetworkPolicy(
            name=f"allow-egress-to-{other}", egress=(Rule(peers=_namespaces(configuration, other)),)
        )
        for other in sorted(settings.to_teams if settings else ())
    ]
    policies += [
        NetworkPolicy(
            name=f"allow-ingress-from-{other}", ingress=(Rule(peers=_namespaces(configuration, other)),)
        )
        for other in callers_of(configuration, team)
    ]
    return tuple(policies)


def gateway_isolation(configuration: Configuration, facts: NetworkFacts) -> tuple[NetworkPolicy, ...]:
    """The policies of istio-egress that belong to no team: deny, DNS, the control plane, the outside."""
    outside_ports = sorted({port for _, port in reached_hosts(configuration)})
    policies = [DEFAULT_DENY, _to_dns(facts)]
    policies += [_to_istiod()] if facts.has_istiod else [_to_google_apis(facts), _to_metadata_server(facts)]
    if outside_ports:
        policies.append(
            NetworkPolicy(
                name="allow-egress-to-outside",
                egress=(Rule(peers=(OUTSIDE,), ports=tuple(Port(number=port) for port in outside_ports)),),
            )
        )
    return tuple(policies)


def team_at_gateway(configuration: Configuration, team: str) -> NetworkPolicy | None:
    """Who of a team reaches which ports of the gateway: one policy a team, none where it has no grant."""
    ports = gateway_ports(configuration, team)
    if not ports:
        return None
    return NetworkPolicy(
        name=f"allow-ingress-from-{team}",
        ingress=(Rule(peers=_namespaces(configuration, team), ports=ports),),
    )


def gateway_ports(configuration: Configuration, team: str) -> tuple[Port, ...]:
    """The gateway's listener ports that a team's grants use; while nobody needs one, those of the hosts it sees."""
    ways = form_of(configuration).ways_of(configuration, team)
    listeners = {_listener(scheme, destination).target for scheme, destination in ways}
    return tuple(Port(number=number) for number in sorted(listeners))


def _listener(scheme: str, destination: Destination) -> gateway.Port:
    if scheme == "http":
        return gateway.HTTP
    return gateway.IDENTITY if destination.https == "identity" else gateway.TLS


def callers_of(configuration: Configuration, team: str) -> tuple[str, ...]:
    """The teams whose files say they call this one."""
    return tuple(
        name
        for name, other in configuration.teams.items()
        if other.network_policies and team in other.network_policies.to_teams
    )


def _calls_google_directly(configuration: Configuration, team: str) -> bool:
    """Whether the team's Pods reach Google's APIs past the gateway."""
    return any(host != METADATA_HOST for host in _google_hosts(configuration, team))


def _takes_google_identity(configuration: Configuration, team: str) -> bool:
    """Whether its Pods ask the metadata server for tokens, whichever way they then use them."""
    return bool(configuration.teams[team].google_service_accounts or list(_google_hosts(configuration, team)))


def _google_hosts(configuration: Configuration, team: str) -> Iterator[str]:
    for apis in configuration.destinations.google_apis.values():
        if team in apis.visible_to:
            yield from apis.hosts


def _namespaces(configuration: Configuration, team: str) -> tuple[Peer, ...]:
    return tuple(Peer(namespace=name) for name in team_namespaces(team, configuration.teams[team]))


def _to_dns(facts: NetworkFacts) -> NetworkPolicy:
    rules = [CLUSTER_DNS]
    if facts.dns == "node-local" and facts.dataplane == "v1":
        rules.append(NODE_LOCAL_DNS)
    if facts.dns == "cloud-dns":
        rules = [Rule(peers=(METADATA_SERVER,), ports=DNS)]
    return NetworkPolicy(name="allow-egress-to-dns", egress=tuple(rules))


def _to_istiod() -> NetworkPolicy:
    return NetworkPolicy(
        name="allow-egress-to-control-plane", egress=(Rule(peers=(ISTIOD,), ports=(ISTIOD_XDS,)),)
    )


def _to_google_apis(facts: NetworkFacts) -> NetworkPolicy:
    return NetworkPolicy(
        name="allow-egress-to-google-apis",
        egress=(Rule(peers=(Peer(cidr=facts.google_apis_vip),), ports=(Port(number=443),)),),
    )


def _to_metadata_server(facts: NetworkFacts) -> NetworkPolicy:
    rule = METADATA_SERVER_V2 if facts.dataplane == "v2" else METADATA_SERVER_V1
    return NetworkPolicy(name="allow-egress-to-metadata-server", egress=(rule,))


def network_facts(platform: Platform) -> NetworkFacts:
    """The platform's decisions that the policies follow."""
    return NetworkFacts(
        dns=platform.cluster.dns or "node-local",
        dataplane=platform.cluster.dataplane,
        google_apis_vip=PRIVATE_VIP if platform.network.google_apis == "private" else RESTRICTED_VIP,
        has_istiod=has_istiod(platform),
    )
