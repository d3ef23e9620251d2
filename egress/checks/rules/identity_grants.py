"""Grants by identity: each names service accounts of its team, and asks for what its destination offers."""

from collections.abc import Iterator

from egress.checks.draft import Draft, TeamFile
from egress.config.configuration import granted_schemes, service_account, team_namespaces
from egress.config.team import Grant
from egress.derived.resources.reserved import NAMESPACES
from egress.source.nearest import nearest
from egress.source.problem import Path, Problem


def service_accounts_of(team: TeamFile) -> frozenset[tuple[str, str]]:
    """The (namespace, name) pairs of every ServiceAccount that the team's file makes."""
    workloads = {(each.namespace or team.name, name) for name, each in team.team.workloads.items()}
    return frozenset(workloads | {service_account(team.name, each) for each in team.team.service_accounts})


def _grants(draft: Draft) -> Iterator[tuple[TeamFile, Path, Grant]]:
    for team in draft.teams.values():
        for path, grant in team.grants():
            yield team, path, grant


def grants_name_service_accounts(draft: Draft) -> Iterator[Problem]:
    """By identity, a grant without service accounts would be nobody's."""
    if not draft.by_identity:
        return
    for team, path, grant in _grants(draft):
        if not grant.service_accounts:
            message = (
                "the grant names no service_accounts, and the gateway lets identities through, not namespaces "
                f"({draft.destinations_file.where(('authorization',))}): name the team's ServiceAccounts that may ask"
            )
            yield team.file.problem(path, message)


def granted_service_accounts_exist(draft: Draft) -> Iterator[Problem]:
    """A grant to a name that no ServiceAccount has waits for whoever takes the name."""
    for team, path, grant in _grants(draft):
        known = service_accounts_of(team)
        for position, reference in enumerate(grant.service_accounts):
            place = (*path, "service_accounts", position)
            earlier = [service_account(team.name, each) for each in grant.service_accounts[:position]]
            if service_account(team.name, reference) in earlier:
                yield team.file.problem(place, "this ServiceAccount stands here twice: take one away")
            elif service_account(team.name, reference) not in known:
                names = [
                    name if namespace == team.name else f"{namespace}/{name}" for namespace, name in known
                ]
                message = (
                    f"the team has no such ServiceAccount: {nearest(reference, names)}; "
                    "those of workloads it deploys itself stand under `service_accounts`"
                )
                yield team.file.problem(place, message)


def granted_schemes_are_offered(draft: Draft) -> Iterator[Problem]:
    """A grant for a way that the destination does not have opens nothing."""
    for team, path, grant in _grants(draft):
        destination = draft.destinations.get(grant.to)
        if destination and not granted_schemes(grant, destination):
            way = grant.scheme or "any scheme"
            where = draft.destinations_file.where(("destinations", grant.to))
            message = (
                f"the destination is not reached by {way} ({where}): open it there, or take the grant away"
            )
            yield team.file.problem((*path, "scheme") if grant.scheme else path, message)


def methods_can_be_enforced(draft: Draft) -> Iterator[Problem]:
    """The gateway reads no method of what it does not decrypt, and no path by identity either."""
    for team, path, grant in _grants(draft):
        destination = draft.destinations.get(grant.to)
        if destination is None or grant.scheme == "http" or destination.https is None:
            continue
        checked = ["methods"] if destination.https == "pass-through" else ["methods", "paths"]
        where = draft.destinations_file.where(("destinations", grant.to, "https"))
        for key in checked:
            if getattr(grant, key):
                message = (
                    f"{key} cannot be enforced on HTTPS to this host, which stays encrypted from end to end "
                    f"({where}): add `scheme: http` to state that the grant "
                    "speaks of plain HTTP alone, and give HTTPS a grant of its own if it is meant"
                )
                yield team.file.problem((*path, key), message)


def policies_are_named_by_team(draft: Draft) -> Iterator[Problem]:
    """By identity, a team has one AuthorizationPolicy."""
    for team, path, grant in _grants(draft):
        if grant.policy and draft.by_identity:
            message = f"the team's grants make one policy, egress-{team.name}: take this away"
            yield team.file.problem((*path, "policy"), message)


def sidecars_are_not_given_up(draft: Draft) -> Iterator[Problem]:
    """By identity, a team without a Sidecar would see hosts that it was not granted."""
    for team in draft.teams.values():
        if draft.by_identity and not team.team.sidecar:
            message = "only the tutorial's first step goes without: take this away"
            yield team.file.problem(("sidecar",), message)


def namespaces_have_one_team(draft: Draft) -> Iterator[Problem]:
    """A namespace is one team's; identities, policies and NetworkPolicies follow from it."""
    owners = {name: name for name in draft.team_names}
    for team in draft.teams.values():
        for position, namespace in enumerate(team.team.namespaces):
            place = ("namespaces", position)
            if namespace == team.name or namespace in team.team.namespaces[:position]:
                yield team.file.problem(place, "the team has this namespace already: take it away")
            elif NAMESPACES.fullmatch(namespace):
                yield team.file.problem(
                    place, "this name is kept for a namespace of the system: take another"
                )
            elif namespace in owners:
                message = f"this namespace is that of the team {owners[namespace]} already: take another name"
                yield team.file.problem(place, message)
            else:
                owners[namespace] = team.name


def further_objects_are_in_the_teams_namespaces(draft: Draft) -> Iterator[Problem]:
    """A workload or a ServiceAccount stands in a namespace of its team."""
    for team in draft.teams.values():
        namespaces = team_namespaces(team.name, team.team)
        for name, workload in team.team.workloads.items():
            if workload.namespace and workload.namespace not in namespaces:
                message = f"the team has no such namespace: {nearest(workload.namespace, namespaces)}"
                yield team.file.problem(("workloads", name, "namespace"), message)
        for position, reference in enumerate(team.team.service_accounts):
            namespace = service_account(team.name, reference)[0]
            if namespace not in namespaces:
                message = f"the team has no such namespace: {nearest(namespace, namespaces)}"
                yield team.file.problem(("service_accounts", position), message)
