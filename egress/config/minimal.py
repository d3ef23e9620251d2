"""The least that each part of a configuration needs, as a block to paste where a file or a key is missing."""

from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel

from egress.config.istio_releases import DEFAULT
from egress.source.model_tree import model_at
from egress.source.problem import Path

SAMPLES: Mapping[str, Mapping[str, Any]] = {
    "Project": {"id": "my-project-id", "region": "us-central1"},
    "Cluster": {
        "name": "my-cluster",
        "location": "regional",
        "node_zones": ["us-central1-a", "us-central1-b"],
        "control_plane_access": "dns-endpoint",
    },
    "Network": {"name": "my-network"},
    "Subnet": {"nodes": "10.0.0.0/24", "pods": "10.1.0.0/16", "services": "10.2.0.0/20"},
    "ExistingNetwork": {
        "host_project": "my-host-project",
        "network": "shared",
        "subnet": "nodes",
        "pods_range": "pods",
        "services_range": "services",
    },
    "Perimeter": {"access_policy": 1234567890},
    "CrossingIn": {"identities": ["user:admin@example.com"], "services": ["container.googleapis.com"]},
    "CrossingOut": {
        "identities": ["user:admin@example.com"],
        "services": ["storage.googleapis.com"],
        "projects": [210987654321],
    },
    "PortsPerVm": {"min": 64},
    "MaintenanceWindow": {"days": ["SA", "SU"], "start": "02:00", "hours": 8},
    "NodePool": {"name": "application", "nodes": 1},
    "Autoscaling": {"min": 1, "max": 3},
    "Canary": {"revision": "next", "istio_version": DEFAULT},
    "DockerHubLogin": {
        "username": "myaccount",
        "secret": "projects/my-project-id/secrets/docker-hub/versions/1",
    },
    "ExistingRepository": {"project": "my-registries", "location": "us-central1", "repository": "docker-hub"},
    "Replicas": {"min": 2, "max": 5},
    "GcsBackend": {"bucket": "my-terraform-state"},
    "Destinations": {"destinations": {"example.com": {"http": "originate-tls"}}},
    "GoogleApis": {"hosts": ["storage.googleapis.com"], "visible_to": ["team-x"]},
    "Workload": {"image": "gcr.io/google.com/cloudsdktool/cloud-sdk:slim"},
    "Grant": {"to": "example.com", "service_accounts": ["client"]},
    "PodSecurity": {"level": "baseline", "reason": "why this team cannot do without"},
    "GoogleServiceAccount": {"used_by": ["client"]},
    "Team": {
        "workloads": {"client": {"image": "gcr.io/google.com/cloudsdktool/cloud-sdk:slim"}},
        "grants": [{"to": "example.com", "service_accounts": ["client"]}],
    },
}
"""By model; a test holds that each required key has one, and that the model takes it."""


def least(model: type[BaseModel]) -> dict[str, Any]:
    """The least that a model takes: its samples, and the same of each required part."""
    found = dict(SAMPLES.get(model.__name__, {}))
    for name, field in model.model_fields.items():
        if field.is_required() and name not in found:
            part = next(each for each in (field.annotation, *get_args(field.annotation)) if _is_model(each))
            found[name] = least(part)
    return found


def block(model: type[BaseModel], path: Path) -> str:
    """What to paste where a place of a model's file is missing, from the file's own margin where that is possible."""
    import yaml

    holder = model_at(model, path[:-1]) if path else None
    value: Any = least(model) if holder is None else {path[-1]: least(holder).get(str(path[-1]))}
    outer = path[:-1]
    while outer and all(isinstance(part, str) for part in outer):
        value, outer = {outer[-1]: value}, outer[:-1]
    text: str = yaml.safe_dump(value, sort_keys=False, default_flow_style=False)
    return text


def _is_model(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
