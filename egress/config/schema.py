"""Writes the JSON Schemas that editors check the YAML files with: `python -m egress.config.schema [--check]`.

They say what one file may hold by itself; the rules across files and fields are the program's alone.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from egress.config.destinations import Destinations
from egress.config.docstrings import field_docstrings
from egress.config.platform import Platform
from egress.config.team import Team
from egress.source.model import ConfigModel
from egress.source.model_tree import model_at

FOLDER = Path(__file__).parents[2] / "config" / "schema"
MODELS: dict[str, type[ConfigModel]] = {"platform": Platform, "destinations": Destinations, "team": Team}

Schema = dict[str, Any]


def schema(model: type[ConfigModel]) -> Schema:
    """A file's JSON Schema: nothing unknown, nothing null, every key described."""
    document = model.model_json_schema()
    for each in models_of(model):
        _describe(document if each is model else document["$defs"][each.__name__], each)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:secure-egress-gke:schema:{model.__name__.removesuffix('File').lower()}",
        **_strict(document),
    }


def text(model: type[ConfigModel]) -> str:
    """The schema as its file holds it."""
    return json.dumps(schema(model), indent=2) + "\n"


def models_of(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A model and those of its keys."""
    yield model
    for name in model.model_fields:
        inner = model_at(model, (name,)) or model_at(model, (name, 0))
        if inner:
            yield from models_of(inner)


def _describe(definition: Schema, model: type[BaseModel]) -> None:
    """Put the fields' docstrings in front of what their types say."""
    for name, docstring in field_docstrings(model).items():
        described = definition["properties"][name]
        described["description"] = " ".join(filter(None, (docstring, described.get("description"))))


def _strict(node: Any) -> Any:
    """Without titles made from names and without null, which the program refuses; only keys that fit."""
    if isinstance(node, list):
        return [_strict(each) for each in node]
    if not isinstance(node, dict):
        return node
    kept = {
        key: _strict(value) for key, value in node.items() if not (key == "title" and isinstance(value, str))
    }
    branches = kept.get("anyOf", [])
    if {"type": "null"} in branches:
        del kept["anyOf"], kept["default"]
        kept = {**next(each for each in branches if each != {"type": "null"}), **kept}
    if "patternProperties" in kept:
        kept["additionalProperties"] = False
    return kept


def main(arguments: Sequence[str]) -> int:
    """Exit code 1 where `--check` finds a schema that is not current."""
    return write(MODELS, arguments, "egress.config.schema", __doc__ or "")


def write(models: Mapping[str, type[ConfigModel]], arguments: Sequence[str], module: str, about: str) -> int:
    """Write some models' schemas, or compare them with their files; `module` is what a person runs."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=about)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail where a file is not current"
    )
    check = parser.parse_args(arguments).check
    stale = []
    for name, model in models.items():
        path = FOLDER / f"{name}.schema.json"
        if check and (not path.exists() or path.read_text(encoding="utf-8") != text(model)):
            stale.append(path.name)
        elif not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text(model), encoding="utf-8")
    if stale:
        sys.stderr.write(f"{', '.join(stale)}: not current; run python -m {module}\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
