"""Writes what Istio's API says into the JSON files beside it: `python tests/istio/generate.py [--check]`.

Run it when egress/config/istio_releases.py gets a new release, with BEFORE at the minor that is upgraded from. It needs
Go, for the module `istio.io/api`; the tests need only its result.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from egress.config.istio_releases import API  # noqa: E402 - after the root

MODULE = "istio.io/api"
BEFORE = "v1.30.8"
"""The API of the minor that platforms are upgraded from."""
CRDS, NEW, METADATA = (Path(__file__).with_name(f"{name}.json") for name in ("crds", "new", "metadata"))
MESSAGES = {"mesh": ("config", "network", "proxy")}
"""The protobuf files of each part of the API that is no kind: `meshConfig` and its `defaultConfig`."""
LEFT_OUT = frozenset({"description"})
"""What of a schema decides on no object, and is left out of crds.json."""

Tree = dict[str, Any]

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def main(arguments: Sequence[str]) -> int:
    """Exit code 1 where --check finds a file that is not what the modules say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    check = parser.parse_args(arguments).check
    stale = []
    for file, document in ((CRDS, _crds(API)), (NEW, _new()), (METADATA, _metadata())):
        text = json.dumps(document, indent=1, sort_keys=True) + "\n"
        if check and file.read_text(encoding="utf-8") != text:
            stale.append(file.name)
        elif not check:
            file.write_text(text, encoding="utf-8")
    if stale:
        sys.stderr.write(f"{', '.join(stale)} is not what {MODULE} {API} says: run {Path(__file__).name}\n")
    return int(bool(stale))


def _crds(version: str) -> Tree:
    """The schema of each kind, in the version that Istio names first, without descriptions."""
    source = _download(version) / "kubernetes" / "customresourcedefinitions.gen.yaml"
    found: Tree = {}
    for document in yaml.load_all(source.read_text(encoding="utf-8"), Loader=LOADER):
        if not document:
            continue
        spec = document["spec"]
        first, *others = spec["versions"]
        assert all(other["schema"] == first["schema"] for other in others), (
            f"{spec['names']['kind']}: versions differ"
        )
        key = f"{spec['group']}/{first['name']}/{spec['names']['kind']}"
        found[key] = bare(first["schema"]["openAPIV3Schema"])
    return {"source": f"{MODULE}@{version}: {source.name}", "kinds": found}


def bare(node: Any, *, named: bool = False) -> Any:
    """Drop descriptions; `named`: the keys are the names of fields."""
    if isinstance(node, list):
        return [bare(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: bare(value, named=key == "properties" and not named)
        for key, value in node.items()
        if named or key not in LEFT_OUT
    }


def _new() -> Tree:
    """What the API has and had not in the minor before."""
    before, after = _names(BEFORE), _names(API)
    return {
        "source": f"{MODULE}@{BEFORE} and {MODULE}@{API}",
        **{part: sorted(after[part] - before[part]) for part in sorted(after)},
    }


def _metadata() -> Tree:
    """Every annotation and label that Istio knows."""
    names = _names(API)
    return {
        "source": f"{MODULE}@{API}: annotation/annotations.gen.go, label/labels.gen.go",
        **{part: sorted(names[part]) for part in ("annotations", "labels")},
    }


def _names(version: str) -> dict[str, set[str]]:
    """Every field and value of the kinds, and of the messages that are no kinds."""
    folder = _download(version)
    kinds = _crds(version)["kinds"]
    names = {"kinds": {f"{key}: {path}" for key, schema in kinds.items() for path in _paths(schema, "")}}
    for part, files in MESSAGES.items():
        texts = [(folder / part / "v1alpha1" / f"{file}.proto").read_text(encoding="utf-8") for file in files]
        names[part] = {name for text in texts for name in _fields_of_messages(text)}
    names["annotations"] = _identifiers(folder / "annotation" / "annotations.gen.go")
    names["labels"] = _identifiers(folder / "label" / "labels.gen.go")
    return names


def _paths(schema: Tree, path: str) -> Iterator[str]:
    """A schema's fields as dotted paths, and the values of enumerations as `path=VALUE`."""
    yield from (f"{path}={value}" for value in schema.get("enum", ()))
    if "items" in schema:
        yield from _paths(schema["items"], path)
    for name, inner in (schema.get("properties") or {}).items():
        inside = f"{path}.{name}".lstrip(".")
        yield inside
        yield from _paths(inner, inside)


def _fields_of_messages(text: str) -> Iterator[str]:
    """The fields and values of a file's protobuf messages, as `Message.Inner.field`."""
    uncommented = re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.DOTALL)
    scope: list[str | None] = []
    for opens, name, closes, field in _DECLARATION.findall(uncommented):
        if opens:
            # A oneof is no part of a field's path in JSON.
            scope.append(None if opens == "oneof" else name)
        elif closes and scope:
            scope.pop()
        elif field and any(scope):
            yield ".".join([*filter(None, scope), _camel(field)])


_DECLARATION = re.compile(r"(message|enum|oneof)\s+(\w+)\s*\{|(\})|(\w+)\s*=\s*-?\d+\s*(?:\[[^\]]*\])?\s*;")
"""What opens or closes a scope, or declares a field or a value in it."""


def _camel(name: str) -> str:
    """A field's name as JSON writes it; values of enumerations stay."""
    head, *rest = name.split("_")
    return name if name.isupper() else head + "".join(part.capitalize() for part in rest)


def _identifiers(file: Path) -> set[str]:
    return set(re.findall(r'Name:\s+"([^"]+)"', file.read_text(encoding="utf-8")))


def _download(version: str) -> Path:
    done = subprocess.run(
        ["go", "mod", "download", "-json", f"{MODULE}@{version}"],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent,
    )
    return Path(json.loads(done.stdout)["Dir"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
