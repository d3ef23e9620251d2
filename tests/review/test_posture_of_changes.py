"""Checks of checkov that fail after a change and did not before."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from egress.review.changes.posture import new_failures
from egress.review.errors import ReviewError
from egress.review.inventory import Inventory, RawResource

Run = Callable[..., "CompletedProcess[str]"]
ADDRESS = "cluster.google_container_cluster.cluster_A4"
INVENTORY = Inventory(
    objects=(), resources=(RawResource(address=ADDRESS, type="google_container_cluster", body={}),)
)


def failures(file: Path, *checks: str) -> Path:
    listed = [
        {"check": check, "resource": "cluster/cluster_A4", "title": f"{check} says"} for check in checks
    ]
    file.write_text(json.dumps({"failures": listed}))
    return file


def test_only_what_fails_anew_is_a_finding(tmp_path: Path) -> None:
    before, after = failures(tmp_path / "a", "CKV_1", "CKV_2"), failures(tmp_path / "b", "CKV_2", "CKV_3")
    found = new_failures(before, after, INVENTORY)
    assert [(one.kind.code, one.facts["check"], one.addresses) for one in found] == [
        ("EG502", "CKV_3", (ADDRESS,))
    ]
    assert new_failures(after, after, INVENTORY) == []


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"failures": [1]}', '{"failures": [{"check": "a"}]}'])
def test_a_file_that_is_no_list_of_failures_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "faulty").write_text(text)
    with pytest.raises(ReviewError, match="python -m posture --stacks"):
        new_failures(failures(tmp_path / "a"), tmp_path / "faulty", INVENTORY)
    with pytest.raises(ReviewError):
        new_failures(tmp_path / "missing", failures(tmp_path / "a"), INVENTORY)


def test_the_summary_shows_them_and_asks_for_agreement(egress: Run, production: Path, tmp_path: Path) -> None:
    before, after = failures(tmp_path / "a"), failures(tmp_path / "b", "CKV_3")
    accepted = "config/production/accepted.yaml"
    arguments = (
        *("summary", str(production), str(production), "--accepted", accepted, "--base-accepted", accepted),
        *("--base-posture", str(before), "--head-posture", str(after)),
    )
    done = egress(*arguments)
    assert (done.returncode, done.stderr) == (1, "")
    assert (
        "Checkov's check CKV_3 fails, and it passed before: CKV_3 says. "
        "[EG502](docs/findings/EG502.md), `cluster/cluster_A4`" in done.stdout
    )
    assert "Not compared" not in done.stdout
    assert egress(*arguments, "--failure-threshold", "error").returncode == 0
