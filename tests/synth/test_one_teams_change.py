"""Whatever a team changes in its file changes its own resources and, at most, the objects of destinations it names."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from egress.config.configuration import Configuration
from egress.config.tenancy import Tenancy
from egress.derived import construct_ids as ids
from egress.derived.istio.routing import reached_hosts
from egress.derived.resources.egress_stack import egress_resources
from egress.derived.resources.resource import PLATFORM, Derived
from tests.synth.conftest import Synthesize
from tests.synth.synthesized_stack import Block
from tests.unit.by_identity.generated import Files, configuration, files

A_FEW = settings(max_examples=3)
"""Of each kind of change: each is synthesized twice."""

Team = dict[str, Any]
Edit = Callable[[Team, Files, str], None]
"""Changes a team's data in place; the rest of the data is for reading, but for other teams' naming of one that goes."""


def image(team: Team, _: Files, __: str) -> None:
    next(iter(team["workloads"].values()))["image"] = "gcr.io/another/image:2"


def workload(team: Team, _: Files, __: str) -> None:
    team["workloads"]["added"] = {"image": "gcr.io/some/image:1"}


def account(team: Team, _: Files, __: str) -> None:
    team["service_accounts"] = [*team["service_accounts"], "added-account"]


def labels(team: Team, _: Files, __: str) -> None:
    team["labels"] = {"cost-centre": "42"}


def same_namespace(team: Team, _: Files, __: str) -> None:
    team["network_policies"]["same_namespace"] = not team["network_policies"]["same_namespace"]


def to_teams(team: Team, data: Files, name: str) -> None:
    others = {each.removeprefix("teams/").removesuffix(".yaml") for each in data if each.startswith("teams/")}
    spare = sorted(others - {name, *team["network_policies"]["to_teams"]})
    assume(spare or team["network_policies"]["to_teams"])
    team["network_policies"]["to_teams"] = spare


def namespace(team: Team, _: Files, name: str) -> None:
    team["namespaces"] = [*team["namespaces"], f"{name}-added"]


def methods(team: Team, _: Files, __: str) -> None:
    plain = [each for each in team["grants"] if each.get("scheme") == "http"]
    assume(plain)
    plain[0]["methods"] = ["DELETE"]


def granted(team: Team, data: Files, _: str) -> None:
    destinations = data["destinations.yaml"]["destinations"]
    spare = [host for host in destinations if host not in {each["to"] for each in team["grants"]}]
    assume(spare)
    through = destinations[spare[0]].get("https") == "pass-through"
    scheme = {"scheme": "https"} if through else {}
    team["grants"].append({"to": spare[0], "service_accounts": sorted(team["workloads"])[:1], **scheme})


def taken_away(team: Team, _: Files, __: str) -> None:
    assume(team["grants"])
    team["grants"].pop()


def leaves(_: Team, data: Files, name: str) -> None:
    assume(sum(each.startswith("teams/") for each in data) > 1)
    del data[f"teams/{name}.yaml"]
    for each, other in data.items():
        if each.startswith("teams/"):
            named = other["network_policies"]["to_teams"]
            other["network_policies"]["to_teams"] = [team for team in named if team != name]
    apis = data["destinations.yaml"]["google_apis"]["googleapis"]
    apis["visible_to"] = [team for team in apis["visible_to"] if team != name]
    assume(apis["visible_to"])


EDITS: tuple[Edit, ...] = (
    *(
        image,
        workload,
        account,
        labels,
        same_namespace,
        to_teams,
        namespace,
        methods,
        granted,
        taken_away,
        leaves,
    ),
)


def with_tenancy(data: Files, tenancy: Tenancy) -> Configuration:
    found = configuration(data)
    return replace(found, platform=found.platform.model_copy(update={"tenancy": tenancy}))


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
@given(data=files(), which=st.integers(0, 2), tenancy=st.sampled_from(["shared", "stack-per-team"]))
@A_FEW
def test_a_change_of_one_team_changes_what_is_its_own_and_its_destinations(
    edit: Edit, data: Files, which: int, tenancy: Tenancy, synthesize: Synthesize
) -> None:
    names = sorted(each for each in data if each.startswith("teams/"))
    file = names[which % len(names)]
    name = file.removeprefix("teams/").removesuffix(".yaml")
    after = copy.deepcopy(data)
    edit(after[file], after, name)
    one, other = with_tenancy(data, tenancy), with_tenancy(after, tenancy)

    found = changed(one, other, synthesize)

    may = Allowed(one, other, name)
    assert found, "the edit changes nothing"
    assert [stack for stack, _ in found if not may.stack(stack)] == []
    assert [address for (_, address), cause in found.items() if not may.resource(cause)] == []


def changed(
    one: Configuration, other: Configuration, synthesize: Synthesize
) -> dict[tuple[str, str], Derived | None]:
    """The resources that are not the same, by stack and address, each with what it is derived from."""
    derived = {
        (each.stack, each.address): each for each in (*egress_resources(one), *egress_resources(other))
    }
    before, after = (_resources(each, synthesize) for each in (one, other))
    keys = [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
    return {key: derived.get(key) for key in sorted(keys)}


def _resources(source: Configuration, synthesize: Synthesize) -> dict[tuple[str, str], Block]:
    """Every resource as written, without cdktf's note of where it lies."""
    return {
        (id_, address): {key: value for key, value in body.items() if key != "//"}
        for id_, stack in synthesize(source).stacks.items()
        for address, body in stack.raws().items()
        if not address.startswith("data.")
    }


class Allowed:
    """What a change of a team may change."""

    def __init__(self, one: Configuration, other: Configuration, team: str) -> None:
        self._team = team
        states = (one, other)
        before, after = (state.teams.get(team) for state in states)
        called = [_to_teams(state) for state in states]
        moved = before is None or after is None or before.namespaces != after.namespaces
        far = {name for each in called for pair in each if team in pair for name in pair}
        if moved:
            self.teams = {team} | far
        else:
            self.teams = {team} | {name for pair in called[0] ^ called[1] if team in pair for name in pair}
        grants = [[*(each.grants if each else ())] for each in (before, after)]
        self.hosts = {
            grant.to
            for mine, others in (grants, grants[::-1])
            for grant in mine
            if moved or grant not in others
        }
        self.google_apis = moved
        self.platform = set(reached_hosts(one)) != set(reached_hosts(other))

    def stack(self, stack: str) -> bool:
        """A team's stack is that team's; in `egress` each resource is asked for."""
        return stack == "egress" or stack in {f"team-{team}" for team in self.teams}

    def resource(self, found: Derived | None) -> bool:
        """A team's own; one of a destination; the platform's list of what is granted at all, where that changes."""
        if found is None:
            return self.platform
        if found.ids[0] == ids.TEAMS:
            return found.ids[1] in self.teams
        if found.cause == PLATFORM:
            return self.platform
        kind, entry = found.cause.path[:2]
        return entry in self.hosts if kind == "destinations" else self.google_apis


def _to_teams(state: Configuration) -> set[tuple[str, str]]:
    """Who says that it calls whom."""
    return {
        (name, called)
        for name, team in state.teams.items()
        if team.network_policies
        for called in team.network_policies.to_teams
    }
