"""What stacks state beside their resources: data sources, providers, backends, modules, and any other file.

Nothing is left out: a key that Terraform does not have today is a statement as well.
"""

import errno
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from hashlib import file_digest
from pathlib import Path
from typing import Any

from egress.terraform.errors import TerraformError
from egress.terraform.json_text import parsed
from egress.terraform.stack_files import FILE, STACKS, StackFile

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
"""Files that Terraform reads by itself, of a stack or of a module."""
MANIFEST = "manifest.json"
NOTES = frozenset({MANIFEST, "environment.json"})
"""Files beside the stacks that say which they are, and that Terraform does not read."""
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


@dataclass(frozen=True)
class AssetContent:
    """The content of a file that Terraform may read; a provider's binary is one, so it is read when it is compared."""

    file: Path

    def told(self) -> str:
        """Its digest; of a link also where it leads, and of a link to a folder that alone. Raises TerraformError."""
        if not self.file.is_file():
            return _link(self.file) or "no regular file"
        try:
            with self.file.open("rb") as opened:
                return _link(self.file) + file_digest(opened, "sha256").hexdigest()
        except OSError as error:
            raise TerraformError(f"{self.file}: {error.strerror}") from error


def statements(stacks: Iterable[StackFile]) -> Iterator[Statement]:
    """Every statement that is no managed resource."""
    for stack in stacks:
        for section, body in stack.document.items():
            if section not in (COMMENT, "resource"):
                yield from _of_section(stack.id, section, body)


def files(out: Path) -> Iterator[Statement]:
    """Every file of an output folder beside the stacks' own: of a module, a lock, an asset, another stack.

    Nothing under it is left out, since Terraform may read it: a symbolic link is told by where it leads.
    Raises TerraformError.
    """
    for file in _walked(out):
        place = file.relative_to(out)
        if place.as_posix() in NOTES or (
            len(place.parts) == 3 and place.parts[0] == STACKS and file.name == FILE
        ):
            continue
        within = place.relative_to(STACKS) if place.parts[0] == STACKS else place
        stack, *rest = within.parts
        loaded = any(fnmatch(file.name, pattern) for pattern in LOADED)
        yield Statement(
            address=f"{stack}.{'/'.join(rest)}" if rest else stack,
            kind="file" if loaded else "asset",
            body=_text(file) if loaded else _asset(file),
        )


def _walked(out: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(out):
        folders.sort()
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        yield from (Path(folder) / name for name in sorted((*names, *links)))


def _link(file: Path) -> str:
    return f"-> {os.readlink(file)} " if file.is_symlink() else ""


def _text(file: Path) -> str:
    """What a file says; of a link also where it leads, and of a link to a folder that alone."""
    if not file.is_file():
        return _link(file) or "no regular file"
    try:
        return _link(file) + file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise TerraformError(f"{file}: {error.strerror}") from error


def _asset(file: Path) -> AssetContent:
    if file.is_file() and not os.access(file, os.R_OK):
        raise TerraformError(f"{file}: {os.strerror(errno.EACCES)}")
    return AssetContent(file)


def deployment(out: Path) -> Iterator[Statement]:
    """Where cdktf's manifest says that each stack is, and what it waits for: `cdktf deploy` follows it."""
    try:
        text = (out / MANIFEST).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    try:
        found = parsed(text)["stacks"].items()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        yield Statement(address=MANIFEST, kind="asset", body=text)
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
