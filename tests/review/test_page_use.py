"""The report as it is used: links to cells, the keyboard, a phone, paper, no script, hostile names, many rows."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from egress.review.cluster import Cluster
from egress.review.inputs.reading import read
from tests.review.browser import Browser, chromium
from tests.review.many_teams import write
from tests.review.pages import page_of, written
from tests.review.reviewed import tutorial

FOUND = chromium()
pytestmark = pytest.mark.skipif(FOUND is None, reason="no Chromium on this machine: apt-get install chromium")

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
LONG = "asubdomainofsomepartnerwhosenameisverylongandhasnohyphen." * 4 + "example.com"
HOSTILE = "x</script><img/src=x>\"'&.javascript:window.hit=1"
TAB, ENTER, ESCAPE = ("Tab", 9), ("Enter", 13, "\r"), ("Escape", 27)
FOCUS = "document.activeElement"
UNDECIDABLE = """
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: odd, namespace: istio-egress }
spec:
  action: DENY
  rules:
    - to: [{ operation: { hosts: [example.com] } }]
      when: [{ key: experimental.envoy.filters.x, values: [a] }]
"""


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    assert FOUND is not None
    found = Browser(FOUND, tmp_path_factory.mktemp("profile"))
    yield found
    found.close()


@pytest.fixture
def browser(started: Browser) -> Browser:
    started.resize(1440)
    started.pretend()
    started.call("Emulation.setScriptExecutionDisabled", value=False)
    return started


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    old = tutorial("7-network-policies").without("AuthorizationPolicy", "egress-team-y-to-httpbin-teapot")
    new = tutorial("7-network-policies")
    return written(tmp_path_factory.mktemp("page"), page_of(new.review(), old.review()))


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("many")
    return written(folder, page_of(Cluster(read([write(folder, teams=30, grants=5, hosts=40)]))))


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A long name, a hostile one, and a policy that nobody can judge."""
    route = tutorial().spec("VirtualService", "httpbin-org-through-egress-gateway")
    entry = tutorial().spec("ServiceEntry", "httpbin-org-ext")
    state = tutorial().apply(UNDECIDABLE)
    state = state.change("ServiceEntry", "httpbin-org-ext", **{**entry, "hosts": [LONG, HOSTILE]})
    state = state.change(
        "VirtualService", "httpbin-org-through-egress-gateway", **{**route, "hosts": [LONG, HOSTILE]}
    )
    return written(tmp_path_factory.mktemp("odd"), page_of(state.review()))


def open_all(browser: Browser) -> int:
    found: int = browser.evaluate(
        "document.querySelectorAll('details').forEach((one) => { one.open = true; });"
        "[...document.querySelectorAll('.why')].map((one) => one.click()).length"
    )
    return found


def test_a_link_to_a_cell_opens_it_and_brings_the_focus_there(browser: Browser, page: Path) -> None:
    browser.open(page, "#cell=team-x/test%20http://httpbin.org")
    assert browser.evaluate(f"{FOCUS}.textContent") == "why: team-x/test to httpbin.org over http"
    assert browser.evaluate(f"{FOCUS}.getBoundingClientRect().top > 0")
    assert "Authorization policy" in browser.evaluate(
        "document.querySelector('.evidence svg .stop').textContent"
    )
    controls = browser.evaluate(f"document.getElementById({FOCUS}.getAttribute('aria-controls')).className")
    assert controls == "evidence"


def test_the_address_says_what_is_looked_at(browser: Browser, page: Path) -> None:
    browser.open(page, "#verdict=conditional")
    rows = "[...document.querySelectorAll('#matrix > tbody > tr[data-verdict]')]"
    assert browser.evaluate(f"{rows}.map((row) => row.dataset.verdict).join()") == "conditional"
    browser.evaluate("document.querySelector('#matrix .why').click()")
    address = browser.evaluate("location.hash")
    browser.open(page, address)
    assert browser.evaluate("document.querySelectorAll('#matrix .evidence').length") == 1
    assert browser.evaluate("document.forms.filters.verdict.value") == "conditional"


def test_a_cell_is_found_and_closed_by_keyboard_alone(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.press(*TAB)
    assert browser.evaluate(f"{FOCUS}.className") == "skip"
    browser.press(*ENTER)
    browser.press(*TAB)
    assert browser.evaluate(f"{FOCUS}.closest('table').id") == "grid"
    target = browser.evaluate(f"{FOCUS}.hash")
    browser.press(*ENTER)
    browser.evaluate("new Promise((done) => setTimeout(done, 50))")
    assert browser.evaluate(f"{FOCUS}.className") == "why"
    assert browser.evaluate(f"{FOCUS}.getAttribute('aria-expanded')") == "true"
    browser.press(*TAB)
    assert browser.evaluate(f"{FOCUS}.closest('.evidence') !== null"), target
    browser.press(*ESCAPE)
    assert browser.evaluate(f"{FOCUS}.className") == "why"
    assert browser.evaluate("document.querySelectorAll('.evidence').length") == 0


def test_a_filter_tells_its_count_and_leaves_what_is_open(browser: Browser, page: Path) -> None:
    browser.open(page, "#cell=team-y/test%20http://httpbin.org")
    browser.evaluate("document.forms.filters.identity.focus()")
    browser.call("Input.insertText", text="TEAM-Y")
    assert browser.evaluate("document.querySelectorAll('#matrix .evidence').length") == 1
    told = browser.evaluate("document.querySelector('output[role=status]').textContent")
    assert told.endswith(" rows")
    assert not told.startswith("24 ")
    assert browser.evaluate(f"{FOCUS}.name") == "identity"


def test_the_picture_marks_what_stops_what_decides_and_what_nobody_knows(browser: Browser, odd: Path) -> None:
    browser.open(odd, "#cell=team-x/test%20http://example.com")
    assert "? unknown" in browser.evaluate("document.querySelector('.evidence svg .open').textContent")
    assert "is left open at" in browser.evaluate("document.querySelector('.evidence svg').ariaLabel")
    assert "not given" in browser.evaluate("document.querySelector('.evidence svg g.away').textContent")
    text = browser.evaluate("document.querySelector('.evidence').textContent")
    assert "It is left open by authorization policy" in text
    assert "Not in the input, so neither passed nor refused: VPC firewall" in text


def test_a_conditional_cell_says_which_part_passes(browser: Browser, page: Path) -> None:
    browser.open(page, "#cell=team-y/test%20http://httpbin.org")
    assert "lets a part pass" in browser.evaluate("document.querySelector('.evidence svg .part').textContent")
    assert "Allowed: path /status/418" in browser.evaluate("document.querySelector('.evidence').textContent")


def test_a_change_shows_the_way_before_and_after(browser: Browser, page: Path) -> None:
    browser.open(page, "#opens=team-y/test%20http://httpbin.org")
    headings = "[...document.querySelectorAll('#opens .evidence h4')].map((one) => one.textContent).join()"
    assert browser.evaluate(headings) == "After: conditional (path /status/418),Before: refused"
    assert browser.evaluate("document.querySelectorAll('#opens .evidence svg').length") == 2


def test_many_rows_come_in_pages_and_a_filter_searches_them_all(browser: Browser, many: Path) -> None:
    browser.open(many)
    rows = "document.querySelectorAll('#matrix > tbody > tr').length"
    pages = "document.querySelector('.pages[data-of=matrix]')"
    assert browser.evaluate(rows) == 200
    assert browser.evaluate(f"{pages}.querySelector('span').textContent") == "rows 1 to 200 of 2,490"
    browser.evaluate(f"{pages}.querySelector('[data-by=\"1\"]').click()")
    assert browser.evaluate(f"{pages}.querySelector('span').textContent") == "rows 201 to 400 of 2,490"
    browser.evaluate("document.forms.filters.identity.focus()")
    browser.call("Input.insertText", text="team-29/")
    assert browser.evaluate(rows) == 83
    assert browser.evaluate(f"{pages}.hidden")
    browser.open(many, "#cell=team-9/sa/default%20http://(any%20other%20host)")
    assert browser.evaluate(f"{FOCUS}.textContent") == "why: team-9/sa/default to (any other host) over http"


@pytest.mark.parametrize("name", ["page", "odd", "many"])
def test_the_script_draws_the_rows_that_stand_in_the_page(
    browser: Browser, name: str, request: pytest.FixtureRequest
) -> None:
    browser.open(request.getfixturevalue(name))
    for table in browser.evaluate("Object.keys(tables)"):
        stood = browser.evaluate(f"tables.{table}.body.innerHTML")
        browser.evaluate(f"tables.{table}.body.replaceChildren(); tables.{table}.draw()")
        assert browser.evaluate(f"tables.{table}.body.innerHTML") == stood


@pytest.mark.parametrize("width", [390, 1024, 1440])
@pytest.mark.parametrize("name", ["page", "odd"])
def test_nothing_is_wider_than_the_window(
    browser: Browser, name: str, width: int, request: pytest.FixtureRequest
) -> None:
    browser.resize(width)
    browser.open(request.getfixturevalue(name))
    assert open_all(browser)
    assert browser.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1440, 1024, 800])
def test_no_verdict_is_broken_within_a_word(browser: Browser, page: Path, width: int) -> None:
    browser.resize(width)
    browser.open(page)
    broken = """[...document.querySelectorAll("#opens td, #others td, #matrix td")].filter((cell) => {
        const text = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT).nextNode();
        const word = text && text.data.match(/allowed|refused|conditional|unknown/);
        if (!word) return false;
        const range = document.createRange();
        range.setStart(text, word.index);
        range.setEnd(text, word.index + word[0].length);
        return range.getClientRects().length > 1;
    }).length"""
    assert browser.evaluate(broken) == 0


def test_hostile_names_stay_text(browser: Browser, odd: Path) -> None:
    browser.open(odd)
    open_all(browser)
    assert HOSTILE in browser.evaluate("document.body.textContent")
    assert browser.evaluate("document.scripts.length") == 2
    assert browser.evaluate("document.images.length") == 0
    assert browser.evaluate("[...document.links].every((one) => one.getAttribute('href').startsWith('#'))")
    assert browser.evaluate("window.hit") is None
    assert all(
        event["params"]["request"]["url"].startswith("file:")
        for event in browser.events
        if event.get("method") == "Network.requestWillBeSent"
    )


def test_a_script_or_a_request_that_gets_in_is_refused_by_the_page_itself(
    browser: Browser, page: Path
) -> None:
    browser.open(page)
    browser.evaluate(
        "const made = document.createElementNS('http://www.w3.org/2000/svg', 'script');"
        "made.append('window.hit = 1'); document.body.append(made)"
    )
    assert browser.evaluate("window.hit") is None
    assert browser.evaluate("fetch('data:,x').then(() => 'fetched', () => 'refused')") == "refused"


def test_without_a_script_the_tables_are_readable(browser: Browser, page: Path) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(page)
    nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
    names = {(n["role"]["value"], n.get("name", {}).get("value")) for n in nodes if not n["ignored"]}
    assert ("columnheader", "verdict") in names
    assert ("rowheader", "team-x/test") in names
    assert not {role for role, _ in names} & {"button", "searchbox"}
    assert any(role == "StaticText" and "Without JavaScript" in str(name) for role, name in names)


def test_printed_it_leaves_out_what_paper_cannot_do(browser: Browser, page: Path) -> None:
    browser.open(page, "#cell=team-x/test%20http://httpbin.org")
    browser.resize(500)
    browser.pretend("print")
    shown = "getComputedStyle(document.querySelector('{}')).display"
    assert browser.evaluate(shown.format("#filters")) == "none"
    assert browser.evaluate(shown.format("#matrix tbody > tr > td:last-child")) == "none"
    assert browser.evaluate(shown.format("#matrix tbody > tr > td:nth-child(5)")) == "table-cell"
    assert browser.evaluate(shown.format(".evidence td")) == "table-cell"
    assert browser.evaluate(shown.format("#matrix thead")) == "table-header-group"
    folded = "document.querySelectorAll('details:not([open])').length"
    before = browser.evaluate(folded)
    assert before > 0
    assert browser.evaluate(f"dispatchEvent(new Event('beforeprint')); {folded}") == 0
    assert browser.evaluate(f"dispatchEvent(new Event('afterprint')); {folded}") == before


@pytest.mark.skipif(not AXE.exists(), reason="axe is not installed: run `make cli`")
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1024, "dark"), (390, "light")])
def test_axe_finds_nothing_to_mend(browser: Browser, page: Path, width: int, scheme: str) -> None:
    browser.resize(width)
    browser.pretend(prefers_color_scheme=scheme)
    browser.open(page)
    open_all(browser)
    browser.evaluate(f"{AXE.read_text(encoding='utf-8')}; 0")
    found = browser.evaluate(
        "axe.run().then((all) => all.violations.map((one) => `${one.id}: ${one.nodes.map((n) => n.html).join()}`))"
    )
    assert found == []
