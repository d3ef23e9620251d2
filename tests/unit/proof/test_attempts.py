"""Attempts to create objects: read strictly, and said as a row."""

from pathlib import Path

import pytest

from egress.proof.asking.attempts import read_attempts
from egress.proof.errors import ProofError

GOOD = """\
- what: a plain workload
  by: [team-x@example.com]
  refused: "no"
  object: { apiVersion: v1, kind: Pod, metadata: { name: attempt, namespace: team-x } }
"""


def test_a_folder_without_the_file_has_none(tmp_path: Path) -> None:
    assert read_attempts(tmp_path) == []


def test_an_attempt_says_what_is_created_and_where(tmp_path: Path) -> None:
    (tmp_path / "attempts.yaml").write_text(GOOD, encoding="utf-8")
    (attempt,) = read_attempts(tmp_path)
    assert str(attempt) == "CREATE Pod team-x/attempt: a plain workload"


@pytest.mark.parametrize(
    ("old", "new"), [("refused: ", "refuse: "), ('"no"', "perhaps"), ("  by: [team-x@example.com]\n", "")]
)
def test_an_entry_that_is_none_is_named_with_what_it_needs(tmp_path: Path, old: str, new: str) -> None:
    (tmp_path / "attempts.yaml").write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(ProofError, match="entry 1: give what, by, object and refused"):
        read_attempts(tmp_path)
