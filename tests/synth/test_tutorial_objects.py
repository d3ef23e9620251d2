"""Each step of the tutorial: exactly the objects it has applied so far, and nothing more."""

import pytest

from tests.synth.conftest import Synthesized
from tests.synth.synthesized_stack import SynthesizedStack
from tests.synth.tutorial_objects import DEVIATIONS, STAGES, comparable, objects_after
from tests.synth.variations import STAGES as CONFIGURATIONS
from tests.synth.variations import TUTORIAL

*GROWING, FINAL = STAGES
"""The steps that have a configuration of their own, and the last: config/tutorial."""


@pytest.mark.parametrize("stage", GROWING)
def test_a_step_of_the_tutorial_has_its_objects_and_no_other(stage: str, synthesized: Synthesized) -> None:
    egress = synthesized(stage).stacks["egress"]

    assert _objects(egress) == objects_after(stage)


@pytest.mark.parametrize("name", sorted(objects_after(FINAL)), ids=" ".join)
def test_an_object_of_the_final_state_is_the_tutorials(
    name: tuple[str, str, str], egress: SynthesizedStack
) -> None:
    kind, namespace, own_name = name

    assert comparable(egress.object(kind, own_name, namespace)) == objects_after(FINAL)[name]


def test_the_final_state_has_no_other_object(egress: SynthesizedStack) -> None:
    assert set(egress.objects) == set(objects_after(FINAL))


def test_every_step_has_a_configuration() -> None:
    folders = {path.parent.name for path in CONFIGURATIONS.glob("*/config")}

    assert folders == set(GROWING), (
        f"{FINAL} is config/{TUTORIAL.name} itself; every other step needs a folder"
    )


def test_the_steps_differ_in_destinations_and_teams_alone() -> None:
    platforms = {path.resolve() for path in CONFIGURATIONS.glob("*/config/platform.yaml")}

    assert platforms == {CONFIGURATIONS / "platform.yaml"}


def test_every_deviation_is_of_an_object_that_the_tutorial_has() -> None:
    printed = {(kind, name) for kind, _, name in objects_after(FINAL)}

    assert set(DEVIATIONS) <= printed


def _objects(stack: SynthesizedStack) -> dict[tuple[str, str, str], dict[str, object]]:
    return {key: comparable(body) for key, body in stack.objects.items()}
