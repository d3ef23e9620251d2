"""The site: every page has its place among the four kinds, on the site and on docs/README.md alike."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from docs_site import outward
from tests.docs.markdown import ROOT, links

DOCS = ROOT / "docs"
KINDS = ("Tutorials", "How to", "Reference", "Explanation")
MAP = DOCS / "README.md"


class _Loader(yaml.SafeLoader):
    """mkdocs.yml calls a function of its theme."""


_Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, suffix, node: suffix)  # noqa: ARG005


def site() -> dict[str, Any]:
    found: dict[str, Any] = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), _Loader)  # noqa: S506
    return found


def pages_of(entry: Any) -> Iterator[str]:
    """The pages of an entry of the navigation."""
    if isinstance(entry, str):
        yield entry
    elif isinstance(entry, dict):
        for inner in entry.values():
            yield from pages_of(inner)
    else:
        for inner in entry:
            yield from pages_of(inner)


def test_the_pages_are_of_four_kinds() -> None:
    start, *kinds = site()["nav"]

    assert start == {"Start": "README.md"}
    assert [name for kind in kinds for name in kind] == list(KINDS)


def test_every_page_is_in_the_navigation_once() -> None:
    listed = list(pages_of(site()["nav"]))
    there = {
        path.relative_to(DOCS).as_posix()
        for path in DOCS.rglob("*.md")
        if not re.fullmatch(r"EG\d+\.md", path.name)
    }

    assert len(listed) == len(set(listed))
    assert set(listed) == there, "mkdocs.yml and docs/ differ: give the page its place among the four kinds"


def test_the_map_of_the_pages_has_the_same_ones_under_the_same_kinds() -> None:
    sections = re.split(r"^## ", MAP.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    for (name, entry), section in zip(_kinds(), sections, strict=True):
        shown = re.findall(r"\]\(([\w/.-]+\.md)\)", section)
        assert section.startswith(name)
        assert shown == [page for page in pages_of(entry) if "adr/" not in page or "0001" in page]


def _kinds() -> list[tuple[str, Any]]:
    return [(name, entry) for kind in site()["nav"][1:] for name, entry in kind.items()]


def test_a_broken_link_or_a_page_without_a_place_fails_the_build() -> None:
    settings = site()

    assert settings["strict"] is True
    assert set(settings["validation"]["nav"].values()) == {"warn"}
    assert set(settings["validation"]["links"].values()) == {"warn"}
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    # Not with --quiet: mkdocs then counts no warning, and a broken link passes.
    assert "mkdocs build --strict\n" in makefile
    assert re.search(r"^check: .*\bdocs\b", makefile, re.MULTILINE), "make check builds the site"


def test_every_package_of_the_site_is_pinned_with_its_hashes() -> None:
    text = (ROOT / "requirements" / "docs.txt").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip())

    assert any(entry.startswith("mkdocs-material==") for entry in entries)
    assert [
        entry for entry in entries if not re.match(r"[\w.-]+==[\w.]+ .*--hash=sha256:", entry, re.DOTALL)
    ] == []


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.name)
def test_the_site_warns_of_no_link_out_of_the_pages(page: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        text = rewritten(page.read_text(encoding="utf-8"), page.relative_to(DOCS).as_posix())

    assert caplog.records == []
    outside = [
        link
        for link in links(page)
        if not (page.parent / link.partition("#")[0]).resolve().is_relative_to(DOCS)
    ]
    assert [
        link for link in outside if f"]({link})" in re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    ] == []


def rewritten(text: str, page: str, repository: str = "") -> str:
    return outward.on_page_markdown(
        text,
        page=SimpleNamespace(file=SimpleNamespace(src_uri=page)),
        config=SimpleNamespace(repo_url=repository),
    )


@pytest.mark.parametrize(
    ("text", "page", "expected"),
    [
        ("[it](../egress/cli.py)", "a.md", "[it](https://x.example/r/blob/main/egress/cli.py)"),
        ("[it](../tests/proof/)", "a.md", "[it](https://x.example/r/tree/main/tests/proof)"),
        ("[it](../../README.md#deploy)", "adr/a.md", "[it](https://x.example/r/blob/main/README.md#deploy)"),
        ("[it](../review.md#verbs)", "adr/a.md", "[it](../review.md#verbs)"),
        ("[it](review.md)", "a.md", "[it](review.md)"),
        ("```\n[it](../egress/cli.py)\n```\n", "a.md", "```\n[it](../egress/cli.py)\n```\n"),
    ],
)
def test_a_link_out_of_the_pages_leads_to_the_repository(text: str, page: str, expected: str) -> None:
    assert rewritten(text, page, "https://x.example/r/") == expected


def test_without_a_repository_a_link_out_is_its_text() -> None:
    assert rewritten("[`cli.py`](../egress/cli.py)", "a.md") == "`cli.py`"


def test_a_link_to_nothing_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    rewritten("[it](../egress/nothing.py)", "a.md")

    assert [record.getMessage() for record in caplog.records] == [
        "docs/a.md links to ../egress/nothing.py, which is not there"
    ]
    assert caplog.records[0].name.startswith("mkdocs.")
