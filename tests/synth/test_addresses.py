"""Addresses and cross-stack output names are pinned: the states of deployed stacks know them by these names."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.synth.synthesized_stack import SynthesizedStack

FOLDER = Path(__file__).parent / "addresses"
STACKS = ("foundation", "cluster", "mesh", "egress")


@pytest.mark.parametrize("stack", STACKS)
def test_addresses_and_outputs_are_those_of_deployed_states(
    stack: str, stacks: dict[str, SynthesizedStack]
) -> None:
    pinned = (FOLDER / f"{stack}.txt").read_text(encoding="utf-8").splitlines()
    found = _names(stacks[stack])

    gone, new = sorted(set(pinned) - set(found)), sorted(set(found) - set(pinned))
    assert pinned == found, (
        f"{stack}: gone{_lines(gone)}\nnew{_lines(new)}\n"
        "A resource that is gone from here is destroyed in every deployed stack, and its successor created: give\n"
        "the construct its old id back, or say how a deployed stack is moved (CHANGELOG.md), and then write the\n"
        f"sorted list to {FOLDER.name}/{stack}.txt."
    )


@pytest.mark.parametrize("stack", STACKS)
def test_no_address_is_mangled_or_counted(stack: str, stacks: dict[str, SynthesizedStack]) -> None:
    for address in _names(stacks[stack]):
        assert re.fullmatch(r"(output |data\.)?[a-z0-9_]*\.?[A-Za-z][\w-]*", address), address


def test_an_istio_objects_address_says_its_kind_and_name(egress: SynthesizedStack) -> None:
    for address, body in egress.resources.items():
        if address.startswith("kubernetes_manifest."):
            manifest = body["manifest"]
            assert f"_{manifest['kind'].lower()}-{manifest['metadata']['name']}_" in address


def _names(stack: SynthesizedStack) -> list[str]:
    outputs = (f"output {name}" for name in stack.document.get("output", {}))
    return sorted([*stack.resources, *outputs])


def _lines(items: Iterable[str]) -> str:
    return "".join(f"\n  {item}" for item in items) or ": nothing"
