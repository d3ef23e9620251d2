"""Folders and files that are missing, or that nobody would read."""

import os
import shutil

import pytest


def test_a_folder_that_is_not_there_is_one_problem(folder):
    shutil.rmtree(folder.path)

    (problem,) = folder.problems()

    assert problem.endswith(
        "there is no such folder: name one that holds platform.yaml, destinations.yaml and teams/"
    )


def test_a_file_in_the_folders_place_is_one_problem(folder):
    shutil.rmtree(folder.path)
    folder.path.write_text("", encoding="utf-8")

    (problem,) = folder.problems()

    assert problem.endswith("this is a file: name the folder that holds it")


@pytest.mark.parametrize("name", ["platform.yaml", "destinations.yaml"])
def test_a_missing_file_is_one_problem(folder, name):
    (folder.path / name).unlink()

    assert folder.problems() == [f"{name}: there is no such file: create it"]


def test_a_missing_folder_of_teams_is_one_problem(folder):
    shutil.rmtree(folder.path / "teams")

    assert folder.problems() == [
        "teams: there is no such folder: create it, with one <team>.yaml for each team"
    ]


def test_every_missing_file_is_named(folder):
    for name in ("platform.yaml", "destinations.yaml", "teams"):
        os.rename(folder.path / name, folder.path / f"old-{name}")

    assert [problem.partition(":")[0] for problem in folder.problems()] == [
        "platform.yaml",
        "destinations.yaml",
        "teams",
    ]


@pytest.mark.parametrize("suffix", ["yml", "YAML", "YML"])
def test_a_team_with_another_suffix_is_to_be_renamed_and_is_known_to_the_others(folder, suffix):
    (folder.path / "teams" / "team-y.yaml").rename(folder.path / "teams" / f"team-y.{suffix}")

    assert folder.problems() == [
        f"teams/team-y.{suffix}: a team's file ends in .yaml: rename it to team-y.yaml"
    ]


def test_another_file_among_the_teams_is_not_passed_over(folder):
    folder.write("teams/notes.txt", "")

    assert folder.problems() == ["teams/notes.txt: only <team>.yaml files are read here: rename or remove it"]


def test_a_folder_among_the_teams_is_not_passed_over(folder):
    folder.write("teams/sub.yaml/team-z.yaml", "")

    assert folder.problems() == [
        "teams/sub.yaml: this is a folder, while each team is one file: write <team>.yaml, and remove the folder"
    ]


def test_a_folder_in_a_files_place_is_not_read(folder):
    (folder.path / "platform.yaml").unlink()
    (folder.path / "platform.yaml").mkdir()

    assert folder.problems() == ["platform.yaml: the file cannot be read: is a directory"]


def test_a_dangling_link_is_a_missing_file(folder):
    (folder.path / "teams" / "team-z.yaml").symlink_to("nowhere")

    assert folder.problems() == ["teams/team-z.yaml: there is no such file: create it"]
