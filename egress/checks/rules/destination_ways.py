"""The ways to a destination: what goes together, and what only authorization by identity has."""

from collections.abc import Iterator

from egress.checks.draft import Draft
from egress.config.configuration import granted_schemes
from egress.config.names import fold
from egress.derived.control_plane import refusal
from egress.derived.istio.by_namespace.allowed import beyond
from egress.source.problem import Problem

HTTP_PORT = 80
TLS_PORT = 443


def the_tutorials_form_has_its_limits(draft: Draft) -> Iterator[Problem]:
    """By namespace, destinations and teams are the tutorial's: everything later needs identities."""
    model = draft.destinations_file.model
    if model is None or draft.by_identity:
        return
    reason = (
        f"this needs `authorization: by-identity` ({draft.destinations_file.where(('authorization',))}); "
        f"`{model.authorization}` repeats the tutorial, which does not have this"
    )
    for host, destination in model.destinations.items():
        for key in beyond(destination):
            yield draft.destinations_file.problem(("destinations", host, key), reason)
    for team in draft.teams.values():
        for key in beyond(team.team):
            yield team.file.problem((key,), reason)
        for path, grant in team.grants():
            for key in beyond(grant):
                yield team.file.problem((*path, key), reason)


def visibility_follows_from_grants(draft: Draft) -> Iterator[Problem]:
    """By identity, one fact drives routes and policies alike: the grant."""
    if not draft.by_identity:
        return
    for host, destination in draft.destinations.items():
        if destination.visible_to is not None:
            message = "the teams' grants decide who sees the host: remove this"
            yield draft.destinations_file.problem(("destinations", host, "visible_to"), message)


def further_hosts_stand_once(draft: Draft) -> Iterator[Problem]:
    """A host belongs to one destination, and its objects' names to one host."""
    owners = {fold(host): host for host in draft.destinations}
    for host, destination in draft.destinations.items():
        for position, other in enumerate(destination.also):
            if fold(other) in owners:
                message = (
                    f"its objects would be called {fold(other)}-... like those of {owners[fold(other)]}: "
                    "name each host once"
                )
                yield draft.destinations_file.problem(("destinations", host, "also", position), message)
            owners.setdefault(fold(other), other)


def ways_go_together(draft: Draft) -> Iterator[Problem]:
    """Settings of a way that the destination does not have would change nothing."""
    for host, destination in draft.destinations.items():
        place = ("destinations", host)
        problem = draft.destinations_file.problem
        if destination.http == "closed" and destination.https is None:
            message = "HTTP and HTTPS are both closed: open one of them, or remove the destination"
            yield problem((*place, "http"), message)
        if destination.tls and destination.http != "originate-tls":
            message = "certificates are for `http: originate-tls`, where the gateway speaks TLS itself"
            yield problem((*place, "tls"), message)
        if destination.tls and bool(destination.tls.credential) == bool(destination.tls.ca):
            message = "name one of the two: `credential` (its Secret carries the CA too) or `ca`"
            yield problem((*place, "tls"), message)
        if destination.http_port == destination.https_port:
            message = (
                f"both HTTP and HTTPS would be on port {destination.http_port}: give them different ports"
            )
            yield problem((*place, "https_port"), message)


def outside_ports_pass_the_firewall(draft: Draft) -> Iterator[Problem]:
    """The gateway nodes reach the internet only on the platform's `egress_ports`."""
    open_ports = draft.platform.get(("network", "firewall", "egress_ports"), (HTTP_PORT, TLS_PORT))
    for host, destination in draft.destinations.items():
        used = {
            "http_port": destination.http_port if destination.http == "plain" else None,
            "https_port": destination.https_port if destination.uses_tls_port else None,
        }
        for key, port in used.items():
            if port is not None and port not in open_ports:
                message = (
                    f"the firewall lets the gateway nodes out only on {', '.join(map(str, open_ports))}: "
                    f"add {port} to network.firewall.egress_ports in {draft.platform.source.file}"
                )
                yield draft.destinations_file.problem(("destinations", host, key), message)


def identity_https_has_its_port(draft: Draft) -> Iterator[Problem]:
    """HTTPS by identity arrives on a port of the gateway that the platform opens."""
    if draft.platform.get(("mesh", "gateway", "identity_https"), False):
        return
    for host, destination in draft.destinations.items():
        if destination.https == "identity":
            message = (
                "the gateway's Service has no port for it: write `identity_https: true` under mesh.gateway in "
                f"{draft.platform.source.file}, and deploy the mesh stack first"
            )
            yield draft.destinations_file.problem(("destinations", host, "https"), message)


def managed_control_plane_reads_no_secrets(draft: Draft) -> Iterator[Problem]:
    """Traffic Director takes no `credentialName` (control_plane.refusal names its other limits)."""
    platform = draft.platform.model
    reason = refusal(platform, "DestinationRule.tls.credentialName") if platform else None
    for host, destination in draft.destinations.items():
        if reason and destination.tls:
            yield draft.destinations_file.problem(("destinations", host, "tls"), reason)


def grants_of_a_host_go_together(draft: Draft) -> Iterator[Problem]:
    """On a host that passes through unread, a grant of HTTPS is everybody's who reaches the port."""
    for team in draft.teams.values():
        for path, grant in team.grants():
            destination = draft.destinations.get(grant.to)
            if (
                draft.by_identity
                and destination
                and destination.https == "pass-through"
                and "https" in granted_schemes(grant, destination)
                and grant.scheme is None
            ):
                message = (
                    "HTTPS to this host passes through unread, for every Pod of the granted teams: add a grant "
                    "with `scheme: https` to state it, and `scheme: http` to this one"
                )
                yield team.file.problem(path, message)
