"""What a synth wrote, counted from the files themselves."""

import json
import os
from pathlib import Path

MOST_TEAMS = 10
"""Up to so many teams' stacks are a line each; more are one line together."""


def summary(out: Path) -> str:
    """One line per stack in deployment order: how many resources, and where its JSON stands."""
    stacks = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["stacks"]
    counts = {name: _count(out / stacks[name]["synthesizedStackPath"]) for name in _in_order(stacks)}
    paths = {name: os.path.relpath(out / stacks[name]["synthesizedStackPath"]) for name in counts}
    teams = [name for name in counts if name.startswith("team-")]
    if len(teams) > MOST_TEAMS:
        together = f"team-* ({len(teams)} stacks)"
        counts[together] = sum(counts.pop(name) for name in teams)
        paths[together] = os.path.relpath(out / "stacks" / "team-*" / "cdk.tf.json")
    width = max(12, *(len(name) + 2 for name in counts))
    return "\n".join(f"{name:<{width}}{count:>4} resources   {paths[name]}" for name, count in counts.items())


def _count(path: Path) -> int:
    stack = json.loads(path.read_text(encoding="utf-8"))
    return sum(len(resources) for resources in stack.get("resource", {}).values())


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
