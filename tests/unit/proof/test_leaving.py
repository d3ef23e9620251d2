"""What a stage expects to leave beside its requests."""

from pathlib import Path

import pytest

from egress.proof.asking.leaving import NameQuestion, _compared, read_leaving
from egress.proof.errors import ProofError


def write(folder: Path, text: str) -> Path:
    (folder / "leaving.yaml").write_text(text, encoding="utf-8")
    return folder


def test_a_stage_without_the_file_expects_nothing(tmp_path: Path) -> None:
    assert read_leaving(tmp_path).names is None


def test_the_file_is_read(tmp_path: Path) -> None:
    read = read_leaving(
        write(
            tmp_path,
            "ask:\n- {by: team-x/test, name: a.b, got: answered-inside}\nnames: [b.c, a.b]\nheaders: []\n",
        )
    )
    assert read.questions == (NameQuestion(by="team-x/test", name="a.b", got="answered-inside"),)
    assert read.names == ("a.b", "b.c")
    assert read.headers == ()


@pytest.mark.parametrize(
    "text",
    [
        "asked: []\n",
        "ask:\n- {by: team-x/test, name: a.b}\n",
        "ask:\n- {by: team-x/test, name: a.b, got: maybe}\n",
    ],
)
def test_what_is_no_expectation_is_refused_with_the_file(tmp_path: Path, text: str) -> None:
    with pytest.raises(ProofError, match=r"leaving\.yaml"):
        read_leaving(write(tmp_path, text))


def test_one_header_more_or_less_differs() -> None:
    assert not _compared("headers", ["accept", "host"], ["accept", "host"]).differs
    assert _compared("headers", ["accept", "host", "x-forwarded-for"], ["accept", "host"]).differs
    assert _compared("headers", ["host"], ["accept", "host"]).differs


def test_one_name_more_differs_and_one_less_does_not() -> None:
    assert not _compared("names", ["a.b"], ["a.b", "b.c"], at_most=True).differs
    assert _compared("names", ["a.b", "x.y"], ["a.b", "b.c"], at_most=True).differs
    assert not _compared("names", [], [], at_most=True).differs
