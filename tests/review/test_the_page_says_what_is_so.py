"""The page of a change says nothing that is not so: what a guard was and is, what was read, what nobody knows."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from egress.review.answer import Answer, Verdict
from egress.review.changes.weakened import weakened
from egress.review.comparison import Change, Comparison, Effect
from egress.review.decision.client import ClientSees
from egress.review.inventory import Inventory
from egress.review.network.vpc import FirewallRule
from egress.review.output.gist import counted, read_text
from tests.builders.vpcs import rule, vpc
from tests.review.conftest import ROOT
from tests.review.edits import edited, page
from tests.review.mutations import Walk
from tests.review.policy_rules import HTTPS, policy_rule

Run = Callable[..., "subprocess.CompletedProcess[str]"]
ACCEPTED = ROOT / "config" / "production" / "accepted.yaml"
FOLDED = "each with the reason why it needs no agreement of its own"


@pytest.fixture(scope="module")
def walk(production: Path) -> Walk:
    return Walk(production)


def test_a_weakened_guard_is_not_also_among_what_needs_no_agreement(walk: Walk) -> None:
    def edit(document: dict[str, object]) -> None:
        alerts = document["resource"]["google_monitoring_alert_policy"]  # type: ignore[index]
        next(iter(alerts.values()))["enabled"] = False

    text, asks = page(walk.stacks, edited(walk.stacks, "cluster", edit))
    assert "a guard is weakened" in asks
    assert FOLDED not in text


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (
            rule("a", allow=True, source_tags=()),
            rule("a", allow=True, source_tags=("any",), target_tags=()),
            "source tags",
        ),
        (
            rule("a", target_service_accounts=("n@one.x",)),
            rule("a", target_service_accounts=("n@two.x",)),
            "n@two.x",
        ),
    ],
)
def test_two_rules_are_never_told_in_the_same_words(
    before: FirewallRule, after: FirewallRule, says: str
) -> None:
    before, after = (replace(one, egress=False) for one in (before, after))
    for finding in weakened([], vpc(before), vpc(after)):
        assert finding.facts["before"] != finding.facts["after"]
        assert says in finding.facts["after"]
        break
    else:
        pytest.fail("no finding")


def test_a_rule_of_a_policy_that_changes_is_no_new_one() -> None:
    other = policy_rule("https", 443, target_service_accounts=("gateway@another",))
    (found,) = weakened([], replace(vpc(), policy=(HTTPS,)), replace(vpc(), policy=(other,)))
    assert "no such rule" not in found.facts.values()
    assert found.facts["before"] != found.facts["after"]
    assert "gateway@another" in found.facts["after"]


def test_of_two_forms_each_is_named() -> None:
    plan = Inventory(objects=(), origin="a", planned=True, resources=(object(),) * 3)  # type: ignore[arg-type]
    stacks = Inventory(objects=(), origin="b", resources=(object(),) * 4)  # type: ignore[arg-type]
    objects = Inventory(origin="c", objects=(object(),) * 5)  # type: ignore[arg-type]
    assert read_text(plan, stacks) == (
        "3 Terraform resources before, from plans, and 4 Terraform resources after, from synthesized stacks"
    )
    assert read_text(stacks, objects) == (
        "4 Terraform resources before, from synthesized stacks, and 5 Kubernetes objects after, from YAML"
    )
    assert read_text(plan, plan) == "3 Terraform resources before and 3 after, from plans"


@pytest.mark.parametrize(
    ("effects", "says"),
    [
        ([Effect.UNKNOWN], "1 answer changed, and nobody knows whether it lets more through"),
        ([Effect.UNKNOWN] * 2, "2 answers changed, and nobody knows whether they let more through"),
        (
            [Effect.UNKNOWN, Effect.GAINED],
            "2 answers changed, and 1 of them lets more through; of 1 nobody knows whether they let more through",
        ),
        ([Effect.LOST], "1 answer changed, and it lets no more through"),
    ],
)
def test_an_unknown_answer_may_let_more_through(effects: list[Effect], says: str) -> None:
    answer = Answer(Verdict.ALLOWED, ClientSees.SITE_ANSWER, ())
    changes = tuple(Change("a/b", "x", "http", effect, answer, answer, ()) for effect in effects)
    assert says in counted(Comparison(changes=changes, changed_objects=(), without_effect=0))


def test_a_new_environment_of_a_plan_is_compared_with_nothing(here: Run) -> None:
    plan = ROOT / "tests" / "review" / "plans"
    file = next(iter(sorted(plan.glob("*.json"))))
    for old, new in (("none", str(file)), (str(file), "none")):
        done = here("summary", old, new, "--accepted", "none")
        assert done.returncode == 1, done.stderr
        assert "were not compared" not in done.stdout
        assert "no longer known" not in done.stdout.partition("##")[0]


@pytest.mark.parametrize("option", ["--html", "--json", "--sarif"])
def test_a_file_that_cannot_be_written_is_named_with_the_reason(
    option: str, production: Path, here: Run, tmp_path: Path
) -> None:
    file = tmp_path / "nowhere" / "x"
    done = here("summary", str(production), str(production), "--accepted", "none", option, str(file))
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        f"error: {file}: cannot be written: No such file or directory; name another file"
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_an_output_that_is_full_is_no_fault_of_the_program(production: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "egress",
                "summary",
                str(production),
                str(production),
                "--accepted",
                "none",
            ],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env={**os.environ},
        )
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        2,
        "error: the output cannot be written: No space left on device",
    )


def test_an_acceptance_that_says_it_otherwise_is_folded_in(
    production: Path, here: Run, tmp_path: Path
) -> None:
    file = tmp_path / "accepted.yaml"
    file.write_text(
        ACCEPTED.read_text().replace("Granted to one service account of team-x;", "Said anew;", 1)
    )
    done = here(
        *("summary", str(production), str(production)),
        *("--base-accepted", str(ACCEPTED), "--accepted", str(file)),
    )
    assert done.returncode == 0
    assert "Acceptances with another reason or narrower terms: 1" in done.stdout
    assert "Said anew" in done.stdout
