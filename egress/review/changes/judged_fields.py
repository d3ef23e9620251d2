"""The fields that the review judges: what differs beside them is listed, since nobody else looks at it."""

from collections.abc import Mapping
from typing import Any

from egress.review.changes.guards import GUARDS, Guard
from egress.review.changes.resources import Path
from egress.review.objects.shapes import SHAPES, Field

_OF_NODES = ("labels", "service_account", "tags", "taint.effect", "taint.key", "taint.value")

OF_GOOGLE: Mapping[str, frozenset[str]] = {
    "google_compute_network": frozenset(
        {"delete_default_routes_on_create", "name", "network_firewall_policy_enforcement_order"}
    ),
    "google_compute_network_firewall_policy": frozenset({"name"}),
    "google_compute_network_firewall_policy_association": frozenset({"attachment_target", "firewall_policy"}),
    "google_compute_network_firewall_policy_rule": frozenset(
        {
            "action",
            "direction",
            "disabled",
            "firewall_policy",
            "match.dest_fqdns",
            "match.dest_ip_ranges",
            "match.layer4_configs.ip_protocol",
            "match.layer4_configs.ports",
            "priority",
            "rule_name",
            "target_secure_tags",
            "target_service_accounts",
        }
    ),
    "google_dns_response_policy": frozenset({"gke_clusters", "networks.network_url", "response_policy_name"}),
    "google_dns_response_policy_rule": frozenset(
        {
            "behavior",
            "dns_name",
            "local_data.local_datas.rrdatas",
            "local_data.local_datas.type",
            "response_policy",
        }
    ),
    "google_compute_subnetwork": frozenset(
        {
            "ip_cidr_range",
            "name",
            "private_ip_google_access",
            "region",
            "secondary_ip_range.ip_cidr_range",
            "secondary_ip_range.range_name",
        }
    ),
    "google_compute_firewall": frozenset(
        {
            "allow.ports",
            "allow.protocol",
            "deny.ports",
            "deny.protocol",
            "destination_ranges",
            "direction",
            "disabled",
            "name",
            "priority",
            "source_ranges",
            "source_service_accounts",
            "source_tags",
            "target_service_accounts",
            "target_tags",
        }
    ),
    "google_compute_router": frozenset({"name", "region"}),
    "google_compute_router_nat": frozenset(
        {
            "region",
            "source_subnetwork_ip_ranges_to_nat",
            "subnetwork.name",
            "subnetwork.source_ip_ranges_to_nat",
            "type",
        }
    ),
    "google_dns_managed_zone": frozenset(
        {"dns_name", "forwarding_config", "name", "peering_config", "visibility"}
    ),
    "google_dns_record_set": frozenset({"managed_zone", "name", "rrdatas", "type"}),
    "google_container_cluster": frozenset(
        {
            "datapath_provider",
            "dns_config.cluster_dns",
            "enable_autopilot",
            # The default pool's, where it is kept, and pools that the cluster itself lists.
            *(f"node_config.{field}" for field in _OF_NODES),
            *(f"node_pool.node_config.{field}" for field in _OF_NODES),
            "node_pool.name",
            "ip_allocation_policy.cluster_secondary_range_name",
            "ip_allocation_policy.services_secondary_range_name",
            "private_cluster_config.enable_private_nodes",
            "remove_default_node_pool",
        }
    ),
    "google_container_node_pool": frozenset(
        {
            "name",
            *(f"node_config.{field}" for field in _OF_NODES),
        }
    ),
}
"""By type, as egress/review/inputs/google_resources.py reads them; a test records what it looks at."""

_POD = (
    "affinity",
    "dnsConfig",
    "dnsPolicy",
    "hostAliases",
    "hostNetwork",
    "nodeSelector",
    "serviceAccountName",
    "tolerations",
)
_METADATA = ("metadata.labels", "metadata.annotations")
OF_WORKLOADS = frozenset(
    {
        *_METADATA,
        "spec.template.metadata.labels",
        "spec.template.metadata.annotations",
        *(f"spec.template.spec.{name}" for name in _POD),
        *(f"spec.{name}" for name in _POD),
    }
)
"""Of Pods and what makes them."""

WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Pod"})

_GUARDED: dict[str, list[Guard]] = {}
for _guard in GUARDS:
    _GUARDED.setdefault(_guard.kind, []).append(_guard)
_SHAPES = {kind: shape for (_, kind), shape in SHAPES.items()}


def judged(kind: str, path: Path) -> bool:
    """True for a field that a cell, a finding or a guard is computed from."""
    return bool(guards_of(kind, path)) or answered(kind, path)


def guards_of(kind: str, path: Path) -> list[Guard]:
    """The guards that a field is a part of."""
    return [guard for guard in _GUARDED.get(kind, ()) if same(path[: len(guard.path)], guard.path)]


def answered(kind: str, path: Path) -> bool:
    """True for a field that answers are computed from."""
    if kind in OF_GOOGLE:
        return any(".".join(path[:length]) in OF_GOOGLE[kind] for length in range(1, len(path) + 1))
    spelled = tuple(camel(part) for part in path)
    if kind in WORKLOADS:
        return any(".".join(spelled[:length]) in OF_WORKLOADS for length in range(1, len(spelled) + 1))
    if kind == "Namespace":
        return spelled[:2] == ("metadata", "labels")
    if kind in _SHAPES:
        if spelled[:1] == ("spec",):
            return _read(_SHAPES[kind], spelled[1:])
        return spelled[:2] in (("metadata", "labels"), ("metadata", "annotations"))
    return False


def understood(kind: str, path: Path) -> bool:
    """True for a field of which every other value is named as not understood."""
    spelled = tuple(camel(part) for part in path)
    found = _field(_SHAPES[kind], spelled[1:]) if kind in _SHAPES and spelled[:1] == ("spec",) else None
    return found is not None and found.values is not None


def _read(shape: Mapping[str, Any], path: Path) -> bool:
    found = _field(shape, path)
    return found is not None and found.read


def _field(shape: Mapping[str, Any], path: Path) -> Field | None:
    known: Any = shape
    for part in path:
        if isinstance(known, Field):
            break
        known = known.get(part) or known.get(f"{part}s")
        if known is None:
            return None
    return known if isinstance(known, Field) else None


def same(path: Path, guarded: Path) -> bool:
    """True for one field, in Kubernetes' spelling or a typed resource's."""
    return len(path) == len(guarded) and all(
        one == other or camel(one) in (other, other.removesuffix("s"))
        for one, other in zip(path, guarded, strict=True)
    )


def camel(part: str) -> str:
    """Kubernetes' spelling of a typed resource's field; labels and keys stay as they are."""
    if not part.replace("_", "").isalnum() or part.startswith("_"):
        return part
    head, *rest = part.split("_")
    return head + "".join(word.capitalize() for word in rest)
