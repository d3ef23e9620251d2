"""What every tier of the tests shares."""

import pytest
from hypothesis import settings

# Reproducible runs: the same examples each time, and no deadline on a machine that is busy with other work.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def _no_overrides(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a developer's own PROJECT_ID out of the tests, which compare with the committed files."""
    for variable in ("PROJECT_ID", "REGION", "ZONE", "AUTHORIZED_NETWORKS", "EGRESS_CONFIG", "CDKTF_OUTDIR"):
        monkeypatch.delenv(variable, raising=False)
