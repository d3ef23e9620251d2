"""Every key of every model, and for each a configuration in which another value of it is to change the JSON.

A switch, a choice and a number try their own other values in config/production. Any other key, and one that counts only
beside others, has its case in `CASES`. A new key that is neither is an error that says so.
"""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import BaseModel

from egress.source.model_tree import model_at

ROOT = Path(__file__).parents[2]

Files = dict[str, Any]
Keys = tuple[str | int, ...]

FILES: Mapping[str, str] = {
    "platform": "platform.yaml",
    "destinations": "destinations.yaml",
    "team": "teams/team-x.yaml",
    "team_y": "teams/team-y.yaml",
}

ENTRIES: Mapping[str, str | int] = {
    "destinations": "example.com",
    "google_apis": "metadata-google-internal",
    "ingress": 0,
    "egress": 0,
    "workloads": "test",
    "grants": 0,
    "google_service_accounts": "sa-test-app-team-x",
    "buckets": "bucket",
}
"""Which entry of a mapping or a list is changed."""

ABSENT = "(left out)"
"""As a value: the key is left out."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """What else the configuration says (by file, without `.yaml`), and the values to try for the key."""

    base: str = "production"
    given: Mapping[str, Any] = field(default_factory=dict)
    values: tuple[Any, ...] = ()


def on_platform(*values: Any, **edits: Any) -> Case:
    """A case beside other settings of the platform file."""
    return Case(given={"platform": edits}, values=values)


def to(*values: Any, base: str = "production", **given: Any) -> Case:
    """A case of some values."""
    return Case(base=base, given=given, values=values)


EXISTING = {
    "host_project": "network-host",
    "network": "shared",
    "subnet": "gke-nodes",
    "pods_range": "gke-pods",
    "services_range": "gke-services",
}
SHARED = {
    "name": ABSENT,
    "subnet": {"name": ABSENT},
    "existing": EXISTING,
    "dns": "open",
    "firewall": {"gateway": ABSENT},
}
NAMES = {**SHARED, "dns": "closed", "existing": {**EXISTING, "response_policy": "names"}}
PERIMETER = {
    "perimeter": {
        "access_policy": 1234567890,
        "ingress": [{"identities": ["user:admin@example.com"], "services": ["container.googleapis.com"]}],
        "egress": [
            {
                "identities": ["user:admin@example.com"],
                "services": ["storage.googleapis.com"],
                "projects": [210987654321],
            }
        ],
    }
}
OPEN = {"firewall": {"egress_ports": [80, 443, 8443]}}
BY_ADDRESS = {"control_plane_access": ABSENT, "authorized_networks": ["10.9.0.0/24"]}
CANARY = {"revision": "1-30-4", "istio_version": "1.30.4"}
MIRRORED = {"image": "us-central1-docker.pkg.dev/your-project-id/docker-hub/istio/client:1"}
MIRROR = {"existing": {"project": "shared-images", "location": "us-central1", "repository": "docker-hub"}}
LOGIN = {
    "login": {"username": "platform", "secret": "projects/your-project-id/secrets/docker-hub/versions/1"}
}
GCS = {"gcs": {"bucket": "state-of-egress"}}
TLS = {"destinations": {"example.com": {"tls": {"ca": "own"}}}}
CREDENTIAL = {"destinations": {"example.com": {"tls": {"credential": "partner"}}}}
BY_HTTPS = [{"to": "example.com", "service_accounts": ["test"]}]

CASES: Mapping[str, Case] = {
    "platform.project.id": to("another-project"),
    "platform.project.number": to(210987654321),
    "platform.project.zone": to("us-central1-b", base="tutorial"),
    "platform.tenants.metadata_domains": to(["example.com"]),
    "platform.network.firewall.webhook_ports": to([9443]),
    "platform.mesh.capture": on_platform("init-container", tenants={"pod_security": "none"}),
    "platform.tenants.enforcement": on_platform(
        "observe", network={"dns": "open", "firewall": {"gateway": ABSENT}}
    ),
    "team.pod_security.reason": to(
        "its images run as root",
        team={"pod_security": {"level": "baseline", "reason": "its images are old"}},
    ),
    "platform.network.name": to("another"),
    "platform.network.existing.host_project": on_platform("another-host", network=SHARED),
    "platform.network.existing.network": on_platform("another", network=SHARED),
    "platform.network.existing.subnet": on_platform("another", network=SHARED),
    "platform.network.existing.pods_range": on_platform("another", network=SHARED),
    "platform.network.existing.services_range": on_platform("another", network=SHARED),
    "platform.network.existing.dns_zones": on_platform(network=SHARED),
    "platform.network.existing.response_policy": on_platform("others", network=NAMES),
    "platform.network.perimeter.access_policy": on_platform(987654321, network=PERIMETER),
    "platform.network.perimeter.name": on_platform("another", network=PERIMETER),
    "platform.network.perimeter.services": on_platform(["pubsub.googleapis.com"], network=PERIMETER),
    "platform.network.perimeter.ingress.identities": on_platform(["user:b@example.com"], network=PERIMETER),
    "platform.network.perimeter.ingress.services": on_platform(["pubsub.googleapis.com"], network=PERIMETER),
    "platform.network.perimeter.egress.identities": on_platform(["user:b@example.com"], network=PERIMETER),
    "platform.network.perimeter.egress.services": on_platform(["pubsub.googleapis.com"], network=PERIMETER),
    "platform.network.perimeter.egress.projects": on_platform([310987654321], network=PERIMETER),
    "platform.network.subnet.name": to("another"),
    "platform.network.subnet.nodes": to("10.0.4.0/24"),
    "platform.network.subnet.pods": to("10.3.0.0/16"),
    "platform.network.subnet.services": to("10.4.0.0/20"),
    "platform.network.nat.router": to("another"),
    "platform.network.nat.name": to("another"),
    "platform.network.firewall.egress_ports": on_platform(
        [80, 443, 8443], network={"firewall": {"gateway": ABSENT}}
    ),
    "platform.cluster.name": to("another"),
    "platform.cluster.labels": to({"part-of": "another"}),
    "platform.cluster.node_zones": to(["us-central1-a", "us-central1-b"]),
    "platform.cluster.control_plane_range": to("10.6.0.0/28"),
    "platform.cluster.control_plane_access": on_platform(cluster=BY_ADDRESS),
    "platform.cluster.authorized_networks": on_platform(["10.8.0.0/24"], cluster=BY_ADDRESS),
    "platform.cluster.deploy_through": on_platform(cluster=BY_ADDRESS),
    "platform.cluster.maintenance.days": to(["MO", "TU"]),
    "platform.cluster.maintenance.start": to("03:00"),
    "platform.cluster.groups_domain": to("example.com"),
    "platform.cluster.secrets_encryption.key_ring": to("another"),
    "platform.cluster.secrets_encryption.key": to("another"),
    "platform.cluster.image_repositories": to(["us-central1-docker.pkg.dev/your-project-id/apps"]),
    "platform.cluster.hardening.images": to(
        platform={"cluster": {"hardening": {"allowed_images": ABSENT, "images": ABSENT}}},
        team={"workloads": {"test": MIRRORED, "batch": MIRRORED}},
        team_y={"workloads": {"test": MIRRORED}},
    ),
    "platform.cluster.hardening.allowed_images": to(["gcr.io/google.com/**"]),
    "platform.cluster.application_pool.name": to("another"),
    "platform.cluster.application_pool.machine_type": to("n2-standard-8"),
    "platform.cluster.application_pool.nodes": on_platform(
        cluster={"application_pool": {"autoscaling": ABSENT, "nodes": 1}}
    ),
    "platform.cluster.gateway_pool.name": to("another"),
    "platform.cluster.gateway_pool.machine_type": to("n2-standard-8"),
    "platform.cluster.gateway_pool.autoscaling.min": on_platform(
        cluster={"gateway_pool": {"nodes": ABSENT, "autoscaling": {"min": 1, "max": 5}}}
    ),
    "platform.cluster.gateway_pool.autoscaling.max": on_platform(
        cluster={"gateway_pool": {"nodes": ABSENT, "autoscaling": {"min": 1, "max": 5}}}
    ),
    "platform.mesh.control_plane": on_platform(
        mesh={"revision": ABSENT, "tag": ABSENT, "istiod_replicas": ABSENT}
    ),
    "platform.mesh.istio_version": to("1.30.2"),
    "platform.mesh.revision": to("another"),
    "platform.mesh.tag": to("another"),
    "platform.mesh.canary.revision": on_platform("another", mesh={"canary": CANARY}),
    "platform.mesh.canary.istio_version": on_platform("1.30.5", mesh={"canary": CANARY}),
    "platform.mesh.hub": to("us-docker.pkg.dev/some-project/istio"),
    "platform.mesh.mirror.repository": to("another"),
    "platform.mesh.mirror.login.username": on_platform("another", mesh={"mirror": LOGIN}),
    "platform.mesh.mirror.login.secret": on_platform(
        "projects/your-project-id/secrets/docker-hub/versions/2", mesh={"mirror": LOGIN}
    ),
    "platform.mesh.mirror.existing.project": on_platform("another-project", mesh={"mirror": MIRROR}),
    "platform.mesh.mirror.existing.location": on_platform("europe-west1", mesh={"mirror": MIRROR}),
    "platform.mesh.mirror.existing.repository": on_platform("another", mesh={"mirror": MIRROR}),
    "platform.mesh.gateway.identity_https": to(base="tutorial"),
    "platform.alerts.notification_channels": to(["projects/your-project-id/notificationChannels/1"]),
    "platform.backend.gcs.bucket": on_platform("another-state", backend=GCS),
    "platform.backend.gcs.prefix": on_platform("another", backend=GCS),
    "platform.backend.gcs.impersonate_service_account": on_platform(
        "terraform@your-project-id.iam.gserviceaccount.com", backend=GCS
    ),
    "destinations.authorization": to(base="tutorial", team={"grants": ABSENT}, team_y={"grants": ABSENT}),
    "destinations.destinations.visible_to": to(["team-x", "team-y"], base="tutorial"),
    "destinations.destinations.also": to(["www.example.com"]),
    "destinations.destinations.https": to("identity", team={"grants": BY_HTTPS}),
    "destinations.destinations.http_port": on_platform(8443, network=OPEN),
    "destinations.destinations.https_port": on_platform(8443, network=OPEN),
    "destinations.destinations.tls.credential": to("another", destinations=CREDENTIAL),
    "destinations.destinations.tls.ca": to("another", destinations=TLS),
    "destinations.destinations.limits.connect_timeout": to("7s"),
    "destinations.destinations.limits.idle_timeout": to("7s"),
    "destinations.destinations.limits.timeout": to("7s"),
    "destinations.google_apis.hosts": to(["pubsub.googleapis.com"]),
    "destinations.google_apis.visible_to": to(["team-x", "team-y"]),
    "team.namespaces": to(["team-x-jobs"]),
    "team.service_accounts": to(["nightly"]),
    "team.groups": to(["others@example.com"]),
    "team.labels": to({"team": "another"}),
    "team.sidecar": to(base="tutorial"),
    "team.workloads.image": to("gcr.io/google.com/cloudsdktool/cloud-sdk:alpine"),
    "team.workloads.command": to(["/bin/true"]),
    "team.workloads.namespace": to(
        "jobs",
        team={
            "namespaces": ["jobs"],
            "grants": ABSENT,
            "google_service_accounts": ABSENT,
            "buckets": ABSENT,
        },
    ),
    "team.grants.to": to(
        "httpbin.org", team={"grants": [{"to": "example.com", "service_accounts": ["test"]}]}
    ),
    "team.grants.service_accounts": to(["batch"]),
    "team.grants.methods": to(["GET"]),
    "team.grants.paths": to(["/status*"]),
    "team.grants.scheme": to("https", team={"grants": [{"to": "httpbin.org", "service_accounts": ["test"]}]}),
    "team.grants.policy": to("another", base="tutorial"),
    **{f"team.grants.{key}": to("another") for key in ("reason", "owner", "ticket")},
    "team.grants.until": to("2099-06-30"),
    "team.network_policies.to_teams": to([]),
    "team.google_service_accounts.used_by": to(["batch"]),
    "team.google_service_accounts.roles": to(["roles/pubsub.publisher"]),
    "team.buckets.objects": to({"another": "text"}),
    "team.buckets.viewers": to([]),
}
"""By the key's name; what is not here tries its own values in config/production."""

EXCEPTIONS: Mapping[str, str] = {
    "platform.tenants.grants_state": "it asks something of the teams' files alone (tests/unit/config/rules.yaml)",
    "team.pod_security.level": "it has one value (test_tenant_protection: a team may be held to less)",
    "platform.project.region": "the zones must lie in it, so it never changes alone (test_variations: other-names)",
    "platform.cluster.location": "it decides which of zone and node_zones is stated (platform/options.py: location)",
}
"""Keys that no configuration can change alone, and where their effect is held instead."""


def keys(named: str, model: type[BaseModel], path: Keys = ()) -> Iterator[tuple[str, Keys, Any]]:
    """Every key's name, its place in a file, and its type; what holds other keys is told by them."""
    for name, stated in model.model_fields.items():
        entry: Keys = ()
        inner = model_at(model, (name,))
        if inner is None and (inner := model_at(model, (name, 0))):
            entry = (ENTRIES[name],)
        if inner:
            yield from keys(f"{named}.{name}", inner, (*path, name, *entry))
        else:
            yield f"{named}.{name}", (*path, name), stated.annotation


def case_of(name: str, annotation: Any) -> Case:
    """The key's case. Raises LookupError where there is none and its type does not tell its values."""
    if name in CASES and CASES[name].values:
        return CASES[name]
    values = tuple(_values(annotation))
    if not values:
        raise LookupError(f"{name}: state another value of it in CASES of {Path(__file__).name}")
    case = CASES.get(name, Case())
    return Case(base=case.base, given=case.given, values=values)


def _values(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if annotation is bool:
        yield from (True, False)
    elif annotation is int:
        yield from (2, 3, 7, 20, 100)
    elif origin is Literal:
        yield from get_args(annotation)
    elif origin is Annotated:
        yield from _values(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for each in get_args(annotation):
            yield from _values(each)


def files_of(case: Case) -> Files:
    """The files of the case's configuration before the key is changed."""
    folder = ROOT / "config" / case.base
    found: Files = {
        name: yaml.safe_load((folder / name).read_text(encoding="utf-8"))
        for name in ("platform.yaml", "destinations.yaml", "teams/team-x.yaml", "teams/team-y.yaml")
    }
    for name, edits in case.given.items():
        file = FILES[name]
        found[file] = edited(found[file], edits)
    return found


def with_value(files: Files, file: str, path: Keys, value: Any) -> Files:
    """The files with another value at a place."""
    changed = deepcopy(files)
    holder: Any = changed[file]
    for part in path[:-1]:
        holder = holder.setdefault(part, {}) if isinstance(holder, dict) else holder[part]
    if value == ABSENT:
        holder.pop(path[-1], None)
    else:
        holder[path[-1]] = value
    return changed


def edited(data: Any, edits: Any) -> Any:
    """The data with mappings merged, and what is ABSENT left out."""
    if not isinstance(edits, Mapping) or not isinstance(data, dict):
        return deepcopy(edits)
    found = dict(data)
    for key, value in edits.items():
        if value == ABSENT:
            found.pop(key, None)
        else:
            found[key] = edited(found.get(key, {}), value)
    return found


def write(files: Files, folder: Path) -> Path:
    """A configuration folder; JSON is YAML in which every text is quoted."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=1), encoding="utf-8")
    return folder
