"""What a configuration leads to by egress.derived.resources, held against what the stacks synthesized."""

from collections import Counter

from egress.derived.resources.egress_stack import egress_resources
from egress.derived.resources.mesh_stack import mesh_resources
from egress.derived.resources.resource import Derived, manifest_key
from tests.synth.conftest import Synthesis

NOT_DERIVED = ("foundation", "cluster")
"""The stacks in which users name nothing: no address of theirs follows from a name."""


def derived(synthesis: Synthesis) -> list[Derived]:
    """Every derived resource."""
    configuration = synthesis.configuration
    return [*mesh_resources(configuration.platform), *egress_resources(configuration)]


def differences(synthesis: Synthesis) -> list[str]:
    """Where the derived and the synthesized resources or objects are not the same ones, each counted once."""
    found = []
    for stack, synthesized in synthesis.stacks.items():
        if stack in NOT_DERIVED:
            continue
        mine = [each for each in derived(synthesis) if each.stack == stack]
        written = [address for address in synthesized.resources if not address.startswith("data.")]
        found += _differences(f"{stack} addresses", [each.address for each in mine], written)
        objects = [str(manifest_key(body)) for body in synthesized.objects.values()]
        found += _differences(f"{stack} objects", [str(each.key) for each in mine if each.key], objects)
    return found


def _differences(what: str, derived: list[str], written: list[str]) -> list[str]:
    one, other = Counter(derived), Counter(written)
    return [
        *(f"{what}: derived twice: {name}" for name, count in one.items() if count > 1),
        *(f"{what}: derived, not synthesized: {name}" for name in one - other),
        *(f"{what}: synthesized, not derived: {name}" for name in other - one),
    ]
