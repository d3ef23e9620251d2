"""Workloads: whose Pods send requests, and which of them are gateways."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from egress.review.decision.reason import Reason
from egress.review.objects.capture import WHOLE, Capture, read_capture
from egress.review.objects.injection import Injector, sidecar
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.objects.pods import pod_annotations, pod_labels, pod_spec

Containers = Sequence[Mapping[str, Any]]

GATEWAY_TEMPLATE = "gateway"
TLS_MODE = "security.istio.io/tlsMode"
"""The label that the injector gives a Pod with a sidecar; one that is there already stays."""


@dataclass(frozen=True, kw_only=True)
class PodNames:
    """How a Pod resolves names where it does not ask the cluster's DNS alone."""

    aliases: frozenset[str] = frozenset()
    """Hosts that hostAliases give an address."""
    elsewhere: bool = False
    """dnsPolicy or dnsConfig name other servers."""


@dataclass(frozen=True, kw_only=True)
class StableNames:
    """The names that the cluster's DNS gives Pods one by one, below the name of a Service."""

    service: str = ""
    """The Service's name: a StatefulSet's serviceName, or a Pod's subdomain."""
    hostname: str = ""
    """The Pod's own label, or what comes before its number."""
    numbers: range | None = None
    """The numbers of a StatefulSet's Pods; None where the label has none."""

    def has(self, service: str, label: str) -> bool:
        """True for the label of one of the Pods below a Service of this name."""
        if not self.service or service != self.service:
            return False
        if self.numbers is None:
            return label == self.hostname
        start, _, number = label.rpartition("-")
        plain = number.isdecimal() and str(int(number)) == number
        return start == self.hostname and plain and int(number) in self.numbers


@dataclass(frozen=True, eq=False, kw_only=True)
class Workload:
    """Pods of one template."""

    namespace: str
    name: str
    labels: Mapping[str, str]
    service_account: str
    meshed: bool
    """A sidecar is injected; a gateway counts as not meshed."""
    sidecar_open: Reason | None = None
    """Why nobody can tell whether there is a sidecar, or what it does."""
    injection_given: bool = True
    """False where the input lacks the Namespace, whose labels ask for sidecars."""
    gateway: bool = False
    address: str | None = None
    node_selector: Mapping[str, str] = field(default_factory=dict)
    node_terms: tuple[tuple[Mapping[str, Any], ...], ...] = ()
    """A required node affinity: terms of expressions, one term of which must hold."""
    past_scheduler: bool = False
    """The Pod template names a node itself: no taint keeps it away."""
    tolerations: tuple[Mapping[str, Any], ...] = ()
    host_network: bool = False
    unprivileged: bool = False
    """ISTIO_META_UNPRIVILEGED_POD: the gateway's proxy takes no port below 1024."""
    ports: Mapping[str, int] = field(default_factory=dict)
    """Named container ports."""
    injection_refused: bool = False
    """The Pod itself turns injection off in a namespace that has it."""
    capture: Capture = WHOLE
    """Which connections reach its sidecar."""
    takes_mtls: bool = False
    """istiod counts the Pod as one with a sidecar, to which proxies speak mesh mTLS."""
    names: PodNames = PodNames()
    """How the Pod resolves names."""
    stable: StableNames = StableNames()
    """What the Pods are called one by one."""

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
    return injection == "enabled" if injection is not None else bool(namespace_labels.get("istio.io/rev"))


def workload(item: KubernetesObject, namespace_labels: Mapping[str, str], injector: Injector) -> Workload:
    """The workload of a Pod or of anything with a Pod template."""
    labels, annotations, spec = pod_labels(item), pod_annotations(item), pod_spec(item)
    containers = [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]
    gateway = _is_gateway(containers, annotations)
    host_network = bool(spec.get("hostNetwork"))
    wished = labels.get("sidecar.istio.io/inject", annotations.get("sidecar.istio.io/inject"))
    proxy = sidecar(item, injector, gateway=gateway)
    return Workload(
        namespace=item.namespace,
        name=item.name,
        labels=labels,
        service_account=str(spec.get("serviceAccountName") or spec.get("serviceAccount") or "default"),
        meshed=proxy.present,
        sidecar_open=proxy.open,
        injection_given=proxy.given,
        gateway=gateway,
        address=item.address,
        node_selector={str(key): str(value) for key, value in (spec.get("nodeSelector") or {}).items()},
        node_terms=_node_terms(spec),
        past_scheduler=bool(spec.get("nodeName")) and item.kind != "Pod",
        tolerations=tuple(spec.get("tolerations") or ()),
        host_network=host_network,
        unprivileged=_is_unprivileged(containers),
        ports=_named_ports(containers),
        injection_refused=injects(namespace_labels) and not gateway and (wished == "false" or host_network),
        capture=read_capture(annotations, spec),
        takes_mtls=labels.get(TLS_MODE, "istio" if proxy.present else "") == "istio",
        names=_names(spec),
        stable=_stable_names(item, spec),
    )


def _is_gateway(containers: Containers, annotations: Mapping[str, str]) -> bool:
    """True for Pods whose proxy is a router, injected as a gateway or written by hand."""
    by_hand = any(
        one.get("name") == "istio-proxy" and "router" in (one.get("args") or ()) for one in containers
    )
    return by_hand or GATEWAY_TEMPLATE in str(annotations.get("inject.istio.io/templates", "")).split(",")


def _is_unprivileged(containers: Containers) -> bool:
    """True when ISTIO_META_UNPRIVILEGED_POD is set."""
    environment = {
        variable.get("name"): variable.get("value")
        for container in containers
        for variable in container.get("env") or ()
    }
    return str(environment.get("ISTIO_META_UNPRIVILEGED_POD", "")).lower() == "true"


def _named_ports(containers: Containers) -> dict[str, int]:
    return {
        str(port["name"]): int(port["containerPort"])
        for container in containers
        for port in container.get("ports") or ()
        if port.get("name")
    }


def _stable_names(item: KubernetesObject, spec: Mapping[str, Any]) -> StableNames:
    """A StatefulSet's controller states hostname and subdomain of each Pod itself."""
    if item.kind != "StatefulSet":
        hostname, subdomain = str(spec.get("hostname") or ""), str(spec.get("subdomain") or "")
        return StableNames(service=subdomain, hostname=hostname) if hostname and subdomain else StableNames()
    ordinals = item.spec.get("ordinals")
    first = _number(ordinals.get("start"), 0) if isinstance(ordinals, Mapping) else 0
    return StableNames(
        service=str(item.spec.get("serviceName") or ""),
        hostname=item.name,
        numbers=range(first, first + _number(item.spec.get("replicas"), 1)),
    )


def _number(value: Any, default: int) -> int:
    """A number that the API server may have filled in."""
    return int(value) if str(value).isdecimal() else default


def _names(spec: Mapping[str, Any]) -> PodNames:
    return PodNames(
        aliases=frozenset(
            str(host).lower()
            for alias in spec.get("hostAliases") or ()
            for host in alias.get("hostnames") or ()
        ),
        elsewhere=spec.get("dnsPolicy") in ("None", "Default")
        or bool((spec.get("dnsConfig") or {}).get("nameservers")),
    )


def _node_terms(spec: Mapping[str, Any]) -> tuple[tuple[Mapping[str, Any], ...], ...]:
    """The terms of a required node affinity, one of which must hold."""
    affinity = ((spec.get("affinity") or {}).get("nodeAffinity") or {}).get(
        "requiredDuringSchedulingIgnoredDuringExecution"
    ) or {}
    terms: Sequence[Mapping[str, Any]] = affinity.get("nodeSelectorTerms") or ()
    return tuple(tuple(term.get("matchExpressions") or ()) for term in terms)
