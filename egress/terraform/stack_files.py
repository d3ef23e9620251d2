"""Finds and parses the stacks of a cdktf output folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from egress.terraform.errors import TerraformError
from egress.terraform.json_text import parsed

STACKS, FILE = "stacks", "cdk.tf.json"
"""cdktf writes <out>/stacks/<id>/cdk.tf.json."""


MAX_BYTES = 256 * 1024 * 1024
"""Of one stack: a thousand teams in one are a tenth of it."""


@dataclass(frozen=True, kw_only=True)
class StackFile:
    """One stack's cdk.tf.json."""

    id: str
    path: Path
    document: dict[str, Any]


def read_stacks(out: Path) -> list[StackFile]:
    """Read every stack under `<out>/stacks`, in the order of their ids.

    Raises TerraformError where there is no stack, or one that is not a JSON object.
    """
    paths = sorted(out.glob(f"{STACKS}/*/{FILE}"))
    if not paths:
        raise TerraformError(f"{out}: no {STACKS}/<id>/{FILE} in it; run `egress synth` first")
    return [StackFile(id=path.parent.name, path=path, document=_parse(path)) for path in paths]


def _parse(path: Path) -> dict[str, Any]:
    try:
        if not path.is_file():
            raise TerraformError(f"{path}: not a regular file")
        if path.stat().st_size > MAX_BYTES:
            raise TerraformError(
                f"{path}: larger than {MAX_BYTES // 1024 // 1024} MiB; give each team a stack"
            )
        document = parsed(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TerraformError(f"{path}: {error}") from error
    except RecursionError as error:
        raise TerraformError(f"{path}: nested more than a thousand levels deep") from error
    if not isinstance(document, dict):
        raise TerraformError(f"{path}: expected a JSON object, found {type(document).__name__}")
    return document
