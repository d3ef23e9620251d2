"""A terminal gets tables drawn for its window, a pipe plain text."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Sequence
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from egress.review.matrix import Matrix
from egress.review.output.answered import Listed
from egress.review.output.formats import registry
from egress.review.output.formats.registry import MANY, render
from egress.review.output.terminal.drawing import folded
from egress.review.output.terminal.records import table
from tests.review.conftest import ROOT
from tests.review.reviewed import tutorial

Run = Callable[..., "CompletedProcess[str]"]
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
VERBS: dict[str, tuple[str, ...]] = {
    "list": ("list", "--input", "{out}", "--from", "team-y/*"),
    "findings": ("findings", "--input", "{out}", "--artifact", "config/tutorial"),
    "diff": ("diff", "{out}", "{production}"),
    "evaluate": (
        "evaluate",
        "--input",
        "{out}",
        "--from",
        "team-x/test",
        "--to",
        "http://httpbin.org",
        "--explain",
    ),
}


def on_terminal(arguments: Sequence[str], columns: int = 80, **environment: str) -> str:
    """What a terminal of a width is sent."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    inherited = {
        k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "egress", *arguments],
        cwd=ROOT,
        stdin=slave,
        stdout=slave,
        stderr=subprocess.DEVNULL,
        env={**inherited, "TERM": "xterm-256color", **environment},
    )
    os.close(slave)
    sent = b""
    while True:
        try:
            read = os.read(master, 65536)
        except OSError:  # Linux: the other end is closed
            break
        if not read:
            break
        sent += read
    os.close(master)
    process.wait()
    return sent.decode().replace("\r\n", "\n")


@pytest.fixture
def arguments(synthesized: Path, production: Path) -> dict[str, list[str]]:
    places = {"out": str(synthesized), "production": str(production)}
    return {verb: [word.format(**places) for word in words] for verb, words in VERBS.items()}


def words(said: str) -> str:
    """What a text says, without colours, blanks and line ends."""
    return "".join(ESCAPE.sub("", said).split())


@pytest.mark.parametrize("verb", sorted(VERBS))
@pytest.mark.parametrize("columns", [80, 160])
def test_a_terminal_gets_colours_within_its_width(
    verb: str, columns: int, arguments: dict[str, list[str]]
) -> None:
    sent = on_terminal(arguments[verb], columns)
    assert "\x1b[" in sent
    lines = ESCAPE.sub("", sent).splitlines()
    assert lines
    assert max(map(len, lines)) <= columns
    assert max(map(len, lines)) > columns * 3 // 4


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_a_pipe_gets_plain_text_of_the_same_words(
    verb: str, arguments: dict[str, list[str]], egress: Run
) -> None:
    piped = egress(*arguments[verb]).stdout
    assert "\x1b" not in piped
    assert max(map(len, piped.splitlines())) > 80
    drawn = words(on_terminal(arguments[verb]))
    for line in piped.splitlines()[1:]:
        for cell in filter(None, re.split(r"\s{2,}", line.strip())):
            assert words(cell) in drawn, cell


def test_forced_colours_do_not_reach_a_pipe(
    arguments: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch, egress: Run
) -> None:
    plain = egress(*arguments["list"]).stdout
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert egress(*arguments["list"]).stdout == plain


def test_no_color_is_respected(arguments: dict[str, list[str]]) -> None:
    coloured = re.compile(r"\x1b\[(?:\d+;)*3[0-7]m")
    assert coloured.search(on_terminal(arguments["list"]))
    assert not coloured.search(on_terminal(arguments["list"], NO_COLOR="1"))


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_rich_is_imported_for_a_terminal_alone(verb: str, arguments: dict[str, list[str]]) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "egress", *arguments[verb]]
    imported = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stderr
    assert "egress.review.cluster" in imported
    assert not re.search(r"\| +(rich|pygments|markdown_it)\b", imported)


COLUMNS = ("identity", "destination", "verdict", "decided by")
ADDRESS = "egress.kubernetes_manifest.team-x_authorizationpolicy-egress-team-x-to-example-com_53BD21B8"
ROWS = [
    ("team-x/test", "example.com", "allowed", f"authorization policy: {ADDRESS}"),
    (
        "team-x/test",
        "httpbin.org",
        "conditional (any other path, method GET; any other path, method HEAD)",
        "a, b",
    ),
    ("team-y/test", "example.com", "refused", ""),
]


def test_columns_that_find_no_room_stand_below_their_row() -> None:
    assert table(COLUMNS, ROWS, "identity", 60) == "\n".join(
        [
            "identity",
            "  destination  verdict",
            "",
            "team-x/test",
            "  example.com  allowed",
            "      decided by: authorization policy:",
            "      egress.kubernetes_manifest.team-x_authorizationpolicy-",
            "      egress-team-x-to-example-com_53BD21B8",
            "  httpbin.org  conditional (any other path, method GET; any",
            "               other path, method HEAD)",
            "      decided by: a, b",
            "",
            "team-y/test",
            "  example.com  refused",
        ]
    )


def test_a_window_with_room_has_every_cell_in_its_row() -> None:
    lines = table(COLUMNS, ROWS, "identity", 220).splitlines()
    assert lines[1].split() == ["destination", "verdict", "decided", "by"]
    assert [line for line in lines if ADDRESS in line and "allowed" in line]
    assert len(lines) == 2 + 2 * 2 + 3


def test_a_table_that_nobody_reads_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    state = tutorial()
    rows = list(Matrix(state.review()).rows())
    plain = render("list", "text", Listed(rows=tuple(rows)), len(rows))
    monkeypatch.setattr(registry, "on_terminal", lambda: True)
    assert render("list", "text", Listed(rows=tuple(rows)), len(rows)) != plain
    assert render("list", "text", Listed(rows=tuple(rows)), MANY + 1) == plain


def test_long_words_end_a_line_where_they_have_a_mark() -> None:
    assert folded("a.bb-cc", 5) == "a.bb- cc"
    assert folded("abcdefgh", 5) == "abcde fgh"
    assert folded("ab cd", 5) == "ab cd"


def test_no_color_leaves_no_escape_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.text import Text

    from egress.review.output.terminal.drawing import draw

    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    text = Text("a", style="bold red")

    assert "\x1b" in draw([text], 40)
    monkeypatch.setenv("NO_COLOR", "1")
    assert draw([text], 40) == draw([Text("a")], 40)
    assert "\x1b" not in draw([text], 40)
