"""The stacks of a configuration, and what a call of main.py names of them."""

from pathlib import Path

import pytest

import main
from egress.checks.loading import load
from egress.checks.notices import notices
from egress.config.configuration import Configuration
from egress.config.days import today
from egress.derived.stack_ids import SHARED, stack_ids, stack_of_team
from egress.synthesis.command import UnknownStackError, chosen
from stacks.synthesis import STACKS_OF_A_SHARD, shards_of

PRODUCTION = Path(__file__).parents[2] / "config" / "production"


@pytest.fixture(scope="module")
def shared() -> Configuration:
    return load(PRODUCTION, {})


@pytest.fixture(scope="module")
def per_team(shared: Configuration) -> Configuration:
    platform = shared.platform.model_copy(update={"tenancy": "stack-per-team"})
    return Configuration(
        environment=shared.environment,
        platform=platform,
        destinations=shared.destinations,
        teams=shared.teams,
    )


def test_teams_share_egress_unless_the_platform_says_otherwise(shared: Configuration) -> None:
    assert stack_ids(shared) == SHARED == ("foundation", "cluster", "mesh", "egress")
    assert stack_of_team(shared.platform, "team-x") == "egress"


def test_a_team_has_a_stack_that_is_named_after_it(per_team: Configuration) -> None:
    assert stack_ids(per_team) == (*SHARED, "team-team-x", "team-team-y")
    assert stack_of_team(per_team.platform, "team-x") == "team-team-x"


def test_a_pattern_names_stacks_in_the_order_of_deployment(per_team: Configuration) -> None:
    there = stack_ids(per_team)

    assert chosen(["team-*", "cluster"], there) == ["cluster", "team-team-x", "team-team-y"]
    assert chosen(["team-team-y"], there) == ["team-team-y"]


def test_a_stack_that_is_not_there_is_refused_with_the_nearest(
    per_team: Configuration, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UnknownStackError, match=r"no stack 'team-x'; did you mean team-team-x\?"):
        chosen(["team-x"], stack_ids(per_team))

    assert main.main(["--config", str(PRODUCTION), "--stacks", "egres"]) == 2
    assert "did you mean egress?" in capsys.readouterr().err


@pytest.mark.parametrize("processes", ["0", "-1", "two"])
def test_a_number_of_processes_that_is_none_is_refused(processes: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        main.main(["--processes", processes])


def test_many_stacks_are_cut_into_shards_that_hold_each_once() -> None:
    teams = [f"team-{number}" for number in range(2 * STACKS_OF_A_SHARD + 1)]
    found = shards_of([*SHARED, *teams])

    assert [name for shard in found for name in shard] == [*SHARED, *teams]
    assert max(map(len, found)) == STACKS_OF_A_SHARD
    assert shards_of([*SHARED, *teams[:3]]) == [[*SHARED, *teams[:3]]]


def test_from_thirty_teams_on_a_notice_proposes_stacks_of_their_own(shared: Configuration) -> None:
    def said(count: int, tenancy: str) -> str:
        teams = {f"team-{number}": shared.teams["team-x"] for number in range(count)}
        platform = shared.platform.model_copy(update={"tenancy": tenancy})
        many = Configuration(
            environment=shared.environment, platform=platform, destinations=shared.destinations, teams=teams
        )
        return " ".join(line for line in notices(many, today({})) if "tenancy" in line)

    assert said(29, "shared") == said(30, "stack-per-team") == ""
    assert "30 teams share the stack egress" in said(30, "shared")
    assert "set `tenancy: stack-per-team`" in said(2, "moving")
