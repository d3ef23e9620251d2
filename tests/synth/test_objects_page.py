"""docs/objects.md is what the derived resources say today, and leaves no type of resource out."""

import ast
import re
from pathlib import Path

import pytest

from egress.config.platform import Platform
from egress.source.model_tree import model_at
from tests.synth.conftest import Synthesis
from tests.synth.derived_resources import NOT_DERIVED
from tests.synth.objects_page import PAGE, PLATFORM_KEYS, text
from tests.synth.variations import ROOT

IMPORTED = re.compile(r"cdktf_cdktf_provider_google\.(\w+)")


def test_the_committed_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == text(), "run make reference"


def test_every_google_resource_that_a_construct_can_make_is_on_the_page() -> None:
    made = {
        f"google_{name}"
        for folder in ("constructs", "stacks")
        for path in (ROOT / folder).rglob("*.py")
        for module in _modules(path)
        for name in IMPORTED.findall(module)
    } - {"google_provider"}

    assert len(made) > 30
    assert made == set(re.findall(r"`(google_\w+)`", PAGE.read_text(encoding="utf-8")))


def test_every_resource_of_the_stacks_without_names_has_its_key(every: Synthesis) -> None:
    for stack in NOT_DERIVED:
        types = {each.split(".")[0] for each in every.stacks[stack].resources if not each.startswith("data.")}
        listed = {type_ for types_ in PLATFORM_KEYS[stack].values() for type_ in types_}
        assert types <= listed, stack


@pytest.mark.parametrize("key", sorted({key for keys in PLATFORM_KEYS.values() for key in keys}))
def test_every_key_on_the_page_is_one_of_the_platform_file(key: str) -> None:
    for one in key.split(", "):
        *parents, last = one.split(".")
        holder = model_at(Platform, tuple(parents)) if parents else Platform
        assert holder is not None, one
        assert last in holder.model_fields, one


def _modules(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [each.module for each in ast.walk(tree) if isinstance(each, ast.ImportFrom) and each.module]
