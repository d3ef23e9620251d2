"""config/production on a real mesh: every row as expected, every refusal at admission seen."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from egress.derived.admission.policies import admission_objects
from egress.derived.admission.workload_accounts import workload_account_objects
from egress.proof.asking.attempts import OPENAPI
from tests.proof.conftest import prove
from tests.unit.platform.production import production

pytestmark = pytest.mark.proof

STAGES = Path(__file__).parent / "production"


WORKLOAD_KINDS = (
    "CronJob",
    "DaemonSet",
    "Deployment",
    "Job",
    "ReplicaSet",
    "ReplicationController",
    "StatefulSet",
)
FOR_LATER_VERSIONS = (
    "a tenant's Service must not state this field",
    "a tenant's Service states a field, in one of its parts, that docs/hardening.md does not allow",
    "a tenant's claim states a field, in one of its parts, that docs/hardening.md does not allow",
    *(
        f"a tenant's {kind} states a field, in one of its parts, that docs/hardening.md does not allow"
        for kind in WORKLOAD_KINDS
        if kind != "CronJob"
    ),
    # Of these kinds no field is refused today, but for a Job's managedBy.
    *(f"a tenant's {kind} must not state this field" for kind in WORKLOAD_KINDS if kind != "Job"),
)
"""What refuses fields that this Kubernetes does not have: whatever it has, another condition refuses before."""


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    done = prove("--stages", str(STAGES), "--format", "json", seconds=600)
    assert done.returncode in (0, 1), done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def rows(report: dict[str, Any]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = report["rows"]
    return found


def test_every_refusal_at_a_sidecar_leaves_a_line_in_its_log(report: dict[str, Any]) -> None:
    refused = Counter(
        row["identity"].partition(": ")[2]
        for row in report["rows"]
        if row["ended"] in ("sidecar", "sidecar policy")
    )
    logged = {
        identity: max(report["figures"]["filtered_log"].get(f"{identity}{end}", 0) for end in ("-0", ""))
        for identity in refused
    }
    assert sum(refused.values()) > 10
    assert {identity: n for identity, n in refused.items() if logged[identity] < n} == {}


def test_enough_is_asked_and_tried(rows: list[dict[str, str]]) -> None:
    requests = [row for row in rows if re.match(r"[A-Z]+ https?://", row["request"])]
    tried = [row for row in rows if row["got"] in ("refused", "created")]
    assert len(requests) >= 200
    assert len(tried) >= 120


def test_every_attack_ends_where_its_table_says(rows: list[dict[str, str]]) -> None:
    assert [row for row in rows if row["differs"]] == []


def test_every_refusal_of_a_tenants_object_was_seen(rows: list[dict[str, str]]) -> None:
    evidence = "\n".join(row["evidence"] for row in rows)
    refusals = [
        validation["message"]
        for item in (*admission_objects(production()), *workload_account_objects())
        if item["kind"] == "ValidatingAdmissionPolicy"
        for validation in item["spec"]["validations"]
    ]
    assert len(refusals) > 1
    unseen = [message for message in refusals if message not in evidence]
    assert sorted(unseen) == sorted(FOR_LATER_VERSIONS)


def test_the_api_servers_types_are_those_that_are_decided_about(rows: list[dict[str, str]]) -> None:
    compared = [row for row in rows if OPENAPI in row["request"]]
    assert compared
    assert [row["evidence"] for row in compared if row["differs"]] == []


def test_what_is_changed_by_hand_is_told(rows: list[dict[str, str]]) -> None:
    changes = [row for row in rows if row["request"].startswith("DRIFT ")]
    assert len(changes) > 10
    assert changes[0]["got"] == "nothing to tell"
