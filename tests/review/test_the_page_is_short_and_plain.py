"""The page of a change shows what differs, the largest groups first, and nothing that is another at each read."""

import subprocess
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from egress.review.answer import Answer, Verdict
from egress.review.changes.pairs import pairs
from egress.review.changes.reach import Part, sentences
from egress.review.changes.resources import Resource, resources
from egress.review.changes.unjudged import Unjudged, What
from egress.review.changes.weakened import weakened
from egress.review.comparison import Change, Comparison, Effect
from egress.review.decision.client import ClientSees
from egress.review.inventory import Inventory, RawResource
from egress.review.output.page_of_change import unjudged_lines
from tests.review.conftest import ROOT, synthesize_here

Run = Callable[..., "subprocess.CompletedProcess[str]"]
PRODUCTION = ROOT / "config" / "production"


def admission(*expressions: str) -> Resource:
    body = {"spec": {"validations": [{"expression": one} for one in expressions]}}
    return Resource(kind="ValidatingAdmissionPolicy", address="x", name="/x", body=body)


def test_of_a_long_list_only_what_differs_is_shown() -> None:
    same = [f"variables.{'same' * 30}{number}" for number in range(4)]
    (found,) = weakened(pairs([admission(*same, "old")], [admission(*same, "new")]), None, None)
    assert (found.facts["before"], found.facts["after"]) == (
        "old, beside 4 that stay",
        "new, beside 4 that stay",
    )
    (found,) = weakened(pairs([admission("one", "two")], [admission("one")]), None, None)
    assert (found.facts["before"], found.facts["after"]) == ("one, two", "one")


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (
            Unjudged(kind="asset", address="a", what=What.CHANGED, open_question=True, fields=("",)),
            "asset changed: `a`",
        ),
        (
            Unjudged(
                kind="VirtualService", address="a", what=What.ADDED, open_question=True, fields=("b.c",)
            ),
            "VirtualService is added, with `b.c` that no answer shows: `a`",
        ),
        (
            Unjudged(
                kind="VirtualService", address="a", what=What.CHANGED, open_question=True, fields=("b.c",)
            ),
            "VirtualService changed in `b.c`: `a`",
        ),
    ],
)
def test_a_resource_that_is_not_judged_is_told_in_plain_words(one: Unjudged, says: str) -> None:
    assert list(unjudged_lines([one])) == [says]


def test_the_largest_group_comes_first() -> None:
    answer = Answer(Verdict.ALLOWED, ClientSees.SITE_ANSWER, ())
    alone = [Change(f"one-{n}/x", f"{n}.example", "http", Effect.GAINED, None, answer, ()) for n in range(3)]
    group = [Change(f"many-{n}/x", "host.example", "http", Effect.GAINED, None, answer, ()) for n in range(5)]
    found = sentences(Comparison(changes=(*alone, *group), changed_objects=(), without_effect=0))
    assert [len(one.identities) for one in found[Part.GAINED]] == [5, 1, 1, 1]


TYPED: dict[str, Any] = {
    "id": "a/b",
    "metadata": [{"name": "b", "namespace": "a", "generation": 1, "resource_version": "1", "uid": "1"}],
    "spec": [{"template": [{"metadata": [{"generation": 0, "labels": {"a": "b"}}]}]}],
}


def test_what_an_api_server_counts_is_no_change_between_two_plans() -> None:
    later = deepcopy(TYPED)
    later["id"] = "another"
    later["metadata"][0].update(generation=2, resource_version="2", uid="2")
    later["spec"][0]["template"][0]["metadata"][0]["generation"] = 3

    def of(body: dict[str, Any]) -> list[Resource]:
        raw = RawResource(type="kubernetes_deployment_v1", address="x", body=body)
        return resources(Inventory(objects=(), planned=True, resources=(raw,)))

    (pair,) = pairs(of(TYPED), of(later))
    assert pair.changed_fields == ()
    later["spec"][0]["template"][0]["metadata"][0]["labels"] = {"a": "c"}
    (pair,) = pairs(of(TYPED), of(later))
    assert pair.changed_fields == (("spec", "template", "metadata", "labels", "a"),)


def test_what_a_plan_found_changed_is_on_the_page(here: Run) -> None:
    plan = str(ROOT / "tests" / "review" / "plans" / "changed-by-hand.json")
    page = here("summary", plan, plan, "--accepted", "none", "--base-accepted", "none").stdout
    assert "## Changed outside Terraform" in page


def test_diff_takes_nothing_as_a_side(production: Path, here: Run) -> None:
    assert here("diff", "none", str(production)).returncode == 1
    assert here("diff", str(production), "none").returncode in (0, 1)
    done = here("diff", "none", "none")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        2,
        "error: both states are `none`: name a folder for one of them",
    )


def test_a_group_that_gets_a_teams_roles_is_told_with_its_line(
    production: Path, here: Run, tmp_path: Path
) -> None:
    import shutil

    folder = tmp_path / "production"
    shutil.copytree(PRODUCTION, folder)
    team = folder / "teams" / "team-x.yaml"
    team.write_text(
        team.read_text().replace("[team-x@example.com]", "[team-x@example.com, more@example.com]")
    )
    out = synthesize_here(folder, tmp_path / "out")
    done = here(
        *("summary", str(production), str(out), "--artifact", str(folder)),
        *("--base-artifact", str(PRODUCTION)),
        *("--accepted", str(PRODUCTION / "accepted.yaml")),
        *("--base-accepted", str(PRODUCTION / "accepted.yaml")),
    )
    (line,) = [one for one in done.stdout.splitlines() if one.startswith("- Who has the role")]
    number = team.read_text().splitlines().index("groups: [team-x@example.com, more@example.com]") + 1
    assert f"(`teams/team-x.yaml:{number}`)" in line


@pytest.mark.parametrize(("python", "again"), [("/bin/sh", False), ("/nowhere/python", True)])
def test_a_checkov_of_another_folder_is_installed_again(python: str, again: bool, tmp_path: Path) -> None:
    script = (ROOT / ".ci" / "review").read_text()
    start = script.index("checkov_runs() {")
    function = script[start : script.index("\n}\n", start) + 3]
    program = tmp_path / ".cache" / "checkov" / "bin" / "checkov"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!{python}\n")
    program.chmod(0o755)
    (tmp_path / "Makefile").write_text(".cache/checkov/.installed:\n\t@touch $@ installed-again\n")
    done = subprocess.run(
        ["bash", "-euc", f"fail() {{ exit 2; }}\n{function}\ncheckov_runs"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "installed-again").exists() is again
    assert ("a Python that is not here, /nowhere/python" in done.stderr) is again
