"""The names of AuthorizationPolicies, which all stand in the gateway's namespace."""

from collections.abc import Iterator

from egress.checks.draft import Draft, TeamFile
from egress.derived import gateway
from egress.derived.object_names import LONGEST_OBJECT_NAME, authorization_policy
from egress.source.problem import Path, Problem

OURS = {gateway.PASS_THROUGH_POLICY, gateway.CLOSED_POLICY, gateway.IDENTITY_POLICY}
"""The gateway's own policies."""


def policies_have_names_of_their_own(draft: Draft) -> Iterator[Problem]:
    """No two grants make one policy, neither of one team nor of two; by identity a team has one anyway."""
    if draft.by_identity:
        return
    owners: dict[str, tuple[TeamFile, Path]] = {}
    for team in draft.teams.values():
        for path, grant in team.grants():
            name = authorization_policy(team.name, grant.to, grant.policy)
            place = (*path, "policy" if grant.policy else "to")
            if name in OURS:
                yield team.file.problem(place, f"{name} is the gateway's own policy: take another name")
                continue
            if name not in owners:
                owners[name] = team, path
                continue
            other, other_path = owners[name]
            where = f"{other.file.where(other_path)}"
            mend = "take another name" if grant.policy else "join the two, or name this one's `policy`"
            message = f"the grant at {where} makes the AuthorizationPolicy {name} already: {mend}"
            yield team.file.problem(place, message)


def policy_names_fit(draft: Draft) -> Iterator[Problem]:
    """An object's name has at most 253 characters."""
    for team in draft.teams.values():
        for path, grant in team.grants():
            length = len(authorization_policy(team.name, grant.to, grant.policy))
            if length > LONGEST_OBJECT_NAME:
                message = (
                    f"its AuthorizationPolicy's name would have {length} characters, at most "
                    f"{LONGEST_OBJECT_NAME} are allowed: name it by `policy`"
                )
                yield team.file.problem((*path, "to"), message)
