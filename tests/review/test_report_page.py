"""The report in a real browser: it needs no network, its filters and evidence work by keyboard, it prints."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest
import yaml

from tests.review.browser import Browser, chromium
from tests.review.reviewed import tutorial

Run = Callable[..., "CompletedProcess[str]"]
FOUND = chromium()
in_browser = pytest.mark.skipif(FOUND is None, reason="no Chromium on this machine: apt-get install chromium")


@pytest.fixture(scope="module")
def page(egress: Run, synthesized: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("report") / "report.html"
    done = egress("report", "--input", str(synthesized), "--base", str(synthesized), "--output", str(file))
    assert done.returncode == 0, done.stderr
    return file


@pytest.fixture(scope="module")
def browser(page: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    assert FOUND is not None
    found = Browser(FOUND, tmp_path_factory.mktemp("profile"))
    found.open(page)
    yield found
    found.close()


def test_the_page_names_no_other_address(page: Path) -> None:
    text = page.read_text()
    assert not re.search(r'(?:src|href)="(?!#)', text)
    assert 'http-equiv="Content-Security-Policy" content="default-src \'none\'' in text


def test_the_page_shows_matrix_differences_and_findings(page: Path) -> None:
    text = page.read_text()
    for title in ("Who reaches what", "What the change does", "Findings"):
        assert f">{title}</h2>" in text
    assert "EG103" in text


def test_text_of_the_input_cannot_become_markup(egress: Run, tmp_path: Path) -> None:
    state = tmp_path / "state.yaml"
    text = yaml.safe_dump_all(tutorial("8-google-apis").objects.values())
    state.write_text(text.replace("httpbin.org", "x<script>.org"))
    file = tmp_path / "report.html"
    assert egress("report", "--input", str(state), "--output", str(file)).returncode == 0
    assert "x<script>" not in file.read_text()


@in_browser
def test_nothing_is_fetched_and_nothing_fails(browser: Browser) -> None:
    requested = [
        e["params"]["request"]["url"]
        for e in browser.events
        if e.get("method") == "Network.requestWillBeSent"
    ]
    assert all(url.startswith(("file:", "data:")) for url in requested)
    assert not [e for e in browser.events if e.get("method") == "Runtime.exceptionThrown"]


@in_browser
def test_the_filters_leave_what_is_asked_for(browser: Browser) -> None:
    browser.evaluate("document.forms.filters.identity.focus()")
    browser.call("Input.insertText", text="team-y")
    browser.evaluate("document.forms.filters.verdict.value = 'conditional'")
    browser.evaluate("document.forms.filters.dispatchEvent(new Event('input'))")
    visible = "[...document.querySelectorAll('#matrix > tbody > tr')].filter((row) => !row.hidden)"
    assert browser.evaluate(f"{visible}.map((row) => row.cells[1].textContent).join()") == "httpbin.org"
    assert browser.evaluate("document.getElementById('shown').textContent").startswith("1 of ")
    browser.evaluate("document.forms.filters.reset()")


@in_browser
def test_evidence_opens_and_closes_by_keyboard(browser: Browser) -> None:
    browser.evaluate("document.forms.filters.reset(); document.querySelector('.why').focus()")
    browser.press("Enter", 13, "\r")
    assert browser.evaluate("document.activeElement.getAttribute('aria-expanded')") == "true"
    assert browser.evaluate("document.querySelectorAll('.evidence ol li').length") > 5
    assert "arrives" in browser.evaluate("document.querySelector('.evidence svg').getAttribute('aria-label')")
    browser.press("Escape", 27)
    assert browser.evaluate("document.querySelectorAll('.evidence').length") == 0


@in_browser
def test_every_control_has_a_name_for_a_screen_reader(browser: Browser) -> None:
    nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
    roles = ("button", "searchbox", "combobox", "table", "img")
    unnamed = [
        node["role"]["value"]
        for node in nodes
        if not node["ignored"] and node["role"]["value"] in roles and not node.get("name", {}).get("value")
    ]
    assert [role for role in unnamed if role != "table"] == []


@in_browser
def test_a_refused_request_shows_the_control_that_stops_it(browser: Browser) -> None:
    browser.evaluate(
        "[...document.querySelectorAll('#matrix > tbody > tr')]"
        ".find((row) => row.dataset.verdict === 'refused').querySelector('.why').click()"
    )
    assert "is stopped at" in browser.evaluate(
        "document.querySelector('.evidence svg').getAttribute('aria-label')"
    )
    assert browser.evaluate("document.querySelectorAll('.evidence svg .stop').length") == 1
    assert browser.evaluate("document.querySelectorAll('.evidence li.refuses').length") == 1
    browser.press("Escape", 27)


@in_browser
def test_it_prints(browser: Browser) -> None:
    assert browser.printed().startswith(b"%PDF")
