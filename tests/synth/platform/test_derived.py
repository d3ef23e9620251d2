"""Whatever the platform's choices, the derived resources are those that the stacks build."""

from tests.synth.derived_resources import differences
from tests.synth.platform.conftest import Combination


def test_a_row_synthesizes_what_is_derived(combination: Combination) -> None:
    _, synthesis = combination

    assert differences(synthesis) == []
