"""Names that become Terraform ids: a stack's part, or a team's, can have each id once.

What stands here follows from stacks/egress.py and egress_constructs/tenant.py.
"""

from collections.abc import Iterator

from egress.checks.draft import Draft, TeamFile
from egress.derived.object_names import authorization_policy
from egress.source.problem import Path, Problem

PARTS_OF_THE_STACK = frozenset({"backend", "gateway-service", "google", "kubernetes", "routing"})
"""What stands in the egress stack beside the teams."""


def team_names_are_free_in_the_stack(draft: Draft) -> Iterator[Problem]:
    """A team's part of the egress stack has the team's name."""
    for name, team in draft.teams.items():
        if name in PARTS_OF_THE_STACK:
            message = (
                "a team is called after its file, and a part of the egress stack has this name: "
                f"rename the file, to team-{name}.yaml for instance"
            )
            yield Problem(file=team.file.source.file, value=name, message=message)


def names_of_a_team_are_ids_of_their_own(draft: Draft) -> Iterator[Problem]:
    """A team's workloads and Google service accounts stand beside each other and its other objects."""
    for team in draft.teams.values():
        owners = {"namespace": "namespace", "sidecar-default": "Sidecar"}
        owners |= {f"bucket-{key}": f"bucket {key}" for key in team.team.buckets}
        for _, grant in team.grants():
            name = authorization_policy(team.name, grant.to, grant.policy)
            owners[f"authorizationpolicy-{name}"] = f"AuthorizationPolicy {name}"
        for path, kind in _named(team):
            name = str(path[-1])
            if name in owners or name.startswith("networkpolicy-"):
                owner = owners.get(name, "NetworkPolicies")
                message = f"Terraform's id for this would be that of the team's {owner}: take another name"
                yield team.file.problem(path, message, name)
            owners.setdefault(name, f"{kind} {name}")


def _named(team: TeamFile) -> Iterator[tuple[Path, str]]:
    for account in sorted(team.file.keys(("google_service_accounts",))):
        yield ("google_service_accounts", account), "Google service account"
    for workload in sorted(team.file.keys(("workloads",))):
        yield ("workloads", workload), "workload"


def bucket_objects_are_ids_of_their_own(draft: Draft) -> Iterator[Problem]:
    """A slash in an id becomes two hyphens (constructs, Node)."""
    for team in draft.teams.values():
        for key, bucket in team.team.buckets.items():
            owners: dict[str, str] = {}
            for name in bucket.objects:
                other = owners.setdefault(name.replace("/", "--"), name)
                if other != name:
                    message = f"Terraform's id for this object would be that of {other}: take another name"
                    yield team.file.problem(("buckets", key, "objects", name), message, name)
