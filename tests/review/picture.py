"""The picture of the report in README and docs: `make picture` takes it anew from an example change."""

import datetime
import hashlib
import re
import shutil
import struct
import sys
import tempfile
import zlib
from pathlib import Path

from egress.review.changes.change import change
from egress.review.judgement import judgement
from egress.review.locations.changed_lines import Causes, Side
from egress.review.matrix import Matrix
from egress.review.output.gist import Heading
from egress.review.output.page import document
from tests.review.browser import Browser, chromium
from tests.review.conftest import ROOT, synthesize_here

PICTURE = ROOT / "docs" / "report.png"
WIDTH, MARGIN = 1280, 16
KEY = b"page"
"""The text chunk of the PNG that holds the digest of what it shows."""
SIGNATURE = b"\x89PNG\r\n\x1a\n"
TODAY = datetime.date(2026, 11, 28)
HEADING = Heading(
    environment="production",
    base_commit="7d1f0c29b1ae",
    head_commit="c04e5be83f57",
    time="2026-11-28 09:30 UTC",
    version="0.1.0",
    read="150 Terraform resources before and 150 after",
)


def page(folder: Path) -> str:
    """The report of a change: a team gains a host, a workload loses one, and the firewall opens a port."""
    sides = {}
    for name in ("base", "head"):
        config = folder / name / "config"
        shutil.copytree(ROOT / "config" / "production", config)
        if name == "head":
            _edit(
                config / "teams/team-y.yaml",
                "grants:\n",
                "grants:\n  - to: example.com\n    service_accounts: [test]\n",
            )
            _edit(config / "teams/team-x.yaml", "service_accounts: [test, batch]", "service_accounts: [test]")
            _edit(config / "platform.yaml", "egress_ports: [80, 443]", "egress_ports: [80, 443, 8443]")
        out = synthesize_here(config, folder / name / "cdktf.out")
        sides[name] = (config, judgement([out], config / "accepted.yaml", TODAY))
    (old, base), (new, head) = sides["base"], sides["head"]
    return document.render(
        heading=HEADING,
        rows=list(Matrix(head.cluster).rows()),
        judged=head.judged,
        change=change(base, head, TODAY),
        causes=Causes(Side(old, base.cluster.inventory), Side(new, head.cluster.inventory)),
    )


def _edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text, (file, old)
    file.write_text(text.replace(old, new), encoding="utf-8")


def digest(html: str) -> str:
    """Of what the picture shows: the heading and the first screen, and how they look."""
    shown = re.search(r"<body>.*?</section>", html, re.DOTALL)
    style = re.search(r"<style>.*?</style>", html, re.DOTALL)
    assert shown
    assert style
    return hashlib.sha256((shown[0] + style[0]).encode()).hexdigest()


def taken(browser: Browser, html: str, folder: Path) -> bytes:
    """The picture, with the digest of what it shows in it."""
    file = folder / "report.html"
    file.write_text(html, encoding="utf-8")
    browser.resize(WIDTH)
    browser.pretend(prefers_color_scheme="light")
    browser.open(file)
    bottom = browser.evaluate("document.querySelector('.cards').getBoundingClientRect().bottom")
    png = browser.picture(height=int(bottom) + MARGIN, width=WIDTH)
    head = len(SIGNATURE) + 25  # the signature and the one chunk that has to come first
    return png[:head] + _chunk(KEY + b"\0" + digest(html).encode()) + png[head:]


def _chunk(text: bytes) -> bytes:
    body = b"tEXt" + text
    return struct.pack(">I", len(text)) + body + struct.pack(">I", zlib.crc32(body))


def digest_in(png: bytes) -> str:
    """The digest that a picture holds; empty for none."""
    found = re.search(rb"tEXt" + KEY + rb"\0([0-9a-f]{64})", png)
    return found[1].decode() if found else ""


def main() -> int:
    """Take the picture."""
    executable = chromium()
    if executable is None:
        sys.stderr.write("error: no Chromium on this machine: apt-get install chromium\n")
        return 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        browser = Browser(executable, folder / "profile")
        try:
            PICTURE.write_bytes(taken(browser, page(folder), folder))
        finally:
            browser.close()
    sys.stdout.write(f"{PICTURE.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
