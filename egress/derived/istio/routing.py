"""Every Istio object of a configuration: those the platform shares, and those of one team.

Two forms. By identity, each grant names service accounts and every host has limits. By namespace is the
tutorial's: one DestinationRule for all, one policy a grant, HTTPS passed through unread.
"""

from collections.abc import Iterator, Mapping

from egress.config.configuration import Configuration, team_namespaces
from egress.config.destinations import Destination, Limits
from egress.derived import object_names
from egress.derived.control_plane import access_log_provider, trust_domain
from egress.derived.identity import spiffe_id
from egress.derived.istio import (
    authorization_policy,
    destination_rule,
    istio_gateway,
    peer_authentication,
    telemetry,
)
from egress.derived.istio.service_entry import ServicePort, google_apis, http_port, service_entry, tls_port
from egress.derived.istio.sidecar import default_sidecar
from egress.derived.istio.virtual_service import through_gateway

IstioObject = Mapping[str, object]


def shared_objects(configuration: Configuration) -> Iterator[IstioObject]:
    """The objects of istio-egress and istio-system that belong to no team."""
    yield peer_authentication.mesh_default()
    if configuration.destinations.authorization == "by-identity":
        yield from _shared_by_identity(configuration)
    else:
        yield from _shared_by_namespace(configuration)
    for name, apis in configuration.destinations.google_apis.items():
        yield google_apis(
            name,
            apis.hosts,
            configuration.namespaces_of(apis.visible_to),
            by_address=configuration.destinations.authorization == "by-identity",
        )
    provider = access_log_provider(configuration.platform)
    if provider:
        yield telemetry.gateway_access_log(provider)


def team_objects(configuration: Configuration, name: str) -> Iterator[IstioObject]:
    """The objects of one team: its Sidecars, its way to the gateway and what it may ask there."""
    team = configuration.teams[name]
    authorization = configuration.destinations.authorization
    reachable = _reachable(configuration, name) if authorization == "by-identity" else ()
    if team.sidecar:
        for namespace in team_namespaces(name, team):
            yield default_sidecar(namespace, [other for other in reachable if other != namespace])
    if authorization == "by-namespace":
        for grant in team.grants:
            yield authorization_policy.allow_namespace(name, grant)
    elif authorization == "by-identity":
        yield from _team_by_identity(configuration, name)


def granted_hosts(configuration: Configuration) -> Iterator[tuple[str, str, Destination]]:
    """Every outside host that somebody holds a grant for, with its destination's key and what of it is granted.

    A way that nobody is granted is closed: no port, no route, no server.
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


def reached_hosts(configuration: Configuration) -> Iterator[tuple[str, int]]:
    """Every outside host with a port that the gateway reaches it on.

    By identity what somebody is granted; by namespace every destination, since each has a route.
    """
    if configuration.destinations.authorization == "by-identity":
        reached = [(host, destination) for host, _, destination in granted_hosts(configuration)]
    else:
        reached = list(configuration.destinations.destinations.items())
    for host, destination in reached:
        if destination.http == "plain":
            yield host, destination.http_port
        if destination.uses_tls_port:
            yield host, destination.https_port


def _shared_by_namespace(configuration: Configuration) -> Iterator[IstioObject]:
    destinations = configuration.destinations
    pass_through = any(each.https == "pass-through" for each in destinations.destinations.values())
    if destinations.destinations:
        # Without a destination the gateway has nothing to listen for.
        yield istio_gateway.egress_gateway(["*"] if pass_through else [])
        yield destination_rule.to_gateway(pass_through=pass_through, teams=list(configuration.teams))
    for host, destination in destinations.destinations.items():
        visible_to = configuration.namespaces_that_see(host)
        yield service_entry(object_names.service_entry(host), [host], visible_to)
        yield through_gateway(host, destination, visible_to, as_sent=_as_sent(configuration))
        if destination.http == "originate-tls":
            yield destination_rule.originate_tls(host)
    if destinations.authorization == "open":
        return
    if pass_through:
        yield authorization_policy.allow_pass_through()
    elif not any(team.grants for team in configuration.teams.values()):
        yield authorization_policy.allow_nothing()


def _shared_by_identity(configuration: Configuration) -> Iterator[IstioObject]:
    hosts = list(granted_hosts(configuration))
    passed_through = [host for host, _, destination in hosts if destination.https == "pass-through"]
    if hosts:
        yield istio_gateway.egress_gateway(passed_through)
    for host, key, destination in hosts:
        visible_to = configuration.namespaces_that_see(key)
        limits = destination.limits or Limits()
        yield service_entry(object_names.service_entry(host), [host], visible_to, list(_ports(destination)))
        yield through_gateway(
            host,
            destination,
            visible_to,
            limits=limits,
            close_tls=True,
            as_sent=_as_sent(configuration),
        )
        yield destination_rule.outside(host, destination, limits)
        if destination.https == "identity":
            yield istio_gateway.identity_gateway(
                host,
                [
                    spiffe_id(trust_domain(configuration.platform), *identity)
                    for identity in configuration.identities_granted(key, "https")
                ],
            )
    if passed_through:
        yield authorization_policy.allow_pass_through_to(passed_through)
    if any(destination.https == "identity" for _, _, destination in hosts):
        yield authorization_policy.allow_identity_port()
    # Always, not only while there is no grant: removing the last one must not open the gateway.
    yield authorization_policy.allow_nothing()


def _as_sent(configuration: Configuration) -> bool:
    """Whether the outside reads the application's own headers alone."""
    return configuration.platform.mesh.gateway.headers == "as-sent"


def _reachable(configuration: Configuration, name: str) -> tuple[str, ...]:
    """The namespaces inside the cluster that a team's proxies need to know: its own, and those it may call."""
    team = configuration.teams[name]
    called = team.network_policies.to_teams if team.network_policies else ()
    return (*team_namespaces(name, team), *configuration.namespaces_of(tuple(sorted(called))))


def _team_by_identity(configuration: Configuration, name: str) -> Iterator[IstioObject]:
    team = configuration.teams[name]
    granted = {
        host: destination
        for host, key, destination in granted_hosts(configuration)
        if "https" in configuration.schemes_granted(key, name)
    }
    yield destination_rule.to_gateway_for_team(
        name,
        team_namespaces(name, team),
        identity_hosts=[host for host, destination in granted.items() if destination.https == "identity"],
        pass_through=any(destination.https == "pass-through" for destination in granted.values()),
    )
    policy = authorization_policy.allow_identities(
        name, team, configuration.destinations.destinations, trust_domain(configuration.platform)
    )
    if policy:
        yield policy


def _ports(destination: Destination) -> Iterator[ServicePort]:
    """Only ports that something uses: a port a sidecar knows and no route serves leads straight out (D26)."""
    if destination.http != "closed":
        yield http_port(destination.http_port)
    if destination.uses_tls_port:
        yield tls_port(destination.https_port)
