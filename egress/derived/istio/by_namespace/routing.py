"""Every Istio object where a grant is a namespace's (`by-namespace`), or where nothing is refused (`open`)."""

from collections.abc import Iterable, Iterator

from egress.config.configuration import Configuration, offered_schemes, team_namespaces
from egress.config.destinations import Destination
from egress.derived import object_names
from egress.derived.istio import authorization_policy, istio_gateway, peer_authentication, sent_on, telemetry
from egress.derived.istio.by_namespace.authorization_policy import allow_namespace, allow_pass_through
from egress.derived.istio.by_namespace.destination_rule import originate_tls, to_gateway
from egress.derived.istio.istio_object import IstioObject
from egress.derived.istio.service_entry import service_entry
from egress.derived.istio.sidecar import default_sidecar
from egress.derived.istio.virtual_service import virtual_service


def shared_objects(configuration: Configuration) -> Iterator[IstioObject]:
    """The objects that belong to no team."""
    yield peer_authentication.mesh_default()
    yield from _gateway(configuration)
    for host, destination in configuration.destinations.destinations.items():
        yield from _host(configuration, host, destination)
    if configuration.destinations.authorization == "by-namespace":
        yield from _policies(configuration)
    for name, apis in configuration.destinations.google_apis.items():
        yield service_entry(name, apis.hosts, configuration.namespaces_of(apis.visible_to))
    yield from telemetry.of_the_platform(configuration.platform)


def team_objects(configuration: Configuration, name: str) -> Iterator[IstioObject]:
    """The objects of one team: its Sidecars, and a policy for each grant."""
    team = configuration.teams[name]
    if team.sidecar:
        for namespace in team_namespaces(name, team):
            yield default_sidecar(namespace)
    if configuration.destinations.authorization == "by-namespace":
        for grant in team.grants:
            yield allow_namespace(name, grant)


def reached(configuration: Configuration) -> Iterable[tuple[str, Destination]]:
    """The hosts that the gateway connects to: all of them, granted or not, since each has a route."""
    return configuration.destinations.destinations.items()


def ways_of(configuration: Configuration, team: str) -> Iterable[tuple[str, Destination]]:
    """The schemes a team may use at the gateway: as granted; `open`, those of the hosts it sees."""
    if configuration.destinations.authorization == "by-namespace":
        return configuration.ways_granted(team)
    return [
        (scheme, destination)
        for host, destination in configuration.destinations.destinations.items()
        if team in configuration.visible_to(host)
        for scheme in offered_schemes(destination)
    ]


def _gateway(configuration: Configuration) -> Iterator[IstioObject]:
    # Without a destination the gateway has nothing to listen for.
    if configuration.destinations.destinations:
        pass_through = _passes_through(configuration)
        yield istio_gateway.egress_gateway(["*"] if pass_through else [])
        yield to_gateway(pass_through=pass_through, teams=list(configuration.teams))


def _host(configuration: Configuration, host: str, destination: Destination) -> Iterator[IstioObject]:
    visible_to = configuration.namespaces_that_see(host)
    as_sent = sent_on.is_asked_for(configuration.platform.mesh)
    yield service_entry(object_names.service_entry(host), [host], visible_to)
    yield virtual_service(host, destination, visible_to, as_sent=as_sent)
    if destination.http == "originate-tls":
        yield originate_tls(host)


def _policies(configuration: Configuration) -> Iterator[IstioObject]:
    if _passes_through(configuration):
        yield allow_pass_through()
    elif not any(team.grants for team in configuration.teams.values()):
        yield authorization_policy.allow_nothing()


def _passes_through(configuration: Configuration) -> bool:
    return any(each.https == "pass-through" for each in configuration.destinations.destinations.values())
