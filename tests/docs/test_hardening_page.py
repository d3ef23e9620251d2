"""docs/hardening.md: every hole once, and nothing it leans on is missing."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "hardening.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if re.match(r"\| D\d+ \|", line)]
TABLES = "\n".join(
    path.read_text(encoding="utf-8") for path in (ROOT / "tests/proof/production").glob("*/expected.table")
)


def test_every_hole_of_the_tutorial_stands_on_the_page_once() -> None:
    assert [line.split("|")[1].strip() for line in ROWS] == [f"D{number}" for number in range(1, 29)]


@pytest.mark.parametrize("row", ROWS, ids=[line.split("|")[1].strip() for line in ROWS])
def test_every_hole_names_a_test_or_a_proof_row(row: str) -> None:
    evidence = row.split("|")[4]
    assert re.search(r"`(test_|tests/|team-|to gateway|20-)|rows with 200", evidence)
    for identity, request in re.findall(r"`(team-[\w-]+/\w+) ([A-Z]+ http[^`]+)`", evidence):
        wanted = re.compile(rf"^{re.escape(identity)} *\| {re.escape(request)} *\|", re.MULTILINE)
        assert wanted.search(TABLES), f"{identity} {request}"
