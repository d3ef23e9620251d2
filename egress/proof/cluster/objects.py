"""Turns the Kubernetes resources of the stacks into the objects that the providers would send."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from egress.proof.errors import ProofError
from egress.terraform import Resource

_TYPES = {
    "kubernetes_cluster_role_binding_v1": ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
    "kubernetes_cluster_role_v1": ("rbac.authorization.k8s.io/v1", "ClusterRole"),
    "kubernetes_config_map_v1": ("v1", "ConfigMap"),
    "kubernetes_deployment_v1": ("apps/v1", "Deployment"),
    "kubernetes_limit_range_v1": ("v1", "LimitRange"),
    "kubernetes_namespace_v1": ("v1", "Namespace"),
    "kubernetes_network_policy_v1": ("networking.k8s.io/v1", "NetworkPolicy"),
    "kubernetes_pod_disruption_budget_v1": ("policy/v1", "PodDisruptionBudget"),
    "kubernetes_resource_quota_v1": ("v1", "ResourceQuota"),
    "kubernetes_role_binding_v1": ("rbac.authorization.k8s.io/v1", "RoleBinding"),
    "kubernetes_role_v1": ("rbac.authorization.k8s.io/v1", "Role"),
    "kubernetes_secret_v1": ("v1", "Secret"),
    "kubernetes_service_account_v1": ("v1", "ServiceAccount"),
    "kubernetes_service_v1": ("v1", "Service"),
}

_MAPS = frozenset(
    {
        "labels",
        "annotations",
        "match_labels",
        "node_selector",
        "data",
        "string_data",
        "limits",
        "requests",
        "hard",
    }
)
"""Fields whose keys are data, not field names."""

_LISTS = {
    "container": "containers",
    "egress": "egress",
    "env": "env",
    "env_from": "envFrom",
    "from": "from",
    "image_pull_secret": "imagePullSecrets",
    "ingress": "ingress",
    "init_container": "initContainers",
    "match_expressions": "matchExpressions",
    "node_selector_term": "nodeSelectorTerms",
    "port": "ports",
    "ports": "ports",
    "rule": "rules",
    "subject": "subjects",
    "to": "to",
    "toleration": "tolerations",
    "topology_spread_constraint": "topologySpreadConstraints",
    "volume": "volumes",
    "volume_mount": "volumeMounts",
}
"""Repeated blocks by Terraform's name, with the API's; every other block stands once."""

_NUMBERS = frozenset(
    {
        "container_port",
        "end_port",
        "max_skew",
        "max_unavailable",
        "min_available",
        "min_ready_seconds",
        "port",
        "replicas",
        "run_as_group",
        "run_as_user",
        "target_port",
        "termination_grace_period_seconds",
    }
)
"""Fields that Terraform writes as text and the API as a number (or a port's name)."""


@dataclass(frozen=True, kw_only=True)
class Addressed:
    """A Kubernetes object with the Terraform address it comes from."""

    address: str
    object: dict[str, Any]

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What identifies the object: API group, kind, namespace and name."""
        metadata = self.object["metadata"]
        group = str(self.object["apiVersion"]).rpartition("/")[0]
        return group, str(self.object["kind"]), str(metadata.get("namespace", "")), str(metadata["name"])


def kubernetes_objects(resources: Iterable[Resource]) -> list[Addressed]:
    """Return the objects of every managed Kubernetes resource.

    Raises ProofError for a resource type that is not known here: an object left out would falsify the proof.
    """
    found = []
    for resource in resources:
        if resource.data or not resource.type.startswith("kubernetes_"):
            continue
        if resource.type == "kubernetes_manifest":
            body = resource.body["manifest"]
        elif resource.type in _TYPES:
            body = _typed(resource)
        else:
            hint = "add it to egress/proof/cluster/objects.py"
            raise ProofError(
                f"{resource.qualified_address}: the proof does not know this resource type; {hint}"
            )
        found.append(Addressed(address=resource.qualified_address, object=body))
    return found


def _typed(resource: Resource) -> dict[str, Any]:
    api_version, kind = _TYPES[resource.type]
    skipped = {
        "id",
        "timeouts",
        "wait_for_rollout",
        "wait_for_load_balancer",
        "wait_for_default_service_account",
    }
    body = {key: value for key, value in resource.body.items() if key not in skipped}
    return {"apiVersion": api_version, "kind": kind, **_fields(body)}


def _fields(block: Mapping[str, Any]) -> dict[str, Any]:
    converted = (_field(key, value) for key, value in block.items() if value is not None)
    return dict(converted)


def _field(key: str, value: Any) -> tuple[str, Any]:
    if key in _MAPS or (key == "selector" and not _is_label_selector(value)):
        return _camel(key), value
    if key in _LISTS and isinstance(value, list | dict):
        items = value if isinstance(value, list) else [value]
        return _LISTS[key], [_fields(item) if isinstance(item, dict) else item for item in items]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return _camel(key), _fields(value[0])
    if isinstance(value, dict):
        return _camel(key), _fields(value)
    if key in _NUMBERS and isinstance(value, str) and re.fullmatch(r"\d+", value):
        return _camel(key), int(value)
    return _camel(key), value


def _is_label_selector(value: Any) -> bool:
    block = value[0] if isinstance(value, list) and value else value
    return isinstance(block, dict) and set(block) <= {"match_labels", "match_expressions"}


def _camel(key: str) -> str:
    first, *rest = key.split("_")
    acronyms = {"ip": "IP", "ips": "IPs", "id": "ID"}
    return first + "".join(acronyms.get(word, word.capitalize()) for word in rest)
