"""docs/configuration.md: what the models say today, every key of theirs once."""

import re
from collections.abc import Iterator
from typing import get_args

import pytest
from pydantic import BaseModel

from egress.checks import reference
from tests.docs.markdown import rows, section

FILES = [pytest.param(file, model, id=file) for file, model in reference.FILES.items()]


def test_the_committed_page_is_current() -> None:
    assert reference.PAGE.read_text(encoding="utf-8") == reference.text(), "run make reference"


@pytest.mark.parametrize(("file", "model"), FILES)
def test_every_key_of_a_file_has_a_row_and_every_row_is_a_key(file: str, model: type[BaseModel]) -> None:
    assert sorted(_rows(file)) == sorted(_keys(model))


@pytest.mark.parametrize("file", reference.FILES)
def test_every_row_says_what_the_key_takes_and_means(file: str) -> None:
    for key, takes, default, meaning in rows(section(reference.PAGE, file)):
        assert takes, key
        assert default, key
        assert meaning, key


def test_what_only_authorization_by_identity_has_is_marked() -> None:
    marked = {key: meaning for key, _, _, meaning in rows(section(reference.PAGE, "`destinations.HOST`"))}

    assert marked["`limits`"].endswith("*By identity.*")
    assert marked["`http`"].endswith("*By identity:* `closed`.")
    assert "By identity" not in marked["`visible_to`"]


def _rows(file: str) -> Iterator[str]:
    """Every key with a row, as PATH.KEY."""
    path = ""
    for line in section(reference.PAGE, file).splitlines():
        heading, key = re.fullmatch(r"### `(.+)`", line), re.match(r"\| `([^`]+)` \|", line)
        if heading:
            path = f"{heading[1]}."
        elif key:
            yield f"{path}{key[1]}"


def _keys(model: type[BaseModel], path: str = "") -> Iterator[str]:
    """Every key of a file, read from the models' types and not from their schemas."""
    for name, field in model.model_fields.items():
        yield f"{path}{name}"
        entry = {"destinations": ".HOST", "grants": "[]", "ingress": "[]", "egress": "[]"}.get(name, "")
        if not entry and "dict[" in str(field.annotation):
            entry = ".NAME"
        for inner in _types(field.annotation):
            if issubclass(inner, BaseModel):
                yield from _keys(inner, f"{path}{name}{entry}.")


def _types(annotation: object) -> Iterator[type]:
    if isinstance(annotation, type):
        yield annotation
    for each in get_args(annotation):
        yield from _types(each)
