"""Writes docs/objects.md, which file makes which objects: `python -m tests.synth.objects_page`.

`mesh` and `egress` come from egress/derived/resources, over every committed configuration and every variation of the
tests. In `foundation` and `cluster` nothing is named by a team or a host: their types stand here with their keys.
"""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from egress.checks.loading import load
from egress.config.configuration import Configuration
from egress.derived.resources.egress_stack import egress_resources
from egress.derived.resources.mesh_stack import mesh_resources
from egress.derived.resources.resource import DESTINATIONS_FILE, PLATFORM_FILE, Derived
from tests.synth.variations import COMMITTED, EVERY, ROOT, write

PAGE = ROOT / "docs" / "objects.md"

PLATFORM_KEYS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "foundation": {
        "project": ("google_project_service",),
        "network.name, network.subnet": ("google_compute_network", "google_compute_subnetwork"),
        "network.nat": ("google_compute_router", "google_compute_router_nat", "google_compute_address"),
        "network.firewall": ("google_compute_firewall",),
        "network.firewall.gateway": (
            "google_compute_network_firewall_policy",
            "google_compute_network_firewall_policy_association",
        ),
        "network.google_apis": ("google_dns_managed_zone", "google_dns_record_set"),
        "network.dns": ("google_dns_response_policy", "google_dns_response_policy_rule"),
        "network.dns_log": ("google_dns_policy",),
        "network.perimeter": ("google_access_context_manager_service_perimeter",),
        "network.existing": ("google_compute_subnetwork_iam_member",),
        "cluster.application_pool, cluster.gateway_pool": (
            "google_service_account",
            "google_project_iam_member",
        ),
        "mesh.mirror, mesh.hub, cluster.image_repositories": (
            "google_artifact_registry_repository",
            "google_artifact_registry_repository_iam_member",
            "google_secret_manager_secret_iam_member",
        ),
        "cluster.hardening.images": ("google_binary_authorization_policy",),
        "cluster.secrets_encryption": (
            "google_kms_key_ring",
            "google_kms_crypto_key",
            "google_kms_crypto_key_iam_member",
        ),
    },
    "cluster": {
        "cluster": ("google_container_cluster",),
        "cluster.application_pool, cluster.gateway_pool": ("google_container_node_pool",),
        "mesh.control_plane": (
            "google_gke_hub_feature",
            "google_gke_hub_feature_membership",
        ),
        "alerts": ("google_logging_metric", "google_monitoring_alert_policy"),
    },
}
"""Which key of platform.yaml decides on the resources of a type, in the stacks that no team and no host reaches."""

INTRODUCTION = """# Which file makes which objects

<!-- Written by `make reference` from egress/derived/resources; do not edit it by hand. -->

You change a line: which objects change? You see an object in a plan or in the cluster: which line made it?

A row holds what at least one configuration makes from that statement. Your own plan says which of it you have.
*By identity* and *by namespace* mark objects that only one value of `authorization` makes. `HOST` and `NAME` are keys
that you choose.

A team's objects are in the stack `egress`, or with `tenancy: stack-per-team` in the team's own stack `team-NAME`.
"""

Row = tuple[str, str, str]
"""File, statement, stack."""


def text() -> str:
    """The page as its file holds it."""
    return "\n".join([INTRODUCTION, *_parts(rows())])


def rows() -> dict[Row, dict[str, set[str]]]:
    """For each statement its objects; Istio's, which `authorization` chooses, with the forms that have them."""
    found: dict[Row, dict[str, set[str]]] = {}
    for configuration in configurations():
        form = "by identity" if configuration.destinations.authorization == "by-identity" else "by namespace"
        for resource in (*mesh_resources(configuration.platform), *egress_resources(configuration)):
            file, statement = stated(resource)
            stack = "team-NAME" if resource.stack.startswith("team-") else resource.stack
            row = (file, statement, "egress" if stack == "team-NAME" else stack)
            forms = found.setdefault(row, {}).setdefault(_what(resource), set())
            if resource.key and resource.key.group.endswith("istio.io"):
                forms.add(form)
    return found


def configurations() -> Iterator[Configuration]:
    """Every committed configuration and every variation."""
    with tempfile.TemporaryDirectory() as scratch:
        for name in EVERY:
            folder = COMMITTED.get(name) or write(name, Path(scratch) / name / "tutorial")
            yield load(folder, {})


def stated(resource: Derived) -> tuple[str, str]:
    """The file and the statement of it that a resource comes from, names left out."""
    cause = resource.cause
    if not cause.file:
        return PLATFORM_FILE, "the platform as a whole"
    if cause.file in (PLATFORM_FILE, DESTINATIONS_FILE):
        return cause.file, _general(cause.path, "HOST" if cause.path[0] == "destinations" else "NAME")
    return "teams/TEAM.yaml", _general(cause.path, "NAME") if cause.path else "the file itself"


def _general(path: tuple[str | int, ...], name: str) -> str:
    """A path without the names that a user chose: every second key is one, but for platform.yaml's."""
    if path[0] in ("mesh", "network", "cluster"):
        return f"`{'.'.join(map(str, path))}`"
    if path[0] == "grants":
        return f"`grants[].{path[-1]}`"
    if path[0] in ("service_accounts", "network_policies"):
        return f"`{'.'.join(map(str, path[:-1]))}`"
    keys = [str(key) if position % 2 == 0 else name for position, key in enumerate(path)]
    return f"`{'.'.join(keys[:-1] if len(keys) > 3 else keys)}`"


def _what(resource: Derived) -> str:
    return f"{resource.key.kind}" if resource.key else f"`{resource.type}`"


def _parts(found: Mapping[Row, Mapping[str, set[str]]]) -> Iterator[str]:
    for file in (PLATFORM_FILE, DESTINATIONS_FILE, "teams/TEAM.yaml"):
        yield f"## {file}\n\n| Statement | Stack | Objects |\n|---|---|---|"
        if file == PLATFORM_FILE:
            for stack, keys in PLATFORM_KEYS.items():
                for key, types in keys.items():
                    listed = ", ".join(f"`{each}`" for each in types)
                    yield f"| {', '.join(f'`{each}`' for each in key.split(', '))} | `{stack}` | {listed} |"
        for (of, statement, stack), kinds in sorted(found.items()):
            if of == file:
                listed = ", ".join(f"{kind}{_only(forms)}" for kind, forms in sorted(kinds.items()))
                yield f"| {statement} | `{stack}` | {listed} |"
        yield ""


def _only(forms: set[str]) -> str:
    return "" if len(forms) != 1 else f" ({next(iter(forms))})"


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
