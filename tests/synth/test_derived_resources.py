"""The derived resources are those that the stacks build, so that a check of the one is a check of the other."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from egress.derived.resources.address import address
from tests.synth.conftest import Synthesis, Synthesize, Synthesized
from tests.synth.derived_resources import derived, differences
from tests.unit.by_identity.generated import Files, configuration, files


def test_every_committed_configuration_and_variation_synthesizes_what_is_derived(every: Synthesis) -> None:
    assert differences(every) == []


@given(data=files())
@settings(max_examples=6)
def test_a_generated_configuration_synthesizes_what_is_derived(data: Files, synthesize: Synthesize) -> None:
    assert differences(synthesize(configuration(data))) == []


def test_a_resource_that_is_not_derived_is_told(synthesis: Synthesis) -> None:
    configuration = synthesis.configuration
    without = configuration.teams["team-x"].model_copy(update={"workloads": {}})
    fewer = replace(configuration, teams={**configuration.teams, "team-x": without})

    found = differences(replace(synthesis, configuration=fewer))

    assert "egress objects: synthesized, not derived: Deployment team-x/test" in found
    assert "egress objects: derived, not synthesized" not in "".join(found)


@pytest.mark.parametrize("stack", ["foundation", "cluster"])
def test_no_name_of_a_configuration_reaches_an_address_of_the_other_stacks(
    stack: str, synthesized: Synthesized
) -> None:
    renamed, tutorial = (
        set(synthesized(name).stacks[stack].resources) for name in ("other-names", "tutorial")
    )

    assert renamed == tutorial


def test_every_object_that_a_user_can_name_has_a_line(synthesized: Synthesized) -> None:
    found = derived(synthesized("production"))

    without = {each.key.name for each in found if each.key and not each.cause.file}
    assert {
        "default-deny",
        "egress-nothing",
        "egress-gateway",
        "istio-egress",
        "istio-system",
    } <= without
    assert not any("team-" in name or "example" in name for name in without)


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (("alone",), "t.alone"),
        (("a", "b/c"), "t.a_b--c_"),
        (("same", "same"), "t.same_"),
        (("a", "x" * 300), "t.a_" + "x" * 238 + "_"),
    ],
)
def test_an_address_is_the_ids_in_short_and_a_hash(ids: tuple[str, ...], expected: str) -> None:
    found = address("t", ids)

    assert found == expected if len(ids) == 1 else found[:-8] == expected
