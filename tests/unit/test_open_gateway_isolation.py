"""Default-deny NetworkPolicies around a gateway without AuthorizationPolicies: visibility opens its ports."""

import json
import shutil
from pathlib import Path

import yaml

from egress.checks.loading import load
from egress.derived.network_policies.default_deny import gateway_ports, team_at_gateway

TUTORIAL = Path(__file__).parents[2] / "config" / "tutorial"


def test_while_nobody_needs_a_grant_the_ports_of_visible_hosts_are_open(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    shutil.copytree(TUTORIAL, folder)
    for name, edit in (
        (
            "platform.yaml",
            {"tenants": {"network": "default-deny", "admission": "none", "pod_security": "none"}},
        ),
        ("destinations.yaml", {"authorization": "open"}),
        ("teams/team-x.yaml", {"grants": []}),
        ("teams/team-y.yaml", {"grants": []}),
    ):
        path = folder / name
        data = yaml.safe_load(path.read_text(encoding="utf-8")) | edit
        path.write_text(json.dumps(data), encoding="utf-8")
    configuration = load(folder, {})

    for team in ("team-x", "team-y"):
        assert [port.number for port in gateway_ports(configuration, team)] == [8080, 8443]
        assert team_at_gateway(configuration, team) is not None
