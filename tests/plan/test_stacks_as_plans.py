"""The stacks planned by Terraform: the review of the plans is the review of the stacks, cell by cell."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from egress.review.changes.difference import OTHER_FORM
from egress.review.cluster import Cluster
from egress.review.comparison import changed_objects
from egress.review.decision.control import Control
from egress.review.findings.registry import find
from egress.review.inputs.reading import read
from egress.review.matrix import Matrix
from egress.review.output.texts.arrivals import arrival_text
from egress.review.output.texts.cells import cell_text
from egress.review.output.texts.clients import client_text
from egress.review.output.texts.conditions import conditions_texts
from egress.review.output.texts.controls import control_text
from egress.review.output.texts.reasons import reason_text
from tests.plan.conftest import Planned
from tests.plan.terraform import STACKS, document

ROOT = Path(__file__).parents[2]

Cell = tuple[str, str, str, str, str, str, tuple[str, ...], tuple[tuple[str, str, str, str], ...]]


def cells(review: Cluster) -> list[Cell]:
    """Every cell with all that the review says of it; an address without its stack, which a plan does not know."""
    return [
        (
            row.identity,
            row.host,
            row.scheme,
            str(row.answer.verdict),
            client_text(row.answer),
            arrival_text(row.answer.arrival),
            tuple(conditions_texts(row.answer.conditions)),
            tuple(
                (
                    control_text(step),
                    str(step.outcome),
                    reason_text(step.reason),
                    _in_its_stack(step.address),
                )
                for step in row.answer.steps
            ),
        )
        for row in Matrix(review).rows()
    ]


def _in_its_stack(address: str | None) -> str:
    stack, _, rest = (address or "").partition(".")
    return rest if stack in STACKS else address or ""


def _without_stacks(message: str) -> str:
    return re.sub(rf"\b({'|'.join(STACKS)})\.(?=\w+\.)", "", message)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_every_cell_has_the_answer_and_the_controls_of_the_stacks(
    configuration: Planned, moment: str
) -> None:
    found = cells(Cluster(read([getattr(configuration, moment)])))
    expected = cells(Cluster(read([configuration.out])))
    assert found == expected
    assert len({cell[3] for cell in found}) > 1


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_diff_of_the_stacks_and_their_plans_shows_no_answer_and_says_what_it_does_not_compare(
    configuration: Planned, moment: str
) -> None:
    plans = getattr(configuration, moment)
    assert changed_objects(Cluster(read([configuration.out])), Cluster(read([plans]))) == {}
    for old, new in ((configuration.out, plans), (plans, configuration.out)):
        command = [sys.executable, "-m", "egress", "diff", str(old), str(new)]
        finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert (finished.returncode, finished.stderr) == (1, "")
        silence = "Nothing changes in what any workload reaches by name."
        assert finished.stdout.strip().partition("\n\n")[2] == f"not compared: {OTHER_FORM}.\n{silence}"


@pytest.mark.parametrize("moment", ["before", "after"])
def test_the_findings_are_those_of_the_stacks(configuration: Planned, moment: str) -> None:
    def told(path: Path) -> list[tuple[str, str, list[str], tuple[str, ...]]]:
        return [
            (
                item.kind.code,
                _without_stacks(item.message),
                [_in_its_stack(a) for a in item.addresses],
                tuple(map(cell_text, item.cells)),
            )
            for item in find(Cluster(read([path])))
        ]

    assert told(getattr(configuration, moment)) == told(configuration.out)


def test_the_egress_plan_alone_says_that_the_vpc_is_not_given(configuration: Planned) -> None:
    review = Cluster(read([configuration.before / "egress.json", configuration.before / "mesh.json"]))
    allowed = [row.answer for row in Matrix(review).rows() if row.answer.verdict == "allowed"]
    assert allowed
    assert {answer.not_given for answer in allowed} == {(Control.VPC_FIREWALL,)}


def test_a_second_plan_has_nothing_to_do(configuration: Planned) -> None:
    for stack in STACKS:
        changes = document(configuration.after / f"{stack}.json")["resource_changes"]
        assert {tuple(change["change"]["actions"]) for change in changes} == {("no-op",)}, stack


def test_accounts_whose_addresses_the_provider_does_not_know_are_read_from_the_configuration(
    configuration: Planned, tmp_path: Path
) -> None:
    """Releases of the google provider before 6.8 leave `email` unknown until the apply."""
    folder = configuration.folders["foundation"]
    state = folder.path / "nothing.tfstate"
    plan = folder.plan(f"-state={state}", name="less", IMITATION_KNOWS_LESS="1")
    unknown = [
        change["address"]
        for change in document(plan)["resource_changes"]
        if change["change"]["after_unknown"].get("target_service_accounts")
    ]
    plan.rename(tmp_path / "foundation.json")
    others = [configuration.before / f"{stack}.json" for stack in STACKS[1:]]
    found = cells(Cluster(read([tmp_path / "foundation.json", *others])))
    assert found == cells(Cluster(read([configuration.out])))
    assert unknown
