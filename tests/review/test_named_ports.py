"""Ports beside 80 and 443: what the matrix asks, and what a change of one does to `diff`."""

import shutil
from pathlib import Path

import pytest
import yaml

from egress.review.cluster import Cluster
from egress.review.comparison import compare
from egress.review.errors import ReviewError
from egress.review.inputs.reading import read
from egress.review.matrix import Matrix
from egress.review.request import Scheme, parse_request
from egress.review.targets import ANY_OTHER, ANY_OTHER_PORT, Target, is_other, target_of
from tests.review.conftest import ROOT, synthesize


def with_port(folder: Path, *, granted: bool) -> Path:
    """Production with the TLS port of one destination moved, granted to a second team or not."""
    shutil.copytree(ROOT / "config" / "production", folder / "config")
    file = folder / "config" / "destinations.yaml"
    destinations = yaml.safe_load(file.read_text())
    destinations["destinations"]["api.github.com"]["https_port"] = 8443
    file.write_text(yaml.safe_dump(destinations))
    platform = folder / "config" / "platform.yaml"
    stated_ports = platform.read_text()
    assert "egress_ports: [80, 443]" in stated_ports
    platform.write_text(stated_ports.replace("egress_ports: [80, 443]", "egress_ports: [80, 443, 8443]"))
    if granted:
        team = folder / "config" / "teams" / "team-y.yaml"
        stated = yaml.safe_load(team.read_text())
        stated["grants"].append({"to": "api.github.com", "service_accounts": ["test"]})
        team.write_text(yaml.safe_dump(stated))
    return synthesize(folder / "config", folder)


def test_a_grant_of_another_port_opens_a_cell(tmp_path: Path) -> None:
    before = Cluster(read([with_port(tmp_path / "before", granted=False)]))
    after = Cluster(read([with_port(tmp_path / "after", granted=True)]))
    gained = {(change.identity, change.scheme, change.host) for change in compare(before, after).gains}
    assert ("team-y/test", "https", "api.github.com:8443") in gained
    assert not [one for one in gained if one[0] != "team-y/test"]


@pytest.mark.parametrize(
    ("shown", "scheme", "target"),
    [
        ("example.com", "http", Target("example.com", "http", 80)),
        ("example.com", "https", Target("example.com", "https", 443)),
        ("example.com:443", "http", Target("example.com", "http", 443)),
        ("db.example.com:5432", "tcp", Target("db.example.com", "tcp", 5432)),
        (ANY_OTHER, "https", Target(ANY_OTHER, "https", 443)),
        (f"{ANY_OTHER}:22", "tcp", Target(ANY_OTHER, "tcp", 22)),
        (ANY_OTHER_PORT, "tcp", Target(ANY_OTHER, "tcp", 0)),
    ],
)
def test_a_row_shows_its_target(shown: str, scheme: Scheme, target: Target) -> None:
    assert target_of(shown, scheme) == target
    assert target.shown == shown


def test_only_rows_of_unnamed_hosts_are_of_others() -> None:
    assert all(map(is_other, (ANY_OTHER, f"{ANY_OTHER}:22", ANY_OTHER_PORT)))
    assert not any(map(is_other, ("example.com", "db.example.com:5432")))


def test_every_port_of_every_entry_has_a_row(production: Path) -> None:
    cluster = Cluster(read([production]))
    asked = {row.target for row in Matrix(cluster).rows(every_cell=True)}
    for service in cluster.mesh.registry.services:
        if service.external:
            for port in service.ports:
                assert any(one.host == service.host and one.port == port.number for one in asked), (
                    service.host
                )


def test_tcp_needs_a_port() -> None:
    with pytest.raises(ReviewError, match="tcp has no port of its own"):
        parse_request(source="a/b", url="tcp://db.example.com")
    assert parse_request(source="a/b", url="tcp://db.example.com:5432").scheme == "tcp"
