"""docs/glossary.md: every word of the project's own is there once, and none that nobody uses."""

import re
from enum import Enum

import pytest

from egress.review.answer import Verdict
from egress.review.decision.decision import Outcome
from egress.review.findings.finding import Family
from tests.docs.markdown import ROOT, pages, rows

GLOSSARY = ROOT / "docs" / "glossary.md"
TERMS = [
    term.strip().strip("`")
    for cells in rows(GLOSSARY.read_text(encoding="utf-8"))
    for term in re.sub(r"`D\d+` to `D\d+`", "", cells[0]).split(",")
    if term.strip()
]
PROSE = {
    "by identity", "by namespace", "ended at", "got", "request", "labels", "new", "open", "other", "plan", "port",
    "production", "removed", "tutorial", "authorized", "visible", "source root", "stock", "memory",
}  # fmt: skip
"""Words that a page sets in italics for stress, or that are a column's name on the same page."""
CONTROLS = {
    "names",
    "sidecar",
    "network policies",
    "vpc firewall",
    "gateway",
    "from the gateway",
    "a pod that is no gateway",
}
"""The controls by name, in docs/judgements.md."""


def test_no_term_is_there_twice() -> None:
    assert sorted({term for term in TERMS if TERMS.count(term) > 1}) == []


@pytest.mark.parametrize("term", TERMS)
def test_every_term_is_used_by_another_page(term: str) -> None:
    wanted = re.compile(rf"\b{re.escape(term)}", re.IGNORECASE)
    others = [page for page in pages() if page != GLOSSARY and page.is_relative_to(ROOT / "docs")]

    assert any(wanted.search(page.read_text(encoding="utf-8")) for page in (*others, ROOT / "README.md"))


def test_every_term_that_a_page_introduces_is_there() -> None:
    """A word or two in italics is a term, unless it is listed above."""
    known = {term.lower() for term in TERMS} | PROSE | CONTROLS
    missing = {
        (page.name, found)
        for page in pages()
        if page.is_relative_to(ROOT / "docs") and page != GLOSSARY
        for found in _italics(page.read_text(encoding="utf-8"))
        if found.lower().rstrip(":.") not in known
        and len(found.split()) <= 2
        and not found.endswith((":", "?"))
    }

    assert missing == set(), "put it into docs/glossary.md, or into PROSE where it is no term"


@pytest.mark.parametrize("values", [Verdict, Outcome, Family], ids=lambda values: str(values.__name__))
def test_every_word_that_an_answer_uses_is_there(values: type[Enum]) -> None:
    text = GLOSSARY.read_text(encoding="utf-8").lower()
    verbs = {"passes": "allowed", "refuses": "refused", "dead or contradictory policy": "dead policy"}

    assert [each.value for each in values if verbs.get(str(each.value), str(each.value)) not in text] == []


def test_the_holes_are_as_many_as_the_page_of_holes_has() -> None:
    holes = re.findall(
        r"^\| (D\d+) \|", (ROOT / "docs" / "hardening.md").read_text(encoding="utf-8"), re.MULTILINE
    )

    assert f"`{holes[0]}` to `{holes[-1]}`" in GLOSSARY.read_text(encoding="utf-8")


def _italics(text: str) -> list[str]:
    text = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"`[^`]*`", "", text)
    return re.findall(r"(?<![*\w\\])\*([^*\s\\][^*\n]*?)\*(?![*\w])", text)
