"""What stacks state beside their resources: data sources, providers, backends, modules, and any other file.

Nothing is left out: a key that Terraform does not have today is a statement as well.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from egress.terraform.stack_files import FILE, StackFile

COMMENT = "//"
"""cdktf writes its own version and the constructs' paths there; Terraform ignores it."""
TYPED = frozenset({"data", "ephemeral", "action"})
"""Sections that hold TYPE, then NAME; `resource` is read elsewhere."""
LOADED = (
    "*.tf",
    "*.tf.json",
    "terraform.tfvars",
    "terraform.tfvars.json",
    "*.auto.tfvars",
    "*.auto.tfvars.json",
)
"""Files of a stack's folder that Terraform reads by itself."""
MANIFEST = "manifest.json"
MAKES_RESOURCES = frozenset({"module", "file"})
"""Kinds of statements that may make any resource."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement of a stack."""

    address: str
    """STACK.SECTION.NAME, as Terraform names it where it does."""
    kind: str
    """`provider`, `data external`, `terraform backend`, `file`."""
    body: Any


def statements(stacks: Iterable[StackFile]) -> Iterator[Statement]:
    """Every statement that is no managed resource."""
    for stack in stacks:
        for section, body in stack.document.items():
            if section not in (COMMENT, "resource"):
                yield from _of_section(stack.id, section, body)
        folder = stack.path.parent
        for file in sorted({file for pattern in LOADED for file in folder.glob(pattern)}):
            if file.name != FILE:
                text = file.read_text(encoding="utf-8", errors="replace")
                yield Statement(address=f"{stack.id}.{file.name}", kind="file", body=text)
        for file in sorted((folder / "assets").rglob("*")):
            if file.is_file():
                name = file.relative_to(folder).as_posix()
                yield Statement(
                    address=f"{stack.id}.{name}", kind="asset", body=sha256(file.read_bytes()).hexdigest()
                )


def deployment(out: Path) -> Iterator[Statement]:
    """Where cdktf's manifest says that each stack is, and what it waits for: `cdktf deploy` follows it."""
    try:
        found = json.loads((out / MANIFEST).read_text(encoding="utf-8"))["stacks"].items()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return
    for name, body in found:
        told = (
            {key: value for key, value in body.items() if key != "annotations"}
            if isinstance(body, dict)
            else body
        )
        yield Statement(address=f"{MANIFEST}.{name}", kind="stack", body=told)


def _of_section(stack: str, section: str, body: Any) -> Iterator[Statement]:
    if not isinstance(body, dict):
        yield Statement(address=f"{stack}.{section}", kind=section, body=body)
        return
    for name, inner in body.items():
        if name == COMMENT:
            continue
        address = f"{stack}.{section}.{name}"
        if section == "terraform":
            yield Statement(address=address, kind=f"terraform {name}", body=inner)
        elif section in TYPED and isinstance(inner, dict):
            for own, fields in inner.items():
                yield Statement(address=f"{address}.{own}", kind=f"{section} {name}", body=fields)
        else:
            yield Statement(address=address, kind=section, body=inner)
