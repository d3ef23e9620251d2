"""A sound configuration loads as it is written."""

from pathlib import Path

import pytest

from egress.checks.loading import load

ROOT = Path(__file__).parents[3]


def test_the_sound_folder_of_these_tests_has_no_problems(folder):
    assert folder.problems() == []


def test_the_tutorial_loads():
    configuration = load(ROOT / "config" / "tutorial", {})

    assert list(configuration.teams) == ["team-x", "team-y"]
    assert configuration.visible_to("httpbin.org") == ("team-x", "team-y")


def test_a_host_without_stated_visibility_is_visible_to_the_teams_with_a_grant(folder):
    assert folder.load().visible_to("example.com") == ("team-x",)


def test_what_is_left_out_has_its_default(folder):
    configuration = folder.load()

    assert configuration.platform.network.name == "vpc-network"
    assert configuration.platform.cluster.gateway_pool.name == "gateway"
    assert configuration.teams["team-y"].sidecar is True
    assert configuration.teams["team-y"].network_policies is None


def test_teams_come_in_alphabetical_order_whatever_the_file_system_says(folder):
    folder.write("teams/aaa.yaml", "grants: [{to: example.com}]\n")
    folder.write("teams/a-b.yaml", "grants: [{to: example.com}]\n")

    assert list(folder.load().teams) == ["a-b", "aaa", "team-x", "team-y"]


def test_a_loaded_configuration_cannot_be_changed(folder):
    with pytest.raises(ValueError, match="frozen"):
        folder.load().platform.project.id = "another"


def test_hidden_files_among_the_teams_are_left_alone(folder):
    folder.write("teams/.gitkeep", "")
    folder.write("teams/.team-x.yaml.swp", b"\xff")

    assert folder.problems() == []


def test_a_platform_without_teams_and_destinations_loads(folder):
    for name in ("team-x", "team-y"):
        (folder.path / "teams" / f"{name}.yaml").unlink()
    folder.write("destinations.yaml", "{}\n")

    assert folder.problems() == []


def test_an_alias_stands_for_what_it_repeats(folder):
    folder.write("teams/team-y.yaml", "grants:\n  - &grant { to: httpbin.org }\nlabels: &l { a: b }\n")
    assert folder.problems() == []

    folder.write(
        "destinations.yaml",
        "authorization: by-namespace\ndestinations:\n  example.com: &d {}\n  httpbin.org: *d\n",
    )
    assert folder.problems() == []


def test_a_byte_order_mark_and_windows_line_ends_are_no_matter(folder):
    text = (folder.path / "platform.yaml").read_text(encoding="utf-8")
    folder.write("platform.yaml", b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())

    assert folder.problems() == []
