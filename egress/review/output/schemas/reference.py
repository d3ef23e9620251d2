"""Writes docs/schemas and docs/json.md: `python -m egress.review.output.schemas.reference`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from egress.review.output.schemas.documents import DOCUMENTS, TITLES, schema, text
from egress.review.output.schemas.parts import PARTS

DOCS = Path(__file__).parents[4] / "docs"
PAGE = DOCS / "json.md"
FOLDER = DOCS / "schemas"

INTRODUCTION = """# JSON documents

<!-- Written by `make reference` from egress/review/output/schemas; do not edit it by hand. -->

`--format json` prints one JSON document on stdout. Each has a JSON Schema with an `$id`. `egress schema VERB`
prints it, so a program can check what it reads against the version that is installed:

```console
$ egress schema due > due.schema.json
```

A later version may add keys. The changelog names a key that goes or changes its meaning. `findings` and `summary` also
write SARIF 2.1.0, which has a schema of its own. Exit codes are on the page of the [command line](cli.md#exit-codes).
"""


def page() -> str:
    """The page as its file holds it."""
    return "\n".join([INTRODUCTION, *(part for name in DOCUMENTS for part in _document(name)), *_parts()])


def write() -> None:
    """Write the page and the schemas."""
    PAGE.write_text(page(), encoding="utf-8")
    FOLDER.mkdir(exist_ok=True)
    for name in DOCUMENTS:
        (FOLDER / f"{name}.schema.json").write_text(text(name), encoding="utf-8")


def _document(name: str) -> Iterator[str]:
    whole = schema(name)
    yield f"## {name}\n"
    yield f"{TITLES.get(name, whole['title'])}: [schema](schemas/{name}.schema.json).\n"
    yield from _table(whole)


def _parts() -> Iterator[str]:
    yield "## Parts of several documents\n"
    for name, part in PARTS.items():
        yield f"### {name}\n"
        yield from _table(part)


def _table(whole: dict[str, Any]) -> Iterator[str]:
    yield "| Key | Holds | Meaning |\n|---|---|---|"
    for key, held, meaning in _rows(whole, ""):
        yield f"| `{key}` | {held} | {meaning} |"
    yield ""


def _rows(value: dict[str, Any], path: str) -> Iterator[tuple[str, str, str]]:
    """A row for each key, those of inner objects below their own."""
    if value.get("type") == "array" and not path:
        yield "[]", "an object", value.get("description", "")
        yield from _rows(value["items"], "[].")
        return
    for branch in value.get("anyOf", [value]):
        for key, held in branch.get("properties", {}).items():
            optional = "" if key in branch.get("required", ()) else ", or missing"
            yield f"{path}{key}", _held(held) + optional, held.get("description", "")
            yield from _inner(held, f"{path}{key}")


def _inner(held: dict[str, Any], path: str) -> Iterator[tuple[str, str, str]]:
    item = held.get("items", held)
    if held.get("type") == "array":
        path = f"{path}[]"
    yield from _rows(item, f"{path}.")


def _held(held: dict[str, Any]) -> str:
    if "$ref" in held:
        name = held["$ref"].rpartition("/")[2]
        return f"a [{name}](#{name})"
    if "anyOf" in held:
        return " or ".join(_held(each) for each in held["anyOf"])
    if "enum" in held:
        return " or ".join(f"`{value}`" for value in held["enum"])
    kind = held.get("type", "anything")
    if kind == "array":
        return f"a list: {_held(held['items'])}"
    return " or ".join(kind) if isinstance(kind, list) else str(kind)


if __name__ == "__main__":
    write()
