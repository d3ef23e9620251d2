"""The picture in README and docs shows the report as it is now."""

import struct
from pathlib import Path

import pytest

from tests.review.browser import Browser, chromium
from tests.review.conftest import ROOT
from tests.review.picture import PICTURE, SIGNATURE, WIDTH, digest, digest_in, page, taken

FOUND = chromium()
LIMIT = 200_000
"""Bytes."""


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> str:
    return page(tmp_path_factory.mktemp("picture"))


def test_the_picture_shows_the_page_as_it_is(html: str) -> None:
    """By the digest of what it shows: the same page looks a little different with another machine's fonts."""
    assert digest_in(PICTURE.read_bytes()) == digest(html), (
        "the report's first screen changed: run `make picture`"
    )


def test_the_picture_is_small_and_both_pages_show_it() -> None:
    png = PICTURE.read_bytes()
    assert png.startswith(SIGNATURE)
    assert len(png) < LIMIT
    assert struct.unpack(">I", png[16:20]) == (WIDTH,)
    for text, link in (("README.md", "docs/report.png"), ("docs/pull-requests.md", "report.png")):
        assert f"]({link})" in (ROOT / text).read_text()


@pytest.mark.skipif(FOUND is None, reason="no Chromium on this machine: apt-get install chromium")
def test_the_picture_can_be_taken(html: str, tmp_path: Path) -> None:
    assert FOUND is not None
    browser = Browser(FOUND, tmp_path / "profile")
    try:
        png = taken(browser, html, tmp_path)
    finally:
        browser.close()
    assert png.startswith(SIGNATURE)
    assert png.endswith(b"IEND\xaeB`\x82")
    assert digest_in(png) == digest(html)
    assert len(png) < LIMIT
