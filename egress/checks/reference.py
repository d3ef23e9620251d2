"""Writes docs/configuration.md, every key of every file: `python -m egress.checks.reference [--check]`.

All of it comes from the models: their docstrings, types and defaults, and the list of what the tutorial's form has.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from egress.config.destinations import Destinations
from egress.config.docstrings import field_docstrings
from egress.config.platform import Platform
from egress.config.team import Team
from egress.derived.istio.by_namespace.allowed import ALLOWED, ANY
from egress.source.model import ConfigModel
from egress.source.model_tree import model_at

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"
FILES: dict[str, type[ConfigModel]] = {
    "platform.yaml": Platform,
    "destinations.yaml": Destinations,
    "teams/TEAM.yaml": Team,
}
ENTRIES = {"destinations": "HOST"}
"""What an entry of a mapping is called on the page, where it is not NAME."""

BELOW = "the keys below"

INTRODUCTION = """# Configuration

<!-- Written by `make reference` from the models in egress/config; do not edit it by hand. -->

Every key of every file. A configuration is a folder with `platform.yaml`, `destinations.yaml` and one
`teams/TEAM.yaml` for each team. `HOST` and `NAME` are keys that you choose. `[]` means each entry of a list.

A key marked *by identity* needs `authorization: by-identity` in `destinations.yaml`. The rules across keys and files
are not on this page: `egress check` reports whatever breaks one, with the file, the line and the fix.
"""

Schema = dict[str, Any]


def text() -> str:
    """The page as its file holds it."""
    return "\n".join([INTRODUCTION, *(part for file in FILES for part in _file(file, FILES[file]))])


def _file(name: str, model: type[ConfigModel]) -> Iterator[str]:
    yield f"## {name}\n"
    yield from _tables(model, ())


def _tables(model: type[ConfigModel], path: tuple[str, ...]) -> Iterator[str]:
    """The table of a model, then those of the models in it."""
    if path:
        yield f"### `{_written_path(path)}`\n"
        yield f"{' '.join((model.__doc__ or '').split())}\n"
    yield "| Key | Takes | Default | Meaning |\n|---|---|---|---|"
    document = model.model_json_schema()
    inner = []
    for key, described in document["properties"].items():
        entry, held = _held(model, key)
        takes = _takes(described)
        if held:
            inner.append((held, (*path, key, *entry)))
            takes = takes.replace(BELOW, f"[{BELOW}](#{_anchor(inner[-1][1])})")
        default = "required" if key in document.get("required", ()) else _default(model, key)
        yield _row(f"`{key}`", takes, default, _meaning(model, key))
    yield ""
    for held, place in inner:
        yield from _tables(held, place)


def _written_path(path: tuple[str, ...]) -> str:
    return ".".join(path).replace(".[]", "[]")


def _anchor(path: tuple[str, ...]) -> str:
    """A heading's link, as GitHub makes it."""
    return re.sub(r"[^\w-]", "", _written_path(path).lower())


def _held(model: type[ConfigModel], key: str) -> tuple[tuple[str, ...], type[ConfigModel] | None]:
    """The model that a key holds, or that each of its entries is, and what such an entry is called."""
    for entry, place in (((), (key,)), ((ENTRIES.get(key, "NAME"),), (key, 0))):
        held = model_at(model, place)
        if held and issubclass(held, ConfigModel):
            is_list = model.model_json_schema()["properties"][key].get("type") == "array"
            return (("[]",) if is_list else entry), held
    return (), None


def _row(*cells: str) -> str:
    escaped = [cell.replace("|", r"\|") for cell in cells]
    return f"| {' | '.join(escaped)} |"


def _meaning(model: type[ConfigModel], key: str) -> str:
    return " ".join(filter(None, (field_docstrings(model)[key], _by_identity(model, key))))


def _by_identity(model: type[ConfigModel], key: str) -> str:
    """The values of a key that only `by-identity` has."""
    if model not in ALLOWED:
        return ""
    if key not in ALLOWED[model]:
        return "*By identity.*"
    allowed = ALLOWED[model][key]
    if allowed is ANY:
        return ""
    described = model.model_json_schema()["properties"][key]
    values = [each for each in _values(described) if each not in allowed]
    return f"*By identity:* {_listed(values)}."


def _values(described: Schema) -> list[Any]:
    branches = described.get("anyOf", [described])
    return [value for branch in branches for value in branch.get("enum", [])]


def _default(model: type[ConfigModel], key: str) -> str:
    value = model.model_fields[key].get_default(call_default_factory=True)
    if isinstance(value, ConfigModel):
        stated = ", ".join(
            f"{name}: {_written(each)}" for name, each in value.model_dump(exclude_unset=True).items()
        )
        return f"`{stated}`" if stated else "as below"
    return "none" if value is None or value in ((), {}) else f"`{_written(value)}`"


def _written(value: object) -> str:
    """A value as YAML has it."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(list(value)) if isinstance(value, tuple) else str(value)


def _takes(described: Schema) -> str:
    """The values of a key, in words."""
    if "anyOf" in described:
        return _takes(next(each for each in described["anyOf"] if each != {"type": "null"}))
    if "$ref" in described:
        return BELOW
    if "enum" in described:
        return _listed(described["enum"])
    kind = described.get("type")
    if kind == "array":
        return _entries("a list", described["items"])
    if kind == "object":
        return _entries("a mapping", next(iter(described["patternProperties"].values())))
    if kind == "boolean":
        return "`true` or `false`"
    if kind == "integer":
        return f"{described['minimum']:,} to {described['maximum']:,}"
    return _spoken(described)


def _entries(kind: str, entry: Schema) -> str:
    what = _takes(entry)
    return f"{kind} of entries with {what}" if what == BELOW else f"{kind}: {what}"


def _spoken(described: Schema) -> str:
    """A pattern's own words, inside a sentence: `A zone` becomes `a zone`, `IAM` stays."""
    words: str = described.get("description", "text").rstrip(".").replace("*", r"\*")
    return words if words[1:2].isupper() else f"{words[0].lower()}{words[1:]}"


def _listed(values: Sequence[object]) -> str:
    words = [f"`{each}`" for each in values]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def main(arguments: Sequence[str]) -> int:
    """Exit code 1 where `--check` finds that the page is not current."""
    parser = argparse.ArgumentParser(prog="python -m egress.checks.reference", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail where the page is not current"
    )
    if not parser.parse_args(arguments).check:
        PAGE.write_text(text(), encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text():
        sys.stderr.write(f"{PAGE.name}: not current; run make reference\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
