"""Configurations that differ from the tutorial's in one thing each, and every committed one."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "config" / "tutorial"
STAGES = ROOT / "tests" / "proof" / "tutorial"

LEFT_OUT = object()
"""In an edit: remove the key."""

Edits = Mapping[str, Mapping[str, Any]]

WITHOUT_PASS_THROUGH = {"example.com": {"https": LEFT_OUT}, "httpbin.org": {"https": LEFT_OUT}}

VARIATIONS: dict[str, Edits] = {
    "dataplane-v1": {"platform.yaml": {"cluster": {"dataplane": "v1"}}},
    "revision": {"platform.yaml": {"mesh": {"revision": "canary"}}},
    "gcs-backend": {"platform.yaml": {"backend": {"gcs": {"bucket": "state-of-egress", "prefix": "live"}}}},
    "authorized-networks": {
        "platform.yaml": {"cluster": {"authorized_networks": ["198.51.100.7/32", "203.0.113.0/24"]}}
    },
    "other-names": {
        "platform.yaml": {
            "project": {"id": "another-project", "region": "europe-west1", "zone": "europe-west1-b"},
            "network": {
                "name": "corporate",
                "subnet": {
                    "name": "nodes",
                    "nodes": "172.16.0.0/24",
                    "pods": "172.20.0.0/14",
                    "services": "172.24.0.0/20",
                },
            },
            "cluster": {
                "name": "production",
                "control_plane_range": "192.168.7.0/28",
                "gateway_pool": {"name": "way-out", "nodes": 2},
            },
        }
    },
    "open": {
        "destinations.yaml": {"authorization": "open"},
        "teams/team-y.yaml": {"grants": LEFT_OUT},
    },
    "no-grants": {
        "destinations.yaml": {"destinations": WITHOUT_PASS_THROUGH},
        "teams/team-x.yaml": {"grants": LEFT_OUT},
        "teams/team-y.yaml": {"grants": LEFT_OUT},
    },
    "visible-by-grant": {
        "destinations.yaml": {
            "destinations": {"example.com": {"visible_to": LEFT_OUT}, "httpbin.org": {"visible_to": LEFT_OUT}}
        }
    },
    "no-sidecar": {"teams/team-y.yaml": {"sidecar": False}},
    "http-alone": {"destinations.yaml": {"destinations": WITHOUT_PASS_THROUGH}},
}
"""What each changes in the tutorial's files."""

COMMITTED: dict[str, Path] = {
    **{path.parent.name: path.parent for path in sorted((ROOT / "config").glob("*/platform.yaml"))},
    **{path.parent.name: path for path in sorted(STAGES.glob("*/config"))},
}
"""Every configuration folder of the repository by its environment's or its stage's name."""

EVERY = (*COMMITTED, *VARIATIONS)


def write(name: str, folder: Path) -> Path:
    """Write a variation as a configuration folder of its own."""
    shutil.copytree(TUTORIAL, folder)
    for file, edits in VARIATIONS[name].items():
        path = folder / file
        path.write_text(yaml.safe_dump(_edited(yaml.safe_load(path.read_text()), edits)))
    return folder


def _edited(data: Any, edits: Mapping[str, Any]) -> dict[str, Any]:
    edited = dict(data or {})
    for key, value in edits.items():
        if value is LEFT_OUT:
            del edited[key]
        elif isinstance(value, Mapping):
            edited[key] = _edited(edited.get(key), value)
        else:
            edited[key] = value
    return edited
