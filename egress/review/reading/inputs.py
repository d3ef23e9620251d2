"""Tells what an input is and reads it."""

import json
from collections.abc import Sequence
from pathlib import Path

from egress.review.errors import ReviewError
from egress.review.inventory import Inventory


def read(paths: Sequence[Path]) -> Inventory:
    """Read a cdktf.out folder, Terraform plans (`terraform show -json`), or Kubernetes files and folders.

    Raises ReviewError for anything else and for a mixture.
    """
    kinds = {_kind(path) for path in paths}
    if len(kinds) > 1:
        raise ReviewError(
            f"{', '.join(map(str, paths))}: a review reads inputs of one kind, not {_spoken(kinds)}"
        )
    match kinds.pop():
        case "synthesized":
            from egress.review.reading.synthesized import read_synthesized

            if len(paths) > 1:
                raise ReviewError("a review reads one folder of synthesized stacks")
            return read_synthesized(paths[0])
        case "plan":
            from egress.review.reading.plan import read_plans

            return read_plans(paths)
        case _:
            from egress.review.reading.kubernetes_yaml import read_kubernetes

            return read_kubernetes(paths)


def _kind(path: Path) -> str:
    if (path / "stacks").is_dir():
        return "synthesized"
    if not path.exists():
        raise ReviewError(f"{path}: no such file or folder; `make synth` writes cdktf.out")
    if path.suffix == ".json" and path.is_file():
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ReviewError(f"{path}: {error}") from error
        if isinstance(document, dict) and "planned_values" in document:
            return "plan"
    return "kubernetes"


def _spoken(kinds: set[str]) -> str:
    return " and ".join(sorted(kinds))
