"""Which key of platform.yaml a guard follows from, so that the page can name its line."""

from collections.abc import Mapping

Keys = tuple[str, ...]

_FIREWALL = ("network", "firewall")
_HARDENING = ("cluster", "hardening")
_IMAGES = ((*_HARDENING, "allowed_images"), (*_HARDENING, "images"))
_NODES = ((*_HARDENING, "nodes"),)
_READONLY = ((*_HARDENING, "kubelet_readonly_port"),)
_ADMISSION = (("tenants", "admission"),)
_ACCESS = (("cluster", "authorized_networks"), ("cluster", "control_plane_access"))
_RULES = tuple(
    (*_FIREWALL, key) for key in ("egress_ports", "gateway", "scope", "health_checks", "webhook_ports")
)
_OF_EACH_NODE: Mapping[str, tuple[Keys, ...]] = {
    "node_config.kubelet_config": _READONLY,
    "node_config.metadata": _NODES,
    "node_config.shielded_instance_config": _NODES,
    "node_config.workload_metadata_config": _NODES,
}

KEYS: Mapping[str, Mapping[str, tuple[Keys, ...]]] = {
    "google_container_cluster": {
        "binary_authorization": _IMAGES,
        "control_plane_endpoints_config": _ACCESS,
        "database_encryption": (("cluster", "secrets_encryption"),),
        "deletion_protection": (("cluster", "deletion_protection"),),
        "enable_intranode_visibility": ((*_HARDENING, "intranode_visibility"),),
        "enable_shielded_nodes": _NODES,
        "master_authorized_networks_config": _ACCESS,
        "node_pool_defaults": _READONLY,
        "private_cluster_config": _ACCESS,
        "release_channel": (("cluster", "release_channel"),),
        "security_posture_config": ((*_HARDENING, "security_posture"),),
        **_OF_EACH_NODE,
    },
    "google_container_node_pool": _OF_EACH_NODE,
    "google_binary_authorization_policy": {"": _IMAGES},
    "google_kms_crypto_key": {
        "": (("cluster", "secrets_encryption", "rotation_days"), ("cluster", "secrets_encryption"))
    },
    "google_compute_firewall": {"log_config": ((*_FIREWALL, "log"),), "": _RULES},
    "google_compute_network_firewall_policy_rule": {"enable_logging": ((*_FIREWALL, "log"),), "": _RULES},
    "google_compute_subnetwork": {"log_config": (("network", "subnet", "flow_logs"),)},
    "google_compute_router_nat": {"log_config": (("network", "nat", "log"),)},
    "google_dns_policy": {"": (("network", "dns_log"),)},
    "google_monitoring_alert_policy": {
        "conditions": (("alerts", "refusals"),),
        "notification_channels": (("alerts", "notification_channels"),),
        "": (("alerts",),),
    },
    "google_logging_metric": {"": (("alerts",),)},
    "ValidatingAdmissionPolicy": {"": _ADMISSION},
    "ValidatingAdmissionPolicyBinding": {"": _ADMISSION},
    "Telemetry": {"": (("mesh", "access_log"),)},
}
"""By kind, then by how the guard's field begins; the keys that decide it, the nearest first."""


def keys_of(kind: str, field: str) -> tuple[Keys, ...]:
    """The keys that a guard follows from; none where no single key decides it."""
    by_field = KEYS.get(kind, {})
    fitting = [start for start in by_field if not start or field == start or field.startswith(f"{start}.")]
    return by_field[max(fitting, key=len)] if fitting else ()
