"""Every row of the covering array over the platform's choices, synthesized once for the session."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.synth.conftest import Synthesis, Synthesize
from tests.synth.platform.covering_array import Row, covering_array
from tests.synth.platform.options import OPTIONS, is_refused, write

CHOICES = {option: tuple(values) for option, values in OPTIONS.items()}
ROWS = covering_array(CHOICES, is_refused)

Combination = tuple[Row, Synthesis]


@pytest.fixture(scope="session", params=range(len(ROWS)), ids=lambda number: f"row-{number}")
def combination(
    request: pytest.FixtureRequest, synthesize: Synthesize, tmp_path_factory: pytest.TempPathFactory
) -> Combination:
    """Each row of the covering array in turn, synthesized once."""
    row = ROWS[request.param]
    return row, synthesize(write(row, tmp_path_factory.mktemp("row") / "config"))


def cluster_of(synthesis: Synthesis) -> Mapping[str, Any]:
    """The one cluster."""
    (cluster,) = synthesis.stacks["cluster"].all("google_container_cluster").values()
    return cluster
