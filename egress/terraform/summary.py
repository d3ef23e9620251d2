"""What a synth wrote, counted from the files themselves."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

MOST_TEAMS = 10
"""Up to so many teams' stacks are a line each; more are one line together."""


@dataclass(frozen=True)
class StackCount:
    """A stack, how many resources it has, and where its JSON is."""

    stack: str
    resources: int
    file: str


def counts(out: Path) -> list[StackCount]:
    """Every stack in deployment order."""
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    found = []
    for name in _in_order(manifest["stacks"]):
        path = out / manifest["stacks"][name]["synthesizedStackPath"]
        stack = json.loads(path.read_text(encoding="utf-8"))
        count = sum(len(resources) for resources in stack.get("resource", {}).values())
        found.append(StackCount(name, count, os.path.relpath(path)))
    return found


def summary(out: Path) -> str:
    """One line per stack in deployment order: how many resources, and where its JSON is."""
    listed = counts(out)
    teams = [each for each in listed if each.stack.startswith("team-")]
    if len(teams) > MOST_TEAMS:
        count = sum(each.resources for each in teams)
        where = os.path.relpath(out / "stacks" / "team-*" / "cdk.tf.json")
        together = StackCount(f"team-* ({len(teams)} stacks)", count, where)
        listed = [*(each for each in listed if each not in teams), together]
    width = max(12, *(len(each.stack) + 2 for each in listed))
    return "\n".join(f"{each.stack:<{width}}{each.resources:>4} resources   {each.file}" for each in listed)


def _in_order(stacks: dict[str, dict[str, list[str]]]) -> list[str]:
    """Dependencies first, as `cdktf deploy` takes them."""
    ordered: list[str] = []

    def add(name: str) -> None:
        for dependency in stacks[name]["dependencies"]:
            add(dependency)
        if name not in ordered:
            ordered.append(name)

    for name in stacks:
        add(name)
    return ordered
