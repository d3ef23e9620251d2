"""Kubernetes objects from the provider's typed resources: which of them the review looks at."""

from collections.abc import Mapping
from typing import Any

from egress.review.errors import ReviewError
from egress.review.objects.kubernetes_object import KubernetesObject, kubernetes_object
from egress.terraform import TerraformError
from egress.terraform.kubernetes import kubernetes_object_of, object_of, why_no_object

READ = frozenset(
    {
        *("ConfigMap", "Namespace", "NetworkPolicy", "Service", "ServiceAccount"),
        *("CronJob", "DaemonSet", "Deployment", "Job", "Pod", "ReplicationController", "StatefulSet"),
    }
)
"""Kinds that a verdict may hang on; the check for unknown fields looks at their objects."""

WITHOUT_EFFECT = frozenset(
    {
        *("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"),
        *("HorizontalPodAutoscaler", "LimitRange", "PodDisruptionBudget", "PriorityClass", "ResourceQuota"),
        *("CSIDriver", "PersistentVolume", "PersistentVolumeClaim", "Secret", "StorageClass"),
        *("Ingress", "IngressClass"),
    }
)
"""Kinds that decide on no request that leaves a Pod."""


def typed_object(type_: str, body: Mapping[str, Any], address: str) -> KubernetesObject | None:
    """The object of a `kubernetes_*` resource, None for one that decides on no request.

    Raises ReviewError for a resource that is not modelled, one that changes the objects of others included.
    """
    named = object_of(type_)
    if named is None or named[1] not in READ | WITHOUT_EFFECT:
        why = why_no_object(type_)
        raise ReviewError(f"{address}: {type_} is not modelled" + (f": {why}" if why else ""))
    if named[1] in WITHOUT_EFFECT:
        return None
    try:
        return kubernetes_object(kubernetes_object_of(type_, body, address), address)
    except TerraformError as error:
        raise ReviewError(str(error)) from error
