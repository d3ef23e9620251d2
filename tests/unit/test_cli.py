"""Whatever goes wrong in a verb is exit code 2 and one message, never an answer and never 1."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from egress import cli
from egress.review.errors import ReviewError
from egress.source.problem import ConfigurationError, Problem

ROOT = Path(__file__).parents[2]
VERBS = sorted(cli._VERBS)


class Faulty:
    """A verb that raises."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def add_arguments(self, _parser: object) -> None:
        """No arguments."""

    def run(self, _options: object) -> int:
        raise self.error


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    "error",
    [
        ValueError("a\nb"),
        KeyError("spec"),
        RecursionError(),
        AssertionError(),
        OSError(13, "no"),
        MemoryError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_uncaught_exception_of_any_verb_is_exit_code_2_with_one_line(
    verb: str, error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("egress.cli.importlib.import_module", lambda _: Faulty(error))
    monkeypatch.delenv("EGRESS_TRACEBACK", raising=False)
    assert cli.main([verb]) == 2
    out, told = capsys.readouterr()
    assert out == ""
    assert told.startswith(f"error: `{verb}` failed: {type(error).__name__}")
    assert told.count("\n") == 1
    assert "fault of the program" in told


@pytest.mark.parametrize(
    "error",
    [ReviewError("a.yaml: not readable"), ConfigurationError([Problem(file="a.yaml", message="is wrong")])],
    ids=lambda error: type(error).__name__,
)
def test_a_refusal_is_exit_code_2_with_its_own_words(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("egress.cli.importlib.import_module", lambda _: Faulty(error))
    assert cli.main(["list"]) == 2
    out, told = capsys.readouterr()
    assert out == ""
    assert told.startswith("error: a.yaml: ")
    assert "fault of the program" not in told


def test_a_fault_shows_its_traceback_where_that_is_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("egress.cli.importlib.import_module", lambda _: Faulty(ValueError("x")))
    monkeypatch.setenv("EGRESS_TRACEBACK", "1")
    assert cli.main(["list"]) == 2
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_a_reader_that_leaves_is_no_fault() -> None:
    """`python -m egress list | head -1`: the pipe is closed while there is still something to write."""
    program = (
        "import sys; from egress import cli; sys.stdout.write('x' * 200000); sys.exit(cli.main(sys.argv[1:]))"
    )
    command = (
        f'{sys.executable} -c "{program}" list --input {ROOT / "tests/review/states/foreign"} | head -c 1'
    )
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr
    assert done.returncode == 0
