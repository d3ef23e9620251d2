"""What stands in the report's page, without a browser: ways, first screen, findings, policy, colours, size."""

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from egress.review.answer import Answer, Verdict
from egress.review.decision.client import ClientSees
from egress.review.decision.control import Control
from egress.review.decision.decision import Decision, Outcome
from egress.review.decision.reason import Reason, Why
from egress.review.output.page import document
from egress.review.output.page.path import BEYOND, GATEWAY, POD, stations
from tests.review.pages import page_of
from tests.review.reviewed import tutorial

CLOSED = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: closed, namespace: istio-egress }
spec: { podSelector: {}, policyTypes: [Egress] }
"""


def way(state: Any, source: str, url: str) -> list[tuple[str, str, str]]:
    return [(s.zone, s.name, str(s.outcome)) for s in stations(state.ask(source, url))]


def data_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="evidence">(.*?)</script>', page, re.DOTALL)
    assert found
    parsed: dict[str, Any] = json.loads(found[1])
    return parsed


def test_the_control_that_refuses_is_the_last_station() -> None:
    assert way(tutorial(), "team-x/test", "http://httpbin.org")[-1] == (
        GATEWAY,
        "Authorization policy",
        "refuses",
    )


def test_what_stops_a_request_behind_the_gateway_is_not_shown_as_its_policy() -> None:
    found = way(tutorial().apply(CLOSED), "team-x/test", "http://example.com")
    assert found[-1] == (BEYOND, "Name lookup", "refuses")
    assert (GATEWAY, "Authorization policy", "passes") in found


def test_a_direct_way_shows_no_gateway() -> None:
    found = way(tutorial("8-google-apis"), "team-x/test", "https://storage.googleapis.com")
    assert {zone for zone, _, _ in found} == {POD}


def test_a_control_that_is_not_in_the_input_is_not_shown_as_passed() -> None:
    found = way(tutorial(), "team-x/test", "http://example.com")
    assert (POD, "VPC firewall", "not given") in found


def test_every_step_of_an_answer_is_at_one_station() -> None:
    answer = tutorial().ask("team-x/test", "http://example.com")
    numbers = [n for s in stations(answer) for n in range(s.first, s.last + 1)]
    assert numbers == list(range(1, len(answer.steps) + 1))
    assert all(isinstance(s.outcome, Outcome) for s in stations(answer))


def test_a_station_is_marked_by_the_worst_of_its_controls() -> None:
    steps = (
        Decision(Control.SIDECAR_SCOPE, Outcome.PASSES, Reason(Why.NO_SIDECAR)),
        Decision(Control.SIDECAR_TLS, Outcome.REFUSES, Reason(Why.NO_SIDECAR)),
        Decision(Control.SIDECAR_ROUTE, Outcome.PASSES, Reason(Why.NO_SIDECAR)),
    )
    (found,) = stations(Answer(Verdict.REFUSED, ClientSees.TLS_FAILURE, steps))
    assert (found.outcome, found.first, found.last) == (Outcome.REFUSES, 1, 3)


def test_the_first_screen_says_who_gains_what() -> None:
    state = tutorial()
    policy = state.spec("AuthorizationPolicy", "egress-team-x-to-example-com")
    policy["rules"][0]["to"][0]["operation"]["hosts"].append("httpbin.org")
    changed = state.change("AuthorizationPolicy", "egress-team-x-to-example-com", **policy)
    page = page_of(changed.review(), state.review())
    first = page[page.index('id="answer-title"') : page.index('id="diff-title"')]
    assert "<strong>1</strong> opened by the change" in first
    gained = '<a href="#opens=team-x/test%20http://httpbin.org">http:/<wbr>/<wbr>httpbin.<wbr>org</a>'
    assert f"<b>team-x/<wbr>test</b> gained: {gained}" in first


def test_a_finding_that_the_change_brings_is_marked_and_one_that_it_mends_is_told() -> None:
    state = tutorial()
    holed = state.without("Sidecar", "default", "team-y")
    there, back = page_of(holed.review(), state.review()), page_of(state.review(), holed.review())
    assert "<b>new:</b>" in there
    assert "Fixed by the change</h3><ul><li>EG" in back


def test_findings_of_a_kind_are_folded_and_the_errors_come_first() -> None:
    page = page_of(tutorial().review())
    levels = re.findall(r'<details class="finding (\w+)"', page)
    assert levels == sorted(levels, key=["error", "warning", "note"].index)
    codes = re.findall(r'<details class="finding \w+" id="(\w+)"', page)
    assert len(codes) == len(set(codes))
    assert "2 times https-contradicts-http" in page


def test_a_cell_names_the_findings_about_it() -> None:
    data = data_of(page_of(tutorial().review()))
    texts = data["texts"]
    about = {
        (texts[i], texts[h], texts[s]): {texts[code] for code in codes}
        for i, h, s, _, *codes in data["tables"]["matrix"]
    }
    assert "EG103" in about["team-x/test", "httpbin.org", "https"]
    assert about["team-y/test", "example.com", "http"] == set()


def test_only_the_page_s_own_script_and_style_may_run() -> None:
    page = page_of(tutorial().review())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    for name in ("style", "script"):
        text = re.search(rf"<{name}>(.*?)</{name}>", page, re.DOTALL)
        assert text
        digest = base64.b64encode(hashlib.sha256(text[1].encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}';" in policy[1]
    assert "unsafe" not in policy[1]
    assert not re.search(r"<[^>]*\s(?:style|on\w+)=", page.partition("<script")[0])


def test_an_answer_is_told_once_however_many_cells_have_it() -> None:
    data = data_of(page_of(tutorial().review()))
    assert len(data["answers"]) < len(data["tables"]["matrix"])
    assert len(set(data["texts"])) == len(data["texts"])


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(2 * digit for digit in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1, 2], ids=["light", "dark", "printed"])
def test_every_colour_can_be_read_on_every_ground(scheme: int) -> None:
    style = (Path(document.__file__).parent / "page.css").read_text()
    colours = dict(re.findall(r"--(\w+): (#\w+)", re.findall(r":root \{(.*?)\}", style, re.DOTALL)[scheme]))
    for ground in ("paper", "shade"):
        for name in ("ink", "soft", "link", "ok", "no", "may", "open"):
            light, dark = sorted((luminance(colours[name]), luminance(colours[ground])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (name, ground)
