"""A message about how a scalar is written never leads to the next error: its fix fits the place."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, ValidationError

from egress.config.platform import Platform
from egress.source.source import Source
from egress.source.validation import validate
from egress.source.yaml_file import parse

ROOT = Path(__file__).parents[3]
AWKWARD = (
    "no",
    "yes",
    "on",
    "010",
    "1.30",
    "1e3",
    "0x1F",
    "1_000",
    "12:30",
    "02:00",
    "true",
    "7",
    "2026-11-23",
)
WRITTEN = re.compile(
    r"write (?:it in quotes \('(?P<text>[^']*)'\)|the number without quotes: (?P<number>-?\d+)"
    r"|(?P<switch>true|false), without)"
)
DATA = yaml.safe_load((ROOT / "config" / "production" / "platform.yaml").read_text())


def _scalars(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(data, dict):
        return [each for key, value in data.items() for each in _scalars(value, (*path, key))]
    if isinstance(data, list):
        return [each for at, value in enumerate(data) for each in _scalars(value, (*path, at))]
    return [path]


def _put(path: tuple[Any, ...], value: Any) -> Any:
    data = json.loads(json.dumps(DATA))
    holder = data
    for part in path[:-1]:
        holder = holder[part]
    holder[path[-1]] = value
    return data


def _problems(path: tuple[Any, ...], written: str) -> list[str]:
    """What is said of a place when the text stands there as written."""
    text = yaml.safe_dump(_put(path, "THE-PLACE"), default_flow_style=False).replace("THE-PLACE", written)
    source = Source("platform.yaml")
    parse(text.encode(), source)
    return [each.message for each in validate(Platform, source).problems if each.path == path]


def _accepted(model: type[BaseModel], path: tuple[Any, ...], value: Any) -> bool:
    try:
        model.model_validate_json(json.dumps(_put(path, value)))
    except ValidationError as error:
        return not any(each["loc"][: len(path)] == path for each in error.errors())
    return True


@pytest.mark.parametrize("awkward", AWKWARD)
@pytest.mark.parametrize("quote", ["", "'"])
def test_the_advice_is_one_that_the_place_takes(awkward: str, quote: str) -> None:
    advised = 0
    for path in _scalars(DATA):
        for message in _problems(path, f"{quote}{awkward}{quote}"):
            for match in WRITTEN.finditer(message):
                advised += 1
                text, number, switch = match.group("text", "number", "switch")
                value = text if text is not None else int(number) if number else switch == "true"
                assert _accepted(Platform, path, value), f"{path}: {awkward}: {message}"
    if not quote and awkward in ("no", "010", "1_000"):
        assert advised, "no message gave advice: the test asks nothing"


@pytest.mark.parametrize(
    ("path", "written", "told"),
    [
        (("network", "nat", "addresses"), "010", "write the number without quotes: 10"),
        (("alerts", "refusals"), "'050'", "write the number without quotes: 50"),
        (("mesh", "gateway", "identity_https"), "no", "write false, without quotes"),
        (("mesh", "istio_version"), "1.30", "such as 1.31"),
        (("cluster", "dataplane"), "no", "write one of v1, v2"),
        (("cluster", "maintenance", "start"), "02:00", "write it in quotes ('02:00')"),
    ],
)
def test_a_message_says_what_fits_at_once(path: tuple[Any, ...], written: str, told: str) -> None:
    (message,) = _problems(path, written)
    assert told in message
    assert message.count("write") == 1 or "one of" in message or "such as" in message
