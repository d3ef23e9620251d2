"""The note beside a synth's output that says which environment it is of: every later verb names it."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

FILE = "environment.json"


@dataclass(frozen=True)
class Origin:
    """An output's environment, and its configuration folder if that is still there."""

    name: str
    folder: Path | None


def write(folder: Path, out: Path) -> None:
    """Note the configuration folder, as seen from the output folder: the two move together."""
    from egress.checks.folder import environment_name

    note = {"environment": environment_name(folder), "folder": os.path.relpath(folder, out)}
    (out / FILE).write_text(json.dumps(note, indent=2) + "\n", encoding="utf-8")


def read(out: Path) -> Origin | None:
    """The note of an output folder; None where there is none, as in an output of another program."""
    try:
        note = json.loads((out / FILE).read_text(encoding="utf-8"))
        name, folder = note["environment"], note["folder"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if not isinstance(name, str) or not isinstance(folder, str):
        return None
    found = Path(os.path.relpath(out / folder))
    return Origin(name, found if found.is_dir() else None)
