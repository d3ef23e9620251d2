"""Teams: their names, their labels, and whom they may reach inside the cluster."""

import re
from collections.abc import Iterator

from egress.checks.draft import Draft
from egress.config.names import LETTER_FIRST
from egress.derived.resources.reserved import NAMESPACES
from egress.derived.tenant_label import TENANT_LABEL
from egress.source.nearest import nearest
from egress.source.patterns import mismatch
from egress.source.problem import Problem

RESERVED_LABELS = ("kubernetes.io", "k8s.io", "istio.io")
"""Label domains whose owners give their labels a meaning (Kubernetes, "Labels and Selectors"; Istio)."""


def team_names_are_free(draft: Draft) -> Iterator[Problem]:
    """A team's name is its file's name and its namespace's."""
    for name, team in draft.teams.items():
        if not re.fullmatch(LETTER_FIRST, name):
            message = f"a team is called after its file, and {mismatch(name, LETTER_FIRST)}"
            yield Problem(file=team.file.source.file, value=name, message=message)
        elif NAMESPACES.fullmatch(name):
            message = (
                "a team is called after its file, and this name is kept for a namespace of the system: "
                f"rename the file, to team-{name}.yaml for instance"
            )
            yield Problem(file=team.file.source.file, value=name, message=message)


def labels_are_not_the_systems(draft: Draft) -> Iterator[Problem]:
    """A team's label must not turn sidecar injection off, nor rename the namespace for NetworkPolicies."""
    for team in draft.teams.values():
        for key in sorted(team.file.keys(("labels",))):
            domain = key.rpartition("/")[0]
            if key in ("istio-injection", TENANT_LABEL) or any(
                domain == reserved or domain.endswith(f".{reserved}") for reserved in RESERVED_LABELS
            ):
                message = "this label is the platform's to set: take it away"
                yield team.file.problem(("labels", key), message, key)


def pod_security_is_weakened_where_there_is_one(draft: Draft) -> Iterator[Problem]:
    """A team's exception says nothing where no team is held to a standard."""
    platform = draft.sound_platform
    for team in draft.teams.values():
        if team.team.pod_security and platform and platform.pod_security is None:
            message = (
                "no team is held to a Pod Security Standard (tenants.pod_security: none): take the key away"
            )
            yield team.file.problem(("pod_security",), message)


def teams_hold_something(draft: Draft) -> Iterator[Problem]:
    """A team has a workload or a grant, or there is no reason for it."""
    for team in draft.teams.values():
        stated = team.file.source.data
        if isinstance(stated, dict) and not any(
            stated.get(key) for key in ("workloads", "service_accounts", "grants")
        ):
            message = "the team is empty: give it workloads or grants, or remove the file"
            yield Problem(file=team.file.source.file, line=team.file.source.line(()), message=message)


def reachable_teams_are_others(draft: Draft) -> Iterator[Problem]:
    """`to_teams` names other teams, each once."""
    for team in draft.teams.values():
        policies = team.team.network_policies
        teams = policies.to_teams if policies else ()
        for position, other in enumerate(teams):
            place = ("network_policies", "to_teams", position)
            if other == team.name:
                message = "this is the team itself: `same_namespace: true` lets its Pods reach each other"
                yield team.file.problem(place, message)
            elif not draft.has_team(other):
                yield team.file.problem(place, f"there is no such team: {nearest(other, draft.team_names)}")
            elif other in teams[:position]:
                yield team.file.problem(place, "this team stands here twice: take one away")


def service_accounts_are_bound_by_admission(draft: Draft) -> Iterator[Problem]:
    """Without admission policies nobody would hold a Pod to its ServiceAccount's workload."""
    platform = draft.sound_platform
    stated = draft.platform.source.at(("tenants", "service_accounts"))
    if platform and platform.tenants.admission == "none" and stated == "bound":
        message = (
            "what ServiceAccounts run is an admission policy: write `service_accounts: free`, "
            "or `admission: enforced`"
        )
        yield draft.platform.problem(("tenants", "service_accounts"), message)
