"""Istio's old hosts stand nowhere but where they are refused and where the upgrade is explained."""

import subprocess
from pathlib import Path

from egress.config.retired_hosts import RETIRED_HOSTS

ROOT = Path(__file__).parents[2]
WHERE_THEY_MUST_STAND = {
    "docs/upgrade.md": "says what to do before they are switched off",
    "CHANGELOG.md": "says what has changed",
    "egress/config/retired_hosts.py": "refuses them",
    "tests/unit/config/values.yaml": "expects the refusal",
}


def test_no_file_names_a_host_that_istio_switches_off() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    texts = {name: (ROOT / name).read_bytes() for name in tracked if (ROOT / name).is_file()}
    found = {name for name, text in texts.items() for host in RETIRED_HOSTS if host.encode() in text}

    assert "egress/derived/charts.py" in texts
    assert found == set(WHERE_THEY_MUST_STAND)
