"""Workloads: whose Pods send requests, and which of them are gateways."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from egress.review.capture import EVERY_CONNECTION, Capture, capture_of
from egress.review.objects import KubernetesObject

KINDS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Pod")
GATEWAY_TEMPLATE = "gateway"
TLS_MODE = "security.istio.io/tlsMode"
"""The label that the injector gives a Pod with a sidecar; one that is there already stays."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Workload:
    """Pods of one template."""

    namespace: str
    name: str
    labels: Mapping[str, str]
    service_account: str
    meshed: bool
    """A sidecar is injected; a gateway counts as not meshed."""
    gateway: bool = False
    address: str | None = None
    node_selector: Mapping[str, str] = field(default_factory=dict)
    tolerations: tuple[Mapping[str, Any], ...] = ()
    host_network: bool = False
    unprivileged: bool = False
    """ISTIO_META_UNPRIVILEGED_POD: the gateway's proxy takes no port below 1024."""
    ports: Mapping[str, int] = field(default_factory=dict)
    """Named container ports."""
    injection_refused: bool = False
    """The Pod itself turns injection off in a namespace that has it."""
    capture: Capture = EVERY_CONNECTION
    """Which connections reach its sidecar."""
    takes_mtls: bool = False
    """istiod counts the Pod as one with a sidecar, to which proxies speak mesh mTLS."""

    @property
    def identity(self) -> str:
        """NAMESPACE/NAME, as `--from` takes it."""
        return f"{self.namespace}/{self.name}"

    def captures(self, port: int) -> bool:
        """True when a connection to a port reaches the sidecar."""
        return self.meshed and self.capture.takes(port)

    def principal(self, trust_domain: str) -> str:
        """The identity in its mesh certificate, without spiffe://."""
        return f"{trust_domain}/ns/{self.namespace}/sa/{self.service_account}"


def injects(namespace_labels: Mapping[str, str]) -> bool:
    """True when a namespace asks for sidecars."""
    injection = namespace_labels.get("istio-injection")
    if injection == "disabled":
        return False
    return injection == "enabled" or bool(namespace_labels.get("istio.io/rev"))


def workload(item: KubernetesObject, namespace_labels: Mapping[str, str]) -> Workload:
    """The workload of a Pod or of anything with a Pod template."""
    labels, annotations, spec = _template(item)
    containers = [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]
    routers = [
        one for one in containers if one.get("name") == "istio-proxy" and "router" in (one.get("args") or ())
    ]
    gateway = bool(routers) or GATEWAY_TEMPLATE in annotations.get("inject.istio.io/templates", "").split(",")
    wished = labels.get("sidecar.istio.io/inject", annotations.get("sidecar.istio.io/inject"))
    in_namespace = injects(namespace_labels)
    by_hand = any(container.get("name") == "istio-proxy" for container in containers) and not gateway
    opted_in = wished == "true" and namespace_labels.get("istio-injection") != "disabled"
    host_network = bool(spec.get("hostNetwork"))
    meshed = by_hand or (
        not gateway and not host_network and wished != "false" and (in_namespace or opted_in)
    )
    environment = {
        variable.get("name"): variable.get("value")
        for container in containers
        for variable in container.get("env") or ()
    }
    return Workload(
        namespace=item.namespace,
        name=item.name,
        labels=labels,
        service_account=str(spec.get("serviceAccountName") or spec.get("serviceAccount") or "default"),
        meshed=meshed,
        gateway=gateway,
        address=item.address,
        node_selector=_node_selector(spec),
        tolerations=tuple(spec.get("tolerations") or ()),
        host_network=host_network,
        unprivileged=str(environment.get("ISTIO_META_UNPRIVILEGED_POD", "")).lower() == "true",
        ports={
            str(port["name"]): int(port["containerPort"])
            for container in containers
            for port in container.get("ports") or ()
            if port.get("name")
        },
        injection_refused=in_namespace and not gateway and (wished == "false" or host_network),
        capture=capture_of(annotations),
        takes_mtls=labels.get(TLS_MODE, "istio" if meshed else "") == "istio",
    )


def _template(item: KubernetesObject) -> tuple[Mapping[str, str], Mapping[str, str], Mapping[str, Any]]:
    """Labels, annotations and spec of the Pods."""
    if item.kind == "Pod":
        return item.labels, item.annotations, item.spec
    spec: Mapping[str, Any] = item.spec
    if item.kind == "CronJob":
        spec = (spec.get("jobTemplate") or {}).get("spec") or {}
    template = spec.get("template") or {}
    metadata = template.get("metadata") or {}
    return metadata.get("labels") or {}, metadata.get("annotations") or {}, template.get("spec") or {}


def _node_selector(spec: Mapping[str, Any]) -> dict[str, str]:
    """The node labels a Pod requires, from nodeSelector and required affinities with a single value."""
    required = dict(spec.get("nodeSelector") or {})
    affinity = ((spec.get("affinity") or {}).get("nodeAffinity") or {}).get(
        "requiredDuringSchedulingIgnoredDuringExecution"
    ) or {}
    terms: Sequence[Mapping[str, Any]] = affinity.get("nodeSelectorTerms") or ()
    if len(terms) == 1:
        for expression in terms[0].get("matchExpressions") or ():
            if expression.get("operator") == "In" and len(expression.get("values") or ()) == 1:
                required[expression["key"]] = expression["values"][0]
    return {str(key): str(value) for key, value in required.items()}
