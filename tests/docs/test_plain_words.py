"""The pages are read in a hurry: no sentence is long, and the words are those that people use today."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.markdown import ROOT, pages

MOST = 35
"""Words of a sentence. CHANGELOG is a list of what was noted, and no page to learn from."""

PAGES = [
    page
    for page in pages()
    if page.is_relative_to(ROOT / "docs") or page.name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")
    if page.parent in (ROOT, ROOT / "docs", ROOT / "docs" / "adr", ROOT / "docs" / "findings")
]
OLD_WORDS = re.compile(
    r"\b(?:mend(?:s|ed|ing)?|could not be had|cannot be had|thereof|wherein|hitherto|whereby|likewise)\b",
    re.IGNORECASE,
)
TELEGRAM = re.compile(r"^(?:Of an?|Named are|Asked for)\b", re.MULTILINE)
"""The beginning of a sentence without a subject, or turned around, for a reader who knows the answer."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_sentence_is_long(page: Path) -> None:
    long = [sentence for text in texts(page) for sentence in sentences(text) if words(sentence) > MOST]

    assert long == [], f"{page.name}: more than {MOST} words in a sentence: split it"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_words_are_common_ones(page: Path) -> None:
    said = "\n".join(texts(page))

    assert OLD_WORDS.findall(said) == []
    assert TELEGRAM.findall(said) == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One. Two words here! And three?", [1, 3, 2]),
        ("See [the page of the review](review.md) and `a b c`.", [8]),
        ("version 1.31.0 of it, e.g. this", [6]),
    ],
)
def test_sentences_and_words_are_counted(text: str, count: list[int]) -> None:
    assert [words(each) for each in sentences(text)] == count


def texts(page: Path) -> Iterator[str]:
    """Each paragraph, each item of a list and each cell of a table, without code blocks and headings."""
    text = re.sub(r"^```.*?^```$", "\n\n", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    lines: list[str] = []
    for line in (*text.splitlines(), ""):
        stripped = line.strip().lstrip("> ")
        item = re.match(r"(?:[-*]|\d+\.) ", stripped)
        if lines and (not stripped or stripped.startswith(("|", "#")) or item):
            yield " ".join(lines)
            lines = []
        if stripped.startswith("|"):
            yield from (cell.strip() for cell in re.split(r"(?<!\\)\|", stripped)[1:-1])
        elif stripped and not stripped.startswith("#"):
            lines.append(stripped[item.end() :] if item else stripped)


def sentences(text: str) -> list[str]:
    """The sentences, with a link as its text and a piece of code as one word."""
    text = re.sub(r"\[((?:[^\[\]]|\[[^\]]*\])*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"`[^`]*`", "Code", text)
    return re.split(r"(?<=[.!?])[*)\"']*\s+(?=[\[(*\"'A-Z0-9])", text)


def words(sentence: str) -> int:
    """How many there are."""
    return len(re.findall(r"[A-Za-z0-9][\w'./-]*", sentence))
