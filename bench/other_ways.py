"""Other ways to write the resources of an output: a program of cdktf in TypeScript, and JSON without cdktf.

`python -m bench.other_ways json INPUT OUTPUT` writes the same documents by `json.dump`.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.process import ROOT
from lazy_bindings.node import PACKAGE_CACHE

PROGRAM = ROOT / "bench" / "typescript" / "app.ts"
PACKAGES = {
    "cdktf": "cdktf",
    "constructs": "constructs",
    **{
        f"@cdktf/provider-{name}": f"cdktf-cdktf-provider-{name}" for name in ("google", "helm", "kubernetes")
    },
}
"""The packages of the program, by what they are called in Python: both have the same version."""


def typescript(folder: Path, source: Path, out: Path) -> list[str]:
    """Node's arguments for the program, in a folder of its own with the very packages that jsii uses.

    Node 22 runs TypeScript as it is: it leaves the types out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for package, distribution in PACKAGES.items():
        link = folder / "node_modules" / package
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.exists():
            (found,) = PACKAGE_CACHE.glob(f"{package}/{version(distribution)}/*/package.json")
            link.symlink_to(found.parent)
    program = folder / PROGRAM.name
    program.write_text(PROGRAM.read_text(encoding="utf-8"), encoding="utf-8")
    options = ["--preserve-symlinks", "--preserve-symlinks-main", "--disable-warning=ExperimentalWarning"]
    return [*options, str(program), str(source), str(out)]


def as_json(source: Path, out: Path) -> None:
    """Write each stack's document as somebody would who needs no cdktf."""
    for file in source.glob("stacks/*/cdk.tf.json"):
        target = out / file.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        document = without_notes(json.loads(file.read_text(encoding="utf-8")))
        target.write_text(json.dumps(document, indent=2), encoding="utf-8")


def without_notes(value: Any) -> Any:
    """Without what cdktf writes for itself."""
    if isinstance(value, dict):
        return {key: without_notes(inner) for key, inner in value.items() if key != "//"}
    return [without_notes(inner) for inner in value] if isinstance(value, list) else value


if __name__ == "__main__":
    as_json(Path(sys.argv[2]), Path(sys.argv[3]))
