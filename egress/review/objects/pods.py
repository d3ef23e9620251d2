"""Pods of istiod and of proxies: environment variables and settings that change what the mesh does."""

from collections.abc import Iterator, Mapping
from typing import Any

from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.objects.proxy_config import of_proxy_config, of_variables

KINDS = {
    **dict.fromkeys(("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"), "apps"),
    **dict.fromkeys(("Job", "CronJob"), "batch"),
    **dict.fromkeys(("ReplicationController", "Pod"), ""),
}
"""What makes Pods, with its API group."""

ISTIOD_VARIABLES = frozenset(
    {
        *("PILOT_CA_CERT_CONFIGMAP", "PILOT_CERT_PROVIDER", "PILOT_CRL_CONFIGMAP", "PILOT_ENABLE_ANALYSIS"),
        *("PILOT_ENABLE_NODE_UNTAINT_CONTROLLERS", "PILOT_NODE_UNTAINT_CONTROLLERS_TAINT_NAME"),
        "PILOT_TRACE_SAMPLING",
    }
)
"""What istiod's own chart sets, and what decides on no request."""

SWITCHES = ("PILOT_", "ENABLE_", "ISTIO_", "UNSAFE_", "VERIFY_")
"""How the names of istiod's feature switches begin."""


def of_pods(item: KubernetesObject) -> Iterator[str]:
    """What the containers of a workload set and the review does not know."""
    if item.kind == "ProxyConfig" and item.group == "networking.istio.io":
        settings = {key: value for key, value in item.spec.items() if key != "selector"}
        yield from (f"spec.{name}" for name in of_proxy_config(settings))
        return
    spec = pod_spec(item)
    labels = pod_labels(item)
    for container in (*(spec.get("containers") or ()), *(spec.get("initContainers") or ())):
        name = container.get("name")
        variables = {str(one.get("name")): one.get("value") for one in container.get("env") or ()}
        injected = name == "istio-proxy" or (name == "discovery" and labels.get("app") == "istiod")
        if injected and container.get("envFrom"):
            yield f"the container {name}'s envFrom"
        if name == "istio-proxy":
            yield from (f"the container istio-proxy's {one}" for one in of_variables(variables))
        elif name == "discovery" and labels.get("app") == "istiod":
            yield from (f"istiod's {one}" for one in istiod_switches(variables))


def istiod_switches(variables: Mapping[str, Any]) -> list[str]:
    """Feature switches of istiod that are set and not known to decide on nothing."""
    return sorted(one for one in variables if one.startswith(SWITCHES) and one not in ISTIOD_VARIABLES)


def pod_spec(item: KubernetesObject) -> Mapping[str, Any]:
    """The spec of a Pod, or of a workload's Pod template."""
    if item.kind == "Pod":
        return item.spec
    return _template(item).get("spec") or {}


def pod_labels(item: KubernetesObject) -> Mapping[str, Any]:
    """The labels of a Pod, or of a workload's Pod template."""
    if item.kind == "Pod":
        return item.labels
    return (_template(item).get("metadata") or {}).get("labels") or {}


def pod_annotations(item: KubernetesObject) -> Mapping[str, Any]:
    """The annotations of a Pod, or of a workload's Pod template."""
    if item.kind == "Pod":
        return item.annotations
    return (_template(item).get("metadata") or {}).get("annotations") or {}


def makes_pods(item: KubernetesObject) -> bool:
    """True for Pods and for what Kubernetes itself makes Pods of."""
    return KINDS.get(item.kind) == item.group


def _template(item: KubernetesObject) -> Mapping[str, Any]:
    if not makes_pods(item):
        return {}
    spec: Any = item.spec
    if item.kind == "CronJob":
        spec = (spec.get("jobTemplate") or {}).get("spec") or {}
    template = spec.get("template") if isinstance(spec, Mapping) else None
    return template if isinstance(template, Mapping) else {}
