"""Kubernetes objects from the provider's typed resources: which of them the review looks at."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from egress.review.errors import ReviewError
from egress.review.objects.kubernetes_object import KubernetesObject, kubernetes_object
from egress.review.objects.pods import pod_spec
from egress.review.objects.understood import deciding_part
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


DEFAULTS = {"dnsPolicy": "ClusterFirst", "hostNetwork": False}
"""Of a Pod."""


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
        found = kubernetes_object(kubernetes_object_of(type_, body, address), address)
    except TerraformError as error:
        raise ReviewError(str(error)) from error
    found = replace(found, spec=deciding_part(found))
    if found.kind == "Service":
        return replace(found, spec=_as_stated(found.spec))
    return _without_defaults(found)


def _without_defaults(item: KubernetesObject) -> KubernetesObject:
    """Without what Kubernetes stores where nothing is stated: a plan has it, the synthesized JSON does not."""
    pod = pod_spec(item)
    if isinstance(pod, dict):
        for key, default in DEFAULTS.items():
            if isinstance(pod.get(key), str | bool) and pod[key] == default:
                del pod[key]
    return item


def _as_stated(spec: Mapping[str, Any]) -> dict[str, Any]:
    """A Service with the target ports it has by default, and without an address.

    An address of its own is the cluster's to give; the plan of a first apply has none.
    """
    ports = [
        {**port, "targetPort": port.get("targetPort", port.get("port"))}
        if isinstance(port, Mapping)
        else port
        for port in spec.get("ports") or ()
    ]
    address = {key: value for key, value in spec.items() if key == "clusterIP" and value == "None"}
    given = {key: value for key, value in spec.items() if key not in ("clusterIP", "type")}
    # The provider fills the default type in.
    type_ = {} if spec.get("type") in (None, "ClusterIP") else {"type": spec["type"]}
    return {**given, "ports": ports} | type_ | address
