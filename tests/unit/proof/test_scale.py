"""The configurations that figures at scale are measured on, and what a change of one team may touch."""

from itertools import pairwise
from pathlib import Path

import pytest

from egress.checks.loading import load
from egress.proof.cluster.objects import Addressed
from egress.proof.errors import ProofError
from egress.proof.scale import STEPS, require_local, write_configuration, write_steps

NARROWED, GRANTED = STEPS


def test_the_generated_configuration_passes_every_rule(tmp_path: Path) -> None:
    configuration = load(write_configuration(tmp_path, 12), {})
    assert len(configuration.teams) == 12
    assert len(configuration.destinations.destinations) == 12


def test_each_step_changes_the_first_team_alone(tmp_path: Path) -> None:
    loaded = [load(folder, {}) for folder in write_steps(tmp_path, teams=9, grants=3, hosts=8)]

    for before, after in pairwise(loaded):
        assert before.destinations == after.destinations
        assert [name for name in before.teams if before.teams[name] != after.teams[name]] == ["team-0"]
    deployed, narrowed, granted = (
        {grant.to: list(grant.paths) for grant in each.teams["team-0"].grants} for each in loaded
    )
    assert (deployed[NARROWED.host], narrowed[NARROWED.host]) == ([], ["/only-this"])
    assert GRANTED.host not in narrowed
    assert granted == {**narrowed, GRANTED.host: []}


def addressed(address: str, name: str) -> Addressed:
    return Addressed(address=address, object={"kind": "VirtualService", "metadata": {"name": name}})


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("team-team-1:kubernetes_manifest.a", "egress-team-1"),
        ("egress:kubernetes_manifest.a", "host-40-example-com-ext"),
        ("egress:kubernetes_manifest.a", "egress-gateway"),
    ],
)
def test_a_change_of_somebody_else_ends_the_measurement(address: str, name: str) -> None:
    with pytest.raises(ProofError, match="a change of one team changes"):
        require_local(GRANTED, addressed(address, name))


def test_the_objects_of_a_destination_may_change_where_it_is_granted_and_not_where_a_grant_narrows() -> None:
    of_host = addressed("egress:kubernetes_manifest.a", "host-4-example-com-ext")
    require_local(GRANTED, of_host)
    require_local(GRANTED, addressed("team-team-0:kubernetes_manifest.a", "egress-team-0"))
    with pytest.raises(ProofError):
        require_local(NARROWED, of_host)
