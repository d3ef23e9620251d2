"""Grants: each for a known host that the team sees, and enforced as it reads."""

from collections.abc import Iterator

from egress.checks.draft import Draft, TeamFile
from egress.config.team import Grant
from egress.derived.istio.by_namespace.allowed import RESTRICTING
from egress.source.nearest import nearest
from egress.source.problem import Path, Problem


def _grants(draft: Draft) -> Iterator[tuple[TeamFile, Path, Grant]]:
    for team in draft.teams.values():
        for path, grant in team.grants():
            yield team, path, grant


def grants_name_destinations(draft: Draft) -> Iterator[Problem]:
    """A grant is for a host of the destinations file."""
    if draft.destinations_file.model is None:
        return
    # A faulty host is reported as such. Once fixed, it may be the one that is granted.
    faulty = draft.hosts.difference(draft.destinations)
    google_apis = {host: path for path, host in draft.google_apis}
    for team, path, grant in _grants(draft):
        if (
            any(grant.to == host or grant.to in host.lower() for host in faulty)
            or grant.to in draft.destinations
        ):
            continue
        if grant.to in google_apis:
            group = google_apis[grant.to][1]
            message = (
                "Google's APIs are reached past the gateway, without a grant: name the team in visible_to "
                f"of google_apis.{group}, and remove the grant"
            )
        else:
            message = f"there is no such destination: {nearest(grant.to, draft.destinations)}"
        yield team.file.problem((*path, "to"), message)


def granted_hosts_are_visible(draft: Draft) -> Iterator[Problem]:
    """Where `visible_to` is stated, a team that it leaves out has no route, whatever it is granted."""
    for team, path, grant in _grants(draft):
        destination = draft.destinations.get(grant.to)
        if destination and destination.visible_to and team.name not in destination.visible_to:
            message = (
                f"the team has no route to this host: add {team.name} to its visible_to "
                f"({draft.destinations_file.where(('destinations', grant.to, 'visible_to'))}), or remove the grant"
            )
            yield team.file.problem((*path, "to"), message)


def paths_can_be_enforced(draft: Draft) -> Iterator[Problem]:
    """The gateway reads no path of what passes through it as TLS."""
    for team, path, grant in _grants(draft):
        destination = draft.destinations.get(grant.to)
        if grant.paths and grant.scheme != "http" and destination and destination.https == "pass-through":
            where = draft.destinations_file.where(("destinations", grant.to, "https"))
            message = (
                f"paths cannot be enforced on HTTPS to this host, which passes through the gateway unread ({where}): "
                "add `scheme: http` to state that the grant is for plain HTTP only, or remove https there"
            )
            yield team.file.problem((*path, "paths"), message)


def paths_stand_once(draft: Draft) -> Iterator[Problem]:
    """A path that is listed twice is a mistake."""
    for team, path, grant in _grants(draft):
        for position, each in enumerate(grant.paths):
            if each in grant.paths[:position]:
                yield team.file.problem((*path, "paths", position), "this path is listed twice: remove one")


def paths_are_not_undone(draft: Draft) -> Iterator[Problem]:
    """Policies add up: next to a grant for all paths of a host, paths restrict nothing."""
    for team, path, grant in _grants(draft):
        for other_path, other in team.grants():
            if grant.paths and other.to == grant.to and not other.paths and _overlap(grant, other):
                message = (
                    f"these paths restrict nothing, since the grant on line {team.file.source.line(other_path)} "
                    "allows every path of the host: remove one of the two"
                )
                yield team.file.problem((*path, "paths"), message)


def _overlap(one: Grant, other: Grant) -> bool:
    """Whether two grants for a host speak of the same callers, scheme and methods somewhere."""
    return (
        (set(one.service_accounts) & set(other.service_accounts) != set() or not other.service_accounts)
        and (one.scheme is None or other.scheme in (None, one.scheme))
        and (not other.methods or not one.methods or set(one.methods) <= set(other.methods))
    )


def nothing_is_restricted_while_authorization_is_open(draft: Draft) -> Iterator[Problem]:
    """`authorization: open` means that the gateway has no AuthorizationPolicy."""
    if not draft.destinations_file.model or draft.destinations_file.model.authorization != "open":
        return
    for team, path, grant in _grants(draft):
        for key in RESTRICTING:
            if getattr(grant, key):
                where = draft.destinations_file.where(("authorization",))
                message = (
                    f"this has no effect while authorization is open ({where}): "
                    "write `authorization: by-namespace` there, or remove this"
                )
                yield team.file.problem((*path, key), message)
