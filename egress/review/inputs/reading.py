"""Tells what an input is and reads it."""

from collections.abc import Sequence
from pathlib import Path

from egress.review.errors import ReviewError
from egress.review.inputs.documents import json_of
from egress.review.inventory import Inventory


def read(paths: Sequence[Path], *, strict: bool = False) -> Inventory:
    """Read a cdktf.out folder, Terraform plans (`terraform show -json`, a folder of them too), or Kubernetes YAML.

    What is not understood is named in the inventory. Raises ReviewError for anything else, for a mixture, and where
    the review is strict for what is not understood.
    """
    kinds = {_kind(path) for path in paths}
    if len(kinds) > 1:
        raise ReviewError(
            f"{', '.join(map(str, paths))}: a review reads inputs of one kind, not {_spoken(kinds)}"
        )
    match kinds.pop():
        case "synthesized":
            from egress.review.inputs.synthesized import read_synthesized

            if len(paths) > 1:
                raise ReviewError("a review reads one folder of synthesized stacks")
            return read_synthesized(paths[0], strict=strict)
        case "plan":
            from egress.review.inputs.plan import read_plans

            return read_plans([file for path in paths for file in _plan_files(path)], strict=strict)
        case _:
            from egress.review.inputs.kubernetes_yaml import read_kubernetes

            return read_kubernetes(paths, strict=strict)


def _kind(path: Path) -> str:
    if (path / "stacks").is_dir():
        return "synthesized"
    if not path.exists():
        raise ReviewError(f"{path}: no such file or folder; `egress synth` writes cdktf.out")
    first = next(iter(_plan_files(path)), None)
    return "plan" if first is not None and _is_plan(first) else "kubernetes"


def _plan_files(path: Path) -> list[Path]:
    """The JSON files of a folder, or the one file."""
    return sorted(path.glob("*.json")) if path.is_dir() else [path] if path.suffix == ".json" else []


def _is_plan(file: Path) -> bool:
    """Tell a plan from Kubernetes' JSON. Raises ReviewError for what is neither, a state for one."""
    document = json_of(file)
    if isinstance(document, dict) and "terraform_version" in document and "planned_values" not in document:
        raise ReviewError(
            f"{file}: a state of Terraform's, not a plan; `terraform show -json PLAN` prints one"
        )
    return isinstance(document, dict) and "planned_values" in document


def _spoken(kinds: set[str]) -> str:
    return " and ".join(sorted(kinds))
