"""A plan of another shape than Terraform's is refused with one message, wherever the shape breaks."""

import contextlib
import copy
import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from egress.review.errors import ReviewError
from egress.review.inputs.plan import read_plans

PLANS = Path(__file__).parent / "plans"
SOUND = json.loads((PLANS / "modules.json").read_text())
WRONG: list[Any] = [None, [], {}, [1], ["x"], "x", 1, True, {"a": 1}, [None]]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value[:3]):
            yield from places(inner, (*path, number))


PLACES = sorted(places(SOUND), key=str)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(path=st.sampled_from(PLACES), wrong=st.sampled_from(WRONG))
def test_a_plan_with_one_wrong_value_is_read_or_refused(path: tuple[Any, ...], wrong: Any) -> None:
    document = copy.deepcopy(SOUND)
    at = document
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = copy.deepcopy(wrong)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "plan.json"
        file.write_text(json.dumps(document))
        with contextlib.suppress(ReviewError):
            read_plans([file])


@pytest.mark.parametrize(
    ("path", "wrong", "told"),
    [
        (("planned_values",), None, "planned_values: missing"),
        (
            ("planned_values", "root_module", "resources"),
            "x",
            "planned_values.root_module.resources: 'x' is no list",
        ),
        (("resource_changes",), [1], "resource_changes[0]: 1 is no block of fields"),
        (("resource_drift",), "x", "resource_drift: 'x' is no list"),
        (("planned_values", "root_module", "resources", 0, "type"), None, "resources[0].type: missing"),
    ],
)
def test_the_place_that_is_wrong_is_told(
    path: tuple[Any, ...], wrong: Any, told: str, tmp_path: Path
) -> None:
    document = copy.deepcopy(SOUND)
    at = document
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = wrong
    file = tmp_path / "broken.json"
    file.write_text(json.dumps(document))
    with pytest.raises(ReviewError) as raised:
        read_plans([PLANS / "created.json", file])
    assert told in str(raised.value)
    assert "broken.json" in str(raised.value)
