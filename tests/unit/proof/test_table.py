"""Expected tables."""

from pathlib import Path

import pytest

from egress.proof.asking.requests import ProofRequest
from egress.proof.asking.table import read_table
from egress.proof.errors import ProofError

STAGES = Path(__file__).parents[2] / "proof" / "tutorial"


def written(folder: Path, text: str) -> Path:
    table = folder / "expected.table"
    table.write_text(text)
    return table


def test_a_row_has_identity_request_expectation_and_end(tmp_path: Path) -> None:
    (row,) = read_table(
        written(tmp_path, "# curl it\nteam-x/test | GET http://a.b/ | 200 or 503 | outside\n")
    )

    assert (row.identity, row.request, row.got, row.ended) == (
        "team-x/test",
        ProofRequest(url="http://a.b/"),
        ("200", "503"),
        "outside",
    )
    assert (row.comment, row.line) == ("curl it", 2)


def test_the_end_may_be_left_out(tmp_path: Path) -> None:
    assert read_table(written(tmp_path, "a/b | GET http://a.b/ | 200\n"))[0].ended == ""


@pytest.mark.parametrize("text", ["a/b | GET http://a.b/\n", "a/b | nonsense | 200\n"])
def test_a_bad_row_is_named_with_file_and_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(ProofError, match=r"expected\.table:2"):
        read_table(written(tmp_path, f"\n{text}"))


def test_an_empty_table_proves_nothing_and_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProofError, match="empty"):
        read_table(written(tmp_path, "# only a comment\n"))


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProofError, match=r"none\.table"):
        read_table(tmp_path / "none.table")


@pytest.mark.parametrize("table", sorted(STAGES.glob("**/*.table")), ids=lambda path: path.parent.name)
def test_every_table_of_the_tutorial_reads(table: Path) -> None:
    assert all(row.ended for row in read_table(table))
