"""What each `kubernetes_*` resource type of the provider stands for: an object of Kubernetes, or a reason why not."""

from collections.abc import Mapping

OBJECTS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("api_service", "api_service_v1"), ("apiregistration.k8s.io/v1", "APIService")),
    "cluster_role": ("rbac.authorization.k8s.io/v1", "ClusterRole"),
    "cluster_role_binding": ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
    "cluster_role_binding_v1": ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
    "cluster_role_v1": ("rbac.authorization.k8s.io/v1", "ClusterRole"),
    **dict.fromkeys(("config_map", "config_map_v1"), ("v1", "ConfigMap")),
    "cron_job": ("batch/v1beta1", "CronJob"),
    "cron_job_v1": ("batch/v1", "CronJob"),
    "csi_driver": ("storage.k8s.io/v1beta1", "CSIDriver"),
    "csi_driver_v1": ("storage.k8s.io/v1", "CSIDriver"),
    **dict.fromkeys(("daemon_set_v1", "daemonset"), ("apps/v1", "DaemonSet")),
    **dict.fromkeys(("deployment", "deployment_v1"), ("apps/v1", "Deployment")),
    "endpoint_slice_v1": ("discovery.k8s.io/v1", "EndpointSlice"),
    **dict.fromkeys(("endpoints", "endpoints_v1"), ("v1", "Endpoints")),
    "horizontal_pod_autoscaler": ("autoscaling/v1", "HorizontalPodAutoscaler"),
    "horizontal_pod_autoscaler_v1": ("autoscaling/v1", "HorizontalPodAutoscaler"),
    "horizontal_pod_autoscaler_v2": ("autoscaling/v2", "HorizontalPodAutoscaler"),
    "horizontal_pod_autoscaler_v2beta2": ("autoscaling/v2beta2", "HorizontalPodAutoscaler"),
    **dict.fromkeys(("ingress_class", "ingress_class_v1"), ("networking.k8s.io/v1", "IngressClass")),
    "ingress_v1": ("networking.k8s.io/v1", "Ingress"),
    **dict.fromkeys(("job", "job_v1"), ("batch/v1", "Job")),
    **dict.fromkeys(("limit_range", "limit_range_v1"), ("v1", "LimitRange")),
    "mutating_webhook_configuration": ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"),
    "mutating_webhook_configuration_v1": ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"),
    **dict.fromkeys(("namespace", "namespace_v1"), ("v1", "Namespace")),
    **dict.fromkeys(("network_policy", "network_policy_v1"), ("networking.k8s.io/v1", "NetworkPolicy")),
    **dict.fromkeys(("persistent_volume", "persistent_volume_v1"), ("v1", "PersistentVolume")),
    "persistent_volume_claim": ("v1", "PersistentVolumeClaim"),
    "persistent_volume_claim_v1": ("v1", "PersistentVolumeClaim"),
    **dict.fromkeys(("pod", "pod_v1"), ("v1", "Pod")),
    "pod_disruption_budget": ("policy/v1beta1", "PodDisruptionBudget"),
    "pod_disruption_budget_v1": ("policy/v1", "PodDisruptionBudget"),
    **dict.fromkeys(("priority_class", "priority_class_v1"), ("scheduling.k8s.io/v1", "PriorityClass")),
    "replication_controller": ("v1", "ReplicationController"),
    "replication_controller_v1": ("v1", "ReplicationController"),
    **dict.fromkeys(("resource_quota", "resource_quota_v1"), ("v1", "ResourceQuota")),
    **dict.fromkeys(("role", "role_v1"), ("rbac.authorization.k8s.io/v1", "Role")),
    **dict.fromkeys(("role_binding", "role_binding_v1"), ("rbac.authorization.k8s.io/v1", "RoleBinding")),
    "runtime_class_v1": ("node.k8s.io/v1", "RuntimeClass"),
    **dict.fromkeys(("secret", "secret_v1"), ("v1", "Secret")),
    **dict.fromkeys(("service", "service_v1"), ("v1", "Service")),
    **dict.fromkeys(("service_account", "service_account_v1"), ("v1", "ServiceAccount")),
    **dict.fromkeys(("stateful_set", "stateful_set_v1"), ("apps/v1", "StatefulSet")),
    **dict.fromkeys(("storage_class", "storage_class_v1"), ("storage.k8s.io/v1", "StorageClass")),
    "validating_webhook_configuration": ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"),
    "validating_webhook_configuration_v1": (
        "admissionregistration.k8s.io/v1",
        "ValidatingWebhookConfiguration",
    ),
}
"""The API version and kind that the provider sends for a type, by the type's name without `kubernetes_`."""

_CHANGES_OTHERS = "it changes an object that another resource or program made"
_GONE = "Kubernetes no longer serves its API"

NO_OBJECT: Mapping[str, str] = {
    "annotations": _CHANGES_OTHERS,
    "certificate_signing_request": "it asks for one signature and deletes its request",
    "certificate_signing_request_v1": "it asks for one signature and deletes its request",
    "config_map_v1_data": _CHANGES_OTHERS,
    "default_service_account": _CHANGES_OTHERS,
    "default_service_account_v1": _CHANGES_OTHERS,
    "env": _CHANGES_OTHERS,
    "ingress": f"{_GONE} (Ingress of extensions/v1beta1, until Kubernetes 1.22)",
    "labels": _CHANGES_OTHERS,
    "node_taint": _CHANGES_OTHERS,
    "pod_security_policy": f"{_GONE} (PodSecurityPolicy, until Kubernetes 1.25)",
    "pod_security_policy_v1beta1": f"{_GONE} (PodSecurityPolicy, until Kubernetes 1.25)",
    "secret_v1_data": _CHANGES_OTHERS,
    "token_request_v1": "it asks for a token, which Kubernetes does not store",
}
"""Why a type stands for no object of its own. `kubernetes_manifest` holds its object as it is."""

PREFIX = "kubernetes_"
MANIFEST = "kubernetes_manifest"


def object_of(type_: str) -> tuple[str, str] | None:
    """The API version and kind of a resource type, None for a type that stands for no object."""
    return OBJECTS.get(type_.removeprefix(PREFIX))


def why_no_object(type_: str) -> str:
    """Why a type stands for no object; empty for one that does, and for one that the provider does not have."""
    return NO_OBJECT.get(type_.removeprefix(PREFIX), "")
