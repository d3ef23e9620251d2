"""The page and the report at 100 and 1,000 teams: within their size, and answered on the first screen."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from egress.proof.scale import write_configuration
from egress.review.answer import Answer
from egress.review.changes.change import Change, change
from egress.review.comparison import Change as Cell
from egress.review.comparison import Effect
from egress.review.judgement import judge_cluster
from egress.review.matrix import SCHEMES, Row
from egress.review.output.page.document import render
from egress.review.targets import ANY_OTHER
from tests.review.browser import Browser, chromium
from tests.review.conftest import synthesize_here
from tests.review.pages import HEADING, TODAY, written
from tests.review.reviewed import tutorial

Run = Callable[..., "CompletedProcess[str]"]
FOUND = chromium()
in_browser = pytest.mark.skipif(FOUND is None, reason="no Chromium on this machine: apt-get install chromium")
LIMIT = 30_000
"""Bytes of the page on a pull request."""
CARDS = ["What changed", "What is wrong", "Who reaches what"]


@pytest.fixture(scope="module")
def hundred(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The generated configuration of 100 teams, each with a host of its own, and its stacks."""
    folder = tmp_path_factory.mktemp("hundred")
    config = write_configuration(folder, 100)
    return config, synthesize_here(config, folder / "cdktf.out")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    assert FOUND is not None
    found = Browser(FOUND, tmp_path_factory.mktemp("profile"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def reviewed(hundred: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The page and the report of 100 new teams."""
    from contextlib import redirect_stdout
    from io import StringIO

    from egress.cli import main

    config, out = hundred
    html, page = tmp_path_factory.mktemp("reviewed") / "report.html", StringIO()
    links = ("--html", str(html), "--full-report", "https://ci.example/run/1#artifacts")
    with redirect_stdout(page):
        assert main(["summary", "none", str(out), "--artifact", str(config), *links]) == 1
    return page.getvalue(), html


def test_the_page_of_a_hundred_new_teams_is_under_its_limit_and_links_the_report(
    reviewed: tuple[str, Path],
) -> None:
    page, _ = reviewed
    assert len(page.encode()) < LIMIT
    assert "(https://ci.example/run/1#artifacts)" in page
    assert "**team-0 (test)** gains `http://host-0.example`" in page
    assert "(`teams/team-0.yaml:2`)" in page
    assert "and 88 more, in [the full report]" in page


def test_a_page_is_cut_at_its_limit_whatever_it_holds(here: Run, tmp_path: Path) -> None:
    """A hundred hosts with names as long as names may be, in objects whose names are as long."""
    from tests.review.many_teams import write

    long = write(tmp_path / "long", teams=40, grants=8, hosts=60)
    text = (long / "stacks/egress/cdk.tf.json").read_text()
    label = "a-label-of-a-name-that-is-as-long-as-a-label-may-be-in-the-dns"
    (long / "stacks/egress/cdk.tf.json").write_text(text.replace("host-", f"{label}.{label}.{label}.host-"))
    page = here("summary", "none", str(long)).stdout
    assert len(page.encode()) < LIMIT
    assert "## Gained" in page
    assert "A reviewer has to agree" in page


def cards(browser: Browser, file: Path, width: int = 1440, height: int = 900) -> dict[str, list[float]]:
    """The title of each card with its top and its bottom."""
    browser.resize(width, height)
    browser.open(file)
    found: dict[str, list[float]] = browser.evaluate(
        "Object.fromEntries([...document.querySelectorAll('.card')].map((card) => {"
        "const box = card.getBoundingClientRect();"
        "return [card.querySelector('h3').textContent, [box.top, box.bottom]]; }))"
    )
    return found


@in_browser
def test_the_report_of_a_hundred_teams_answers_on_its_first_screen(
    browser: Browser, reviewed: tuple[str, Path]
) -> None:
    found = cards(browser, reviewed[1])
    assert list(found) == CARDS
    assert max(bottom for _, bottom in found.values()) < 900
    first = browser.evaluate("document.querySelector('.cards').innerText")
    for text in (
        "team-0 (test) gains http://host-0.example",
        "102 errors",
        "100 of 100 namespaces reach 100 hosts",
    ):
        assert text in first
    assert browser.evaluate("document.getElementById('matrix-title').getBoundingClientRect().top") < 1800


@pytest.fixture(scope="module")
def thousand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of 1,000 teams that each gain a host: the rows are made, the judgement is the tutorial's."""
    state = tutorial("4-policies")
    judged = judge_cluster(state.review(), [], TODAY)
    allowed, refused = (state.ask("team-x/test", f"http://{host}") for host in ("example.com", "httpbin.org"))
    whole = with_cells(change(judged, judged, TODAY), allowed, refused)
    rows = [
        Row(f"team-{team}/test", host, scheme, allowed if host == f"host-{team}.example" else refused)
        for team in range(1000)
        for host in (f"host-{team}.example", f"host-{team + 1}.example", ANY_OTHER)
        for scheme in SCHEMES
    ]
    text = render(heading=HEADING, rows=rows, judged=judged.judged, change=whole)
    return written(tmp_path_factory.mktemp("thousand"), text)


def with_cells(whole: Change, allowed: Answer, refused: Answer) -> Change:
    gained = tuple(
        Cell(
            f"team-{team}/test",
            f"host-{team}.example",
            "http",
            Effect.GAINED,
            refused,
            allowed,
            ("Gateway a/b",),
        )
        for team in range(1000)
    )
    return replace(whole, comparison=replace(whole.comparison, changes=gained))


@in_browser
def test_the_report_of_a_thousand_teams_answers_on_its_first_screen(browser: Browser, thousand: Path) -> None:
    found = cards(browser, thousand)
    assert list(found) == CARDS
    assert max(bottom for _, bottom in found.values()) < 900
    first = browser.evaluate("document.querySelector('.cards').innerText")
    assert "and 996 more" in first
    assert "1,000 of 1,000 namespaces reach 1,000 hosts" in first
    assert browser.evaluate("document.getElementById('matrix-title').getBoundingClientRect().top") < 1800
    verdicts = "[...document.querySelectorAll('#matrix > tbody > tr')].map((row) => row.dataset.verdict)"
    assert set(browser.evaluate(verdicts)) == {"allowed"}


@in_browser
def test_every_team_has_a_line_that_leads_to_its_rows(browser: Browser, thousand: Path) -> None:
    browser.resize(1440)
    browser.open(thousand, "#by-team")
    assert browser.evaluate("document.querySelectorAll('#by-team tbody tr').length") == 1000
    assert browser.evaluate("document.getElementById('by-team').open")
    browser.evaluate("document.querySelector('#by-team tbody a').click()")
    browser.evaluate("new Promise((done) => setTimeout(done, 50))")
    assert browser.evaluate("document.getElementById('shown').textContent") == "6 of 6,000 rows"


@in_browser
@pytest.mark.parametrize("name", ["thousand", "hundred"])
def test_at_the_width_of_a_phone_nothing_is_cut_off(
    browser: Browser, name: str, thousand: Path, reviewed: tuple[str, Path]
) -> None:
    found = cards(browser, thousand if name == "thousand" else reviewed[1], 390, 844)
    assert browser.evaluate("document.documentElement.scrollWidth") <= 390
    assert found["What changed"][0] < 844 / 2
