"""Every page of the project: its links lead somewhere, its code is sound, its commands exist."""

import ast
import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
import yaml

from tests.docs.markdown import ROOT, anchors, blocks, links, pages

PAGES = [pytest.param(page, id=str(page.relative_to(ROOT))) for page in pages()]
ELSEWHERE = re.compile(r"(?<![\w./-])/(?:home|root|Users|opt|mnt|work)/[\w.-]+")
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|TBD|WIP|XXX)\b")
SHELL = {"sh", "console"}


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{page.name} links to {name}, which is not there"
        assert target.is_relative_to(ROOT), f"{page.name} links out of the project: {name}"
        if anchor:
            assert anchor in anchors(target), f"{target.name} has no #{anchor}, but {sorted(anchors(target))}"


@pytest.mark.parametrize("page", PAGES)
def test_every_yaml_and_python_block_parses(page: Path) -> None:
    for block in blocks(page):
        if block.language == "yaml":
            assert list(yaml.safe_load_all(block.text))
        elif block.language == "python":
            ast.parse(block.text)


@pytest.mark.parametrize("page", PAGES)
def test_every_code_block_is_closed(page: Path) -> None:
    fences = re.findall(r"^```", page.read_text(encoding="utf-8"), re.MULTILINE)

    assert len(fences) == 2 * len(blocks(page))


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_on_the_page_exists(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    text = page.read_text(encoding="utf-8")
    inline = re.findall(r"`make ([a-z-]+)[^`]*`", text)
    shell = [
        target
        for block in blocks(page)
        if block.language in SHELL
        for target in re.findall(r"^(?:\$ )?make ([a-z-]+)", block.text, re.MULTILINE)
    ]

    assert {*inline, *shell} <= targets


@pytest.mark.parametrize("page", PAGES)
def test_every_file_a_command_names_exists(page: Path) -> None:
    for block in blocks(page):
        if block.language in SHELL:
            for name in re.findall(r"(?<![\w/.-])((?:config|experiments|tests)/[\w/.-]+)", block.text):
                made_there = name.startswith("config/acme")  # by `egress init acme`, on the same page
                assert made_there or (ROOT / name).exists(), f"{page.name} names {name}, which is not there"


@pytest.mark.parametrize("page", PAGES)
def test_every_test_a_page_leans_on_exists(page: Path) -> None:
    for name in re.findall(
        r"`((?:tests|egress|stacks|constructs|lazy_bindings)/[\w/]+\.py)", page.read_text()
    ):
        assert (ROOT / name).is_file(), f"{page.name} names {name}, which is not there"


@pytest.mark.parametrize("page", PAGES)
def test_every_test_function_a_page_names_exists(page: Path) -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))

    named = set(re.findall(r"`(test_\w+)`", page.read_text(encoding="utf-8")))
    assert {name for name in named if f"def {name}(" not in sources} == set()


@pytest.mark.parametrize("page", PAGES)
def test_no_page_is_unfinished_or_speaks_of_one_machine(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert not UNFINISHED.search(text)
    assert not ELSEWHERE.search(text)


def test_the_picture_is_sound_and_says_what_it_shows() -> None:
    picture = ElementTree.parse(ROOT / "docs" / "architecture.svg").getroot()  # noqa: S314 - our own file

    space = "{http://www.w3.org/2000/svg}"
    assert picture.findtext(f"{space}title")
    assert picture.findtext(f"{space}desc")
    style = picture.findtext(f"{space}style") or ""
    light, _, dark = style.partition("@media (prefers-color-scheme: dark)")
    used = {name for each in picture.iter() for name in each.get("class", "").split()}
    assert all(f".{name} " in light for name in used)
    assert all(f".{name} " in dark for name in used)


def test_the_picture_can_be_read_on_a_phone() -> None:
    """A phone is 390 pixels wide: nothing is scaled down, no text is smaller than 12, and none leaves the picture."""
    picture = ElementTree.parse(ROOT / "docs" / "architecture.svg").getroot()  # noqa: S314 - our own file
    space, wide = "{http://www.w3.org/2000/svg}", 0.6
    width = int(picture.get("width", "0"))
    sizes = re.findall(r"font-size: (\d+)px", picture.findtext(f"{space}style") or "")

    assert width <= 390
    assert (picture.get("viewBox") or "").split()[2] == str(width)
    assert min(map(int, [*sizes, picture.get("font-size", "0")])) >= 12
    for text in picture.iter(f"{space}text"):
        if text.get("text-anchor") is None:
            size = 12 if "quiet" in text.get("class", "") else 13
            assert float(text.get("x", "0")) + wide * size * len(text.text or "") <= width, text.text


def test_the_picture_shows_every_control_of_production() -> None:
    shown = (ROOT / "docs" / "architecture.svg").read_text(encoding="utf-8")

    for word in (
        "9443",
        "8080",
        "8443",
        "admission",
        "default deny",
        "DNS",
        "FQDN",
        "Cloud NAT",
        "NetworkPolicy",
    ):
        assert word in shown, word


def test_the_deploy_page_installs_the_pinned_command_line_before_it_calls_it() -> None:
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    shell = [block.text for block in blocks(ROOT / "docs" / "deploy.md") if block.language in SHELL]
    lines = [line for block in shell for line in block.splitlines()]
    install = f"npm install cdktf-cli@{package['devDependencies']['cdktf-cli']}"

    assert install in lines
    assert all("npx" not in line for line in lines[: lines.index(install)])
