"""The configuration that figures at scale are measured on."""

from pathlib import Path

from egress.checks.loading import load
from egress.proof.scale import write_configuration


def test_the_generated_configuration_passes_every_rule(tmp_path: Path) -> None:
    configuration = load(write_configuration(tmp_path, 12), {})
    assert len(configuration.teams) == 12
    assert len(configuration.destinations.destinations) == 12
