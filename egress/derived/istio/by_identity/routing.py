"""Every Istio object where a grant is a service account's (`by-identity`)."""

from collections.abc import Iterable, Iterator

from egress.config.configuration import Configuration, team_namespaces
from egress.config.destinations import Destination, Limits
from egress.derived import object_names
from egress.derived.control_plane import trust_domain
from egress.derived.identity import spiffe_id
from egress.derived.istio import authorization_policy, istio_gateway, peer_authentication, sent_on, telemetry
from egress.derived.istio.by_identity.authorization_policy import (
    allow_identities,
    allow_identity_port,
    allow_pass_through_to,
)
from egress.derived.istio.by_identity.destination_rule import outside, to_gateway_for_team
from egress.derived.istio.by_identity.identity_gateway import identity_gateway
from egress.derived.istio.by_identity.virtual_service import through_gateway
from egress.derived.istio.istio_object import IstioObject
from egress.derived.istio.service_entry import ServicePort, google_apis, http_port, service_entry, tls_port
from egress.derived.istio.sidecar import default_sidecar


def shared_objects(configuration: Configuration) -> Iterator[IstioObject]:
    """The objects that belong to no team."""
    yield peer_authentication.mesh_default()
    hosts = list(granted_hosts(configuration))
    passed_through = [host for host, _, destination in hosts if destination.https == "pass-through"]
    # Without a granted host the gateway has nothing to listen for.
    if hosts:
        yield istio_gateway.egress_gateway(passed_through)
    for host, key, destination in hosts:
        yield from _host(configuration, host, key, destination)
    if passed_through:
        yield allow_pass_through_to(passed_through)
    if any(destination.https == "identity" for _, _, destination in hosts):
        yield allow_identity_port()
    # Always, not only while there is no grant: removing the last one must not open the gateway.
    yield authorization_policy.allow_nothing()
    for name, apis in configuration.destinations.google_apis.items():
        yield google_apis(name, apis.hosts, configuration.namespaces_of(apis.visible_to))
    yield from telemetry.of_the_platform(configuration.platform)


def team_objects(configuration: Configuration, name: str) -> Iterator[IstioObject]:
    """The objects of one team: its Sidecars, its way to the gateway, and one policy for all its grants."""
    team = configuration.teams[name]
    reachable = _reachable(configuration, name)
    if team.sidecar:
        for namespace in team_namespaces(name, team):
            yield default_sidecar(namespace, [other for other in reachable if other != namespace])
    granted = {
        host: destination
        for key, destination in configuration.destinations_granted(name)
        if "https" in configuration.schemes_granted(key, name)
        for host in (key, *destination.also)
    }
    yield to_gateway_for_team(
        name,
        team_namespaces(name, team),
        identity_hosts=[host for host, destination in granted.items() if destination.https == "identity"],
        pass_through=any(destination.https == "pass-through" for destination in granted.values()),
    )
    policy = allow_identities(
        name, team, configuration.destinations.destinations, trust_domain(configuration.platform)
    )
    if policy:
        yield policy


def reached(configuration: Configuration) -> Iterable[tuple[str, Destination]]:
    """The hosts that the gateway connects to, each with the schemes that somebody is granted."""
    return [(host, destination) for host, _, destination in granted_hosts(configuration)]


def ways_of(configuration: Configuration, team: str) -> Iterable[tuple[str, Destination]]:
    """The schemes a team may use at the gateway: as granted."""
    return configuration.ways_granted(team)


def granted_hosts(configuration: Configuration) -> Iterator[tuple[str, str, Destination]]:
    """Every outside host that somebody has a grant for, with its destination's key and the schemes that are granted.

    A scheme that nobody is granted is closed: no port, no route, no server.
    """
    for key, destination in configuration.destinations.destinations.items():
        schemes = configuration.schemes_granted(key)
        if schemes:
            granted = destination.model_copy(
                update={
                    "http": destination.http if "http" in schemes else "closed",
                    "https": destination.https if "https" in schemes else None,
                }
            )
            for host in (key, *destination.also):
                yield host, key, granted


def _host(
    configuration: Configuration, host: str, key: str, destination: Destination
) -> Iterator[IstioObject]:
    visible_to = configuration.namespaces_that_see(key)
    limits = destination.limits or Limits()
    yield service_entry(object_names.service_entry(host), [host], visible_to, list(_ports(destination)))
    yield through_gateway(
        host, destination, visible_to, limits, as_sent=sent_on.is_asked_for(configuration.platform.mesh)
    )
    yield outside(host, destination, limits)
    if destination.https == "identity":
        granted = configuration.identities_granted(key, "https")
        domain = trust_domain(configuration.platform)
        yield identity_gateway(host, [spiffe_id(domain, *identity) for identity in granted])


def _reachable(configuration: Configuration, name: str) -> tuple[str, ...]:
    """The namespaces inside the cluster that a team's proxies need to know: its own, and those it may call."""
    team = configuration.teams[name]
    called = team.network_policies.to_teams if team.network_policies else ()
    return (*team_namespaces(name, team), *configuration.namespaces_of(tuple(sorted(called))))


def _ports(destination: Destination) -> Iterator[ServicePort]:
    """Only ports that something uses: a port a sidecar knows and no route serves leads straight out (D26)."""
    if destination.http != "closed":
        yield http_port(destination.http_port)
    if destination.uses_tls_port:
        yield tls_port(destination.https_port)
