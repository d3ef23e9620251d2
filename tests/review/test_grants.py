"""Grants with a life: what ends, and the audit list."""

import csv
import datetime
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from egress.review.grants.pci import REQUIREMENTS
from tests.review.conftest import ROOT

Run = Callable[..., "CompletedProcess[str]"]
TODAY = datetime.date(2027, 6, 20)
SOON = "2027-06-30 in 10 days grant: team-x to example.com x@example.com T-1 "


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """config/production with two dated grants, in a repository of its own, two commits old."""
    found = tmp_path / "config" / "production"
    shutil.copytree(ROOT / "config" / "production", found)
    git(tmp_path, "init", "-q")
    commit(tmp_path, "Ann", "2026-01-02")
    team = found / "teams" / "team-x.yaml"
    text = team.read_text()
    life = "    reason: =weather; reports, daily\n    owner: x@example.com\n    ticket: T-1\n    until: 2027-06-30\n"
    text = text.replace("    methods: [GET, HEAD]\n", f"    methods: [GET, HEAD]\n{life}")
    text = text.replace("  - to: www.iana.org\n", "  - to: www.iana.org\n    until: 2027-06-19\n")
    team.write_text(text)
    commit(tmp_path, "Bob", "2026-03-04")
    return found


def git(where: Path, *arguments: str, **environment: str) -> None:
    names = ("-c", "user.name=x", "-c", "user.email=x@example.com")
    command = ["git", "-C", str(where), *names, *arguments]
    subprocess.run(command, check=True, env={**os.environ, **environment}, capture_output=True)


def commit(where: Path, author: str, day: str) -> None:
    git(where, "add", "-A")
    at = f"{day}T12:00:00Z"
    git(
        where,
        "commit",
        "-qm",
        "x",
        f"--author={author} <a@example.com>",
        f"--date={at}",
        GIT_COMMITTER_DATE=at,
    )


def egress(*arguments: str, day: datetime.date = TODAY) -> "CompletedProcess[str]":
    noon = datetime.datetime.combine(day, datetime.time(12), datetime.UTC)
    done = subprocess.run(
        [sys.executable, "-m", "egress", *arguments],
        cwd=ROOT,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(int(noon.timestamp()))},
        capture_output=True,
        check=False,
    )
    # Line ends stay as they are: a calendar's are CRLF.
    return CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def test_due_lists_what_has_ended_and_what_ends_soon_the_earliest_first(folder: Path) -> None:
    done = egress("due", "--config", str(folder), "--within", "14d")
    rows = done.stdout.splitlines()[1:]

    assert done.returncode == 1
    assert re.match(r"2027-02-28  ended +Istio: support of Istio 1\.31 ", rows[0])
    assert re.match(r"2027-06-19  ended +grant: team-x to www\.iana\.org ", rows[1])
    assert any(" ".join(row.split()).startswith(SOON) for row in rows)
    assert any("acceptance: EG205 example.com" in row for row in rows)
    assert "teams/team-x.yaml:" in rows[1]


@pytest.mark.parametrize(
    ("span", "sorts"),
    [("0d", {"Istio", "grant"}), ("9d", {"Istio", "grant"}), ("10d", {"Istio", "grant", "acceptance"})],
)
def test_a_span_ends_on_its_last_day(folder: Path, span: str, sorts: set[str]) -> None:
    found = json.loads(egress("due", "--config", str(folder), "--within", span, "--format", "json").stdout)
    assert {each["sort"] for each in found["due"]} == sorts
    grants = [each["what"] for each in found["due"] if each["sort"] == "grant"]
    assert grants == ["team-x to www.iana.org"] + ["team-x to example.com"] * (span == "10d")


def test_nothing_due_is_exit_code_0(folder: Path) -> None:
    done = egress("due", "--config", str(folder), day=datetime.date(2026, 12, 1))
    assert (done.returncode, done.stdout) == (0, "production: nothing ends within 14 days of 2026-12-01.\n")


def test_the_calendar_is_one_that_programs_read(folder: Path) -> None:
    """RFC 5545: CRLF, lines of at most 75 octets, a UID and a DTSTAMP for each event, commas escaped."""
    text = egress("due", "--config", str(folder), "--within", "2w", "--format", "ics").stdout
    lines = text.removesuffix("\r\n").split("\r\n")
    whole = text.replace("\r\n ", "").split("\r\n")

    assert "\n" not in text.replace("\r\n", "")
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert max(len(line.encode()) for line in lines) <= 75
    events = whole.count("BEGIN:VEVENT")
    uids = {line for line in whole if line.startswith("UID:")}
    assert events == len(uids) == sum(line.startswith("DTSTAMP:") for line in whole) > 3
    assert "DTSTART;VALUE=DATE:20270630" in whole
    assert any(
        line.startswith("DESCRIPTION:=weather\\; reports\\, daily\\, owner x@example.com") for line in whole
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("due", "--within", "14"), "--within 14: must be days or weeks"),
        (("due", "--config", "nowhere"), "--config nowhere: there is no folder config/nowhere"),
        (("list", "--evidence", "--config", "nowhere"), "there is no folder config/nowhere"),
        (
            ("list", "--config", "production"),
            "plain `list` reads the input: `egress synth --config NAME` writes it",
        ),
        (("list", "--evidence", "--format", "json"), "--format json: the audit list comes as csv or html"),
        (("list", "--evidence", "--from", "a"), "it takes --config and --proof alone"),
        (("list", "--format", "html"), "is for `list --evidence`"),
        (("list", "--proof", "a.json"), "are for `list --evidence`"),
    ],
)
def test_what_cannot_be_answered_is_exit_code_2(arguments: tuple[str, ...], says: str) -> None:
    given = (*arguments, "--config", "config/production") if "--within" in arguments else arguments
    done = egress(*given)
    assert done.returncode == 2
    assert says in done.stderr


def proof(folder: Path) -> Path:
    """Rows as `prove --format json` prints them."""
    through = "outside through the gateway, upgraded to TLS"
    rows = [
        ("team-x/test", "GET http://example.com/", "200", through),
        ("team-x/test", "POST http://example.com/", "403", "gateway policy"),
        ("team-x/test", "GET http://example.com/ past the sidecar", "200", through),
        ("team-x/test", "GET http://example.com.evil.org/", "200", through),
        ("team-y/test", "GET http://example.com/", "502", "sidecar"),
        ("team-x/batch", "GET https://www.iana.org/", "200", "outside through the gateway"),
    ]
    keys = ("identity", "request", "got", "ended")
    file = folder.parent / "run.json"
    file.write_text(json.dumps({"rows": [dict(zip(keys, row, strict=True)) for row in rows], "figures": {}}))
    return file


def test_the_audit_list_says_who_what_since_when_why_until_when_and_by_which_run(folder: Path) -> None:
    done = egress("list", "--evidence", "--config", str(folder), "--proof", str(proof(folder)))
    found = {(row["team"], row["host"]): row for row in csv.DictReader(io.StringIO(done.stdout))}
    row = found["team-x", "example.com"]

    assert done.returncode == 0
    stated = sum(file.read_text().count("  - to: ") for file in (folder / "teams").iterdir())
    assert len(list(csv.DictReader(io.StringIO(done.stdout)))) == stated > 4
    assert (row["who"], row["schemes"], row["methods"], row["paths"]) == (
        "team-x/test",
        "http",
        "GET, HEAD",
        "all",
    )
    assert row["since"].startswith("2026-01-02 ")
    assert row["last changed"].startswith("2026-03-04 ")
    assert row["by"] == "Ann"
    assert row["reason"] == "'=weather; reports, daily", "no spreadsheet calculates it"
    assert (row["owner"], row["ticket"], row["until"], row["state"]) == (
        "x@example.com",
        "T-1",
        "2027-06-30",
        "in force",
    )
    assert row["proven by"] == "team-x/test GET http://example.com/: 200"
    ended = found["team-x", "www.iana.org"]
    assert (ended["state"], ended["proven by"]) == ("ended, not synthesized", "ended")
    assert found["team-x", "api.github.com"]["proven by"] == "no row of the runs given"


def test_the_page_has_the_same_cells_and_the_requirements(folder: Path) -> None:
    team = folder / "teams" / "team-x.yaml"
    team.write_text(team.read_text().replace("ticket: T-1", "ticket: <b>&T</b>"))
    text = egress("list", "--evidence", "--config", str(folder), "--format", "html").stdout

    assert "&lt;b&gt;&amp;T&lt;/b&gt;" in text
    assert "<b>" not in text
    assert "<script" not in text
    assert re.search(r"from commit [0-9a-f]{40}\+", text), "the folder differs from its commit"
    assert "not committed" not in text, "the lines beside the changed one have commits"
    for requirement in REQUIREMENTS:
        assert f"<td>{requirement.number}</td>" in text


def test_outside_git_it_says_so(tmp_path: Path) -> None:
    copy = tmp_path / "production"
    shutil.copytree(ROOT / "config" / "production", copy)
    done = egress("list", "--evidence", "--config", str(copy))
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert {row["since"] for row in rows} == {"not committed"}
    assert {row["proven by"] for row in rows} == {"no run given"}


def test_a_file_that_is_no_proof_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"rows": [{}]}')
    done = egress("list", "--evidence", "--config", "config/production", "--proof", str(tmp_path / "a.json"))
    assert done.returncode == 2
    assert "must be what `prove --format json` prints" in done.stderr
