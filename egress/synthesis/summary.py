"""What a synth wrote, told as text or as JSON."""

import json
from dataclasses import dataclass
from pathlib import Path

from egress.environments.selection import Environment
from egress.terraform.summary import counts, summary


@dataclass(frozen=True, kw_only=True)
class Synthesized:
    """A finished synth."""

    environment: Environment
    out: Path
    notices: tuple[str, ...]


def as_text(done: Synthesized) -> str:
    """The environment, a line for each stack, and what is to do before a deploy."""
    return "\n".join([_whose(done.environment), summary(done.out), *done.notices])


def as_json(done: Synthesized) -> str:
    """The same as one document."""
    stacks = [
        {"stack": count.stack, "resources": count.resources, "file": count.file} for count in counts(done.out)
    ]
    document = {
        "environment": done.environment.name,
        "folder": str(done.environment.folder),
        "chosen": done.environment.chosen,
        "stacks": stacks,
        "notices": list(done.notices),
    }
    return json.dumps(document, indent=2)


def _whose(environment: Environment) -> str:
    told = f"environment {environment.name} ({environment.folder})"
    return told if environment.chosen else f"{told}: none was named; CONFIG=NAME picks another"
