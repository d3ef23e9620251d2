"""docs/tutorial.md names every resource of the tutorial's stacks, and none that is not there."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.docs.conftest import Run
from tests.docs.markdown import ROOT, rows
from tests.synth.tutorial_objects import DEVIATIONS

PAGE = ROOT / "docs" / "tutorial.md"
STACKS = ("foundation", "cluster", "mesh", "egress")
ADDRESS = re.compile(r"`((?:data\.)?(?:google|kubernetes|helm|terraform)_\w+\.[\w.-]+)`")
KEY = re.compile(r"`([\w/-]+\.yaml): ([^`]+)`")
SOURCE = re.compile(r"`([\w/]+\.py)`")


def _text() -> str:
    return PAGE.read_text(encoding="utf-8")


def _table() -> list[list[str]]:
    return [cells for cells in rows(_text()) if len(cells) == 4]


@pytest.mark.parametrize("stack", STACKS)
def test_every_resource_stands_on_the_page_and_every_address_exists(stack: str, tutorial: Run) -> None:
    named = {
        address
        for _, stack_cell, resource, _ in _table()
        if stack_cell == f"`{stack}`"
        for address in ADDRESS.findall(resource)
    }

    there = tutorial.addresses(stack)
    assert named == there, (
        f"docs/tutorial.md misses {sorted(there - named)} and names {sorted(named - there)}, "
        f"which {stack} has not"
    )


def test_a_row_names_a_stack_if_and_only_if_it_names_a_resource() -> None:
    for cells in _table():
        step, stack, resource, _ = cells
        assert bool(ADDRESS.search(resource)) == (stack.strip("`") in STACKS), step


def test_every_key_path_leads_to_a_line_of_the_configuration() -> None:
    keys = KEY.findall(_text())
    assert len(keys) > 40

    for file, path in keys:
        if file == "FILE":
            continue
        document = yaml.safe_load((ROOT / "config" / "tutorial" / file).read_text(encoding="utf-8"))
        assert _leads_somewhere(document, path), f"{file} has no {path}"


def test_every_source_file_on_the_page_exists() -> None:
    missing = {name for name in SOURCE.findall(_text()) if not (ROOT / name).is_file()}

    assert missing == set()


def test_every_deviation_from_a_printed_object_has_its_reason_on_the_page() -> None:
    reasons = _text().partition("## Additions and deviations")[2]

    assert {name for _, name in DEVIATIONS if f"`{name}`" not in reasons} == set()


def test_every_stage_with_a_configuration_stands_in_the_table() -> None:
    folders = {path.parent.name for path in (ROOT / "tests" / "proof" / "tutorial").glob("*/config")}

    assert {name for name in folders if f"[{name}](" not in _text()} == set()


@pytest.mark.parametrize("path", ["project.nowhere", "network.subnet.nodes.size", "grants[7]"])
def test_a_key_path_that_leads_nowhere_is_noticed(path: str) -> None:
    document = yaml.safe_load(Path(ROOT / "config/tutorial/platform.yaml").read_text(encoding="utf-8"))

    assert not _leads_somewhere(document, path)


def _leads_somewhere(value: Any, path: str) -> bool:
    """Whether a path such as `destinations.example.com.http` or `grants[0].to` exists; keys may hold dots."""
    if not path:
        return True
    if isinstance(value, list):
        index = re.match(r"\[(\d+)\]\.?", path)
        return (
            index is not None
            and int(index[1]) < len(value)
            and _leads_somewhere(value[int(index[1])], path[index.end() :])
        )
    if not isinstance(value, dict):
        return False
    return any(
        _leads_somewhere(item, path[len(key) :].removeprefix("."))
        for key, item in value.items()
        if path == key or path.startswith((f"{key}.", f"{key}["))
    )
