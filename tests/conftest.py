"""What every tier of the tests shares."""

from pathlib import Path

import pytest
from hypothesis import Phase, settings

from tests.source_root import trap

# Reproducible runs: the same examples each time, and no deadline on a machine that is busy with other work. No
# `explain` phase: it reruns a failing example hundreds of times to say what the shrunk example says already.
settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=50,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
)
settings.load_profile("repeatable")


def pytest_sessionstart() -> None:
    """Name the cause where a folder hides cdktf's `constructs`: every test module would only fail to import."""
    if message := trap(Path(__file__).parents[1]):
        raise pytest.UsageError(message)


@pytest.fixture(autouse=True)
def _no_overrides(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a developer's own PROJECT_ID out of the tests, which compare with the committed files."""
    for variable in (
        "PROJECT_ID",
        "PROJECT_NUMBER",
        "REGION",
        "ZONE",
        "AUTHORIZED_NETWORKS",
        "CONFIG",
        "CDKTF_OUTDIR",
    ):
        monkeypatch.delenv(variable, raising=False)
