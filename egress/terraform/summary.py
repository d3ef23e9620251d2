"""What a synth wrote, counted from the files themselves."""

import json
import os
from pathlib import Path


def summary(out: Path) -> str:
    """One line per stack in deployment order: how many resources, and where its JSON stands."""
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    lines = []
    for name in _in_order(manifest["stacks"]):
        path = out / manifest["stacks"][name]["synthesizedStackPath"]
        stack = json.loads(path.read_text(encoding="utf-8"))
        count = sum(len(resources) for resources in stack.get("resource", {}).values())
        lines.append(f"{name:<12}{count:>4} resources   {os.path.relpath(path)}")
    return "\n".join(lines)


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
