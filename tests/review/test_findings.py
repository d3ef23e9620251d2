"""Each kind of finding fires on a minimal example and is silent on its fixed form."""

from pathlib import Path
from typing import Any

import pytest

from egress.review.findings.acceptance import EXPIRED, UNUSED
from egress.review.findings.registry import ANALYZERS, KINDS
from tests.builders.findings import EXAMPLES, found

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("code", sorted(EXAMPLES))
def test_a_finding_fires_on_its_example(code: str) -> None:
    findings = found(EXAMPLES[code][0](), code)
    assert findings
    for finding in findings:
        assert "{" not in finding.message
        assert finding.subject


@pytest.mark.parametrize("code", sorted(EXAMPLES))
def test_a_finding_is_silent_on_the_mended_form(code: str) -> None:
    assert not found(EXAMPLES[code][1](), code)


def test_every_registered_kind_has_an_example() -> None:
    assert sorted(EXAMPLES) == sorted(analyzer.kind.code for analyzer in ANALYZERS)


def test_codes_and_names_are_unique() -> None:
    assert len({kind.code for kind in KINDS}) == len({kind.name for kind in KINDS}) == len(KINDS)
    assert {EXPIRED, UNUSED} <= set(KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_every_kind_has_a_page_that_agrees_with_it(kind: Any) -> None:
    page = (DOCS.parent / kind.page).read_text()
    assert page.startswith(f"# {kind.code} {kind.name}\n")
    assert f"Level: {kind.level}" in page
    assert f"Family: {kind.family}" in page
    assert kind.fix in " ".join(page.split())


def test_no_page_is_left_without_a_kind() -> None:
    assert {page.stem for page in (DOCS / "findings").glob("EG*.md")} == {kind.code for kind in KINDS}
