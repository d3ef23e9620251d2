"""config/production on a real mesh: every row as expected, every refusal at admission seen."""

import json
from pathlib import Path

import pytest

from egress.derived.admission.policies import admission_objects
from egress.derived.admission.workload_accounts import workload_account_objects
from tests.proof.conftest import prove

pytestmark = pytest.mark.proof

STAGES = Path(__file__).parent / "production"


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    done = prove("--stages", str(STAGES), "--format", "json")
    assert done.returncode in (0, 1), done.stderr
    found: list[dict[str, str]] = json.loads(done.stdout)["rows"]
    return found


def test_every_attack_ends_where_its_table_says(rows: list[dict[str, str]]) -> None:
    assert [row for row in rows if row["differs"]] == []


def test_every_refusal_of_a_tenants_object_was_seen(rows: list[dict[str, str]]) -> None:
    evidence = "\n".join(row["evidence"] for row in rows)
    refusals = [
        validation["message"]
        for item in (*admission_objects(), *workload_account_objects())
        if item["kind"] == "ValidatingAdmissionPolicy"
        for validation in item["spec"]["validations"]
    ]
    assert len(refusals) > 1
    assert [message for message in refusals if message not in evidence] == []
