"""Which stacks differ between two output folders: what a pipeline has to plan and apply, and what it has to destroy."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from egress.derived.stack_ids import SHARED
from egress.terraform import json_text
from egress.terraform.errors import TerraformError
from egress.terraform.stack_files import FILE, STACKS

MOST_JOBS = 256
"""So many jobs a matrix of GitHub Actions may have ("Workflow syntax", jobs.<job_id>.strategy.matrix)."""


@dataclass(frozen=True, kw_only=True)
class ChangedStacks:
    """The stacks to apply, in the order of deployment, and those of teams that are gone."""

    shared: tuple[str, ...]
    """One after the other, before any team's."""
    teams: tuple[str, ...]
    """In any order, and at the same time."""
    removed: tuple[str, ...]
    """To destroy, from the old output: the new one does not have them any more."""

    def jobs(self, most: int = MOST_JOBS) -> tuple[tuple[str, ...], ...]:
        """The teams' stacks in at most so many groups of about the same size."""
        count = min(most, len(self.teams))
        return tuple(self.teams[number::count] for number in range(count))


def changed_stacks(old: Path, new: Path) -> ChangedStacks:
    """Compare the JSON of every stack; what only says where something was written does not count.

    Raises TerraformError for a folder without stacks, or a file that is no JSON.
    """
    before, after = _files(old), _files(new)
    changed = {name for name, file in after.items() if name not in before or _differ(before[name], file)}
    return ChangedStacks(
        shared=tuple(name for name in SHARED if name in changed),
        teams=tuple(sorted(changed - set(SHARED))),
        removed=tuple(sorted(before.keys() - after.keys())),
    )


def _files(out: Path) -> dict[str, Path]:
    found = {path.parent.name: path for path in out.glob(f"{STACKS}/*/{FILE}")}
    if not found:
        raise TerraformError(f"{out}: no {STACKS}/<id>/{FILE} in it; run `egress synth` first")
    return found


def _differ(one: Path, other: Path) -> bool:
    texts = [path.read_bytes() for path in (one, other)]
    if texts[0] == texts[1]:
        return False
    first, second = (_meant(_parsed(path, text)) for path, text in zip((one, other), texts, strict=True))
    return bool(first != second)


def _parsed(path: Path, text: bytes) -> Any:
    try:
        return json_text.parsed(text)
    except ValueError as error:
        raise TerraformError(f"{path}: {error}") from error


def _meant(value: Any) -> Any:
    """Without cdktf's comments, which name its own version and the constructs' paths."""
    if isinstance(value, dict):
        return {key: _meant(inner) for key, inner in value.items() if key != "//"}
    return [_meant(inner) for inner in value] if isinstance(value, list) else value


def as_text(found: ChangedStacks) -> str:
    """One line a stack, in the order in which to take them."""
    lines = [f"destroy  {name}" for name in found.removed]
    lines += [f"apply    {name}" for name in (*found.shared, *found.teams)]
    return "\n".join(lines) or "no stack differs"


def as_json(found: ChangedStacks, most: int = MOST_JOBS) -> str:
    """For a pipeline: on one line, as a job's output wants it; `jobs` is the matrix, each with its stacks."""
    document: dict[str, Sequence[str]] = {
        "removed": found.removed,
        "shared": found.shared,
        "teams": found.teams,
        "jobs": [" ".join(job) for job in found.jobs(most)],
    }
    return json.dumps(document)
