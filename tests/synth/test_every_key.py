"""No key is accepted and does nothing: another value of it changes the JSON of some configuration."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from pydantic import Field

from egress.checks import loading
from egress.config.destinations import Destination, Destinations
from egress.config.hosts import HostName
from egress.config.platform import Platform
from egress.config.team import Team
from egress.source.model import ConfigModel
from egress.source.problem import ConfigurationError
from tests.synth.conftest import Synthesize
from tests.synth.every_key import (
    CASES,
    EXCEPTIONS,
    FILES,
    Files,
    Keys,
    case_of,
    files_of,
    keys,
    with_value,
    write,
)

MODELS: dict[str, type[ConfigModel]] = {"platform": Platform, "destinations": Destinations, "team": Team}
EVERY = {
    name: (path, annotation) for file, model in MODELS.items() for name, path, annotation in keys(file, model)
}

Documents = dict[str, Any]
Document = Callable[[Files], Documents]


@pytest.fixture(scope="session")
def document(synthesize: Synthesize, tmp_path_factory: pytest.TempPathFactory) -> Document:
    """The stacks' documents of a configuration's files, each configuration synthesized once."""

    @cache
    def run(text: str) -> Documents:
        synthesis = synthesize(write(json.loads(text), tmp_path_factory.mktemp("key") / "config"))
        return {id_: stack.document for id_, stack in synthesis.stacks.items()}

    return lambda files: run(json.dumps(files))


def effect(name: str, path: Keys, annotation: Any, document: Document) -> str:
    """What is wrong with a key; empty where another value of it changes the JSON."""
    case = case_of(name, annotation)
    files = files_of(case)
    before, refused = document(files), []
    for value in case.values:
        try:
            after = document(with_value(files, FILES[name.partition(".")[0]], path, value))
        except ConfigurationError as error:
            refused.append(f"{value!r} is refused: {error.problems[0].message}")
            continue
        if after != before:
            return ""
    tried = "; ".join(refused) or ", ".join(map(repr, case.values))
    return f"{name} is accepted and changes no byte ({tried}): let it drive something, or state a case in every_key.py"


@pytest.mark.parametrize("name", [name for name in EVERY if name not in EXCEPTIONS])
def test_another_value_of_a_key_changes_the_json(name: str, document: Document) -> None:
    assert effect(name, *EVERY[name], document) == ""


def test_the_cases_and_the_exceptions_are_of_keys_that_exist() -> None:
    assert set(CASES) | set(EXCEPTIONS) <= set(EVERY)
    assert not set(CASES) & set(EXCEPTIONS)


class _WithHttp2(Destination):
    http2: bool = False


class _Destinations(Destinations):
    destinations: dict[HostName, _WithHttp2] = Field(default_factory=dict)  # type: ignore[assignment]


class _Unknown(Team):
    color: str = "red"


def test_a_key_that_a_model_alone_knows_is_told(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "Destinations", _Destinations)
    found = {name: place for name, *place in keys("destinations", _Destinations)}
    name = "destinations.destinations.http2"

    assert set(found) - set(EVERY) == {name}
    path, annotation = found[name]
    assert "http2 is accepted and changes no byte (True, False)" in effect(name, path, annotation, document)


def test_a_key_whose_other_value_nobody_stated_is_told() -> None:
    with pytest.raises(LookupError, match=r"team\.color: state another value of it in CASES"):
        case_of("team.color", _Unknown.model_fields["color"].annotation)
