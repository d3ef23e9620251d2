"""Istio's annotations and labels: which of them the review reads, which decide on nothing; others are refused.

Source: istio.io/api, annotation/annotations.yaml and label/labels.yaml.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from egress.review.objects.capture import read_capture
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.objects.pods import makes_pods, pod_annotations, pod_labels, pod_spec
from egress.review.objects.proxy_config import of_proxy_config
from egress.review.objects.shapes import INERT, READ, Field, only

_CAPTURE = "traffic.sidecar.istio.io"

ANNOTATIONS: Mapping[str, Field] = {
    "istio.io/dry-run": READ,
    "networking.istio.io/exportTo": READ,
    "proxy.istio.io/config": READ,
    "sidecar.istio.io/inject": READ,
    f"{_CAPTURE}/excludeOutboundIPRanges": READ,
    f"{_CAPTURE}/excludeOutboundPorts": READ,
    f"{_CAPTURE}/includeOutboundIPRanges": READ,
    f"{_CAPTURE}/includeOutboundPorts": READ,
    "inject.istio.io/templates": Field(
        read=True,
        values=frozenset({"sidecar", "gateway", "sidecar,gateway"}),
        why="what another template injects is not in the input",
    ),
    "sidecar.istio.io/interceptionMode": READ,
    "status.sidecar.istio.io/port": READ,
    f"{_CAPTURE}/excludeInboundPorts": READ,
    f"{_CAPTURE}/includeInboundPorts": READ,
    "ambient.istio.io/redirection": only("disabled", why="ambient mode is not modelled"),
    # Further identities that a Service's clients accept; the gateway's own is among them already.
    **dict.fromkeys(
        ("alpha.istio.io/canonical-serviceaccounts", "alpha.istio.io/kubernetes-serviceaccounts"), INERT
    ),
    # Which of several equal endpoints is preferred.
    "networking.istio.io/traffic-distribution": INERT,
    # Ambient mode and the Kubernetes Gateway API, which are refused where they are switched on.
    **dict.fromkeys(
        (
            *("ambient.istio.io/bypass-inbound-capture", "ambient.istio.io/dns-capture"),
            *("ambient.istio.io/waypoint-inbound-binding", "gateway.istio.io/controller-version"),
            *("gateway.istio.io/name-override", "gateway.istio.io/service-account"),
            "networking.istio.io/service-type",
        ),
        INERT,
    ),
    # Notes of istiod and of the injector, logs, metrics, probes, resources and image of the proxy.
    **dict.fromkeys(
        (
            *("galley.istio.io/analyze-suppress", "istio.io/autoRegistrationGroup", "istio.io/rev"),
            *("istio.io/connectedAt", "istio.io/disconnectedAt", "istio.io/workloadController"),
            *("prometheus.istio.io/merge-metrics", "proxy.istio.io/overrides"),
            *("readiness.status.sidecar.istio.io/applicationPorts",),
            *("readiness.status.sidecar.istio.io/failureThreshold",),
            *("readiness.status.sidecar.istio.io/initialDelaySeconds",),
            *("readiness.status.sidecar.istio.io/periodSeconds",),
            *(
                f"sidecar.istio.io/{name}"
                for name in (
                    *("agentLogLevel", "componentLogLevel", "extraStatTags", "logLevel", "nativeSidecar"),
                    *("proxyCPU", "proxyCPULimit", "proxyImage", "proxyImageType", "proxyMemory"),
                    *("proxyMemoryLimit", "rewriteAppHTTPProbers", "statsCompression", "status"),
                    *("statsEvictionInterval", "statsFlushInterval", "statsHistogramBins"),
                    *("statsHistogramBuckets", "statsInclusionPrefixes", "statsInclusionRegexps"),
                    *("statsInclusionSuffixes", "userVolume", "userVolumeMount"),
                )
            ),
        ),
        INERT,
    ),
}

LABELS: Mapping[str, Field] = {
    "istio.io/rev": READ,
    "sidecar.istio.io/inject": READ,
    "security.istio.io/tlsMode": READ,
    "istio.io/dataplane-mode": only("none", why="ambient mode is not modelled"),
    "istio.io/use-waypoint": only("none", why="waypoints are not modelled"),
    "istio.io/ingress-use-waypoint": only("false", why="waypoints are not modelled"),
    # Names for people, metrics and operators.
    **dict.fromkeys(
        (
            *(),
            *("gateway.istio.io/managed", "gateway.networking.k8s.io/gateway-class-name"),
            *("gateway.networking.k8s.io/gateway-name", "istio.io/tag"),
            *("networking.istio.io/enable-autoallocate-ip", "networking.istio.io/gatewayPort"),
            *("operator.istio.io/component", "operator.istio.io/managed", "operator.istio.io/version"),
            *("service.istio.io/canonical-name", "service.istio.io/canonical-revision"),
            "service.istio.io/workload-name",
            *("topology.istio.io/cluster", "topology.istio.io/locality", "topology.istio.io/subzone"),
        ),
        INERT,
    ),
    # Compared over the whole input: more than one network is refused.
    "topology.istio.io/network": READ,
}

OF_CHARTS = frozenset(
    {
        *("install.operator.istio.io/owning-resource", "install.operator.istio.io/owning-resource-namespace"),
        "install.operator.istio.io/owning-resource-generation",
    }
)
"""Labels of every object of Istio's own charts; they say which installation made it."""

INTERFACES = (
    "networking.gke.io/interfaces",
    "networking.gke.io/default-interface",
    "k8s.v1.cni.cncf.io/networks",
)
"""Further network interfaces of a Pod: neither its sidecar nor its NetworkPolicies see them."""

NATIVE = "sidecar.istio.io/nativeSidecar"

INJECTED = frozenset({"istio-init", "istio-proxy", "istio-validation"})
"""The init containers that the injector adds."""

OF_ONE_REVISION = ("networking.istio.io", "security.istio.io")


def of_metadata(item: KubernetesObject) -> Iterator[str]:
    """What an object's annotations and labels, and those of its Pod template, say and the review does not know."""
    yield from _of("metadata", item.annotations, item.labels)
    if item.group in OF_ONE_REVISION and "istio.io/rev" in item.labels:
        yield "metadata.labels[istio.io/rev]: one control plane alone reads it, which proxies ask that is not modelled"
    if not makes_pods(item):
        return
    yield from _before_capture(item)
    try:
        read_capture(pod_annotations(item), pod_spec(item))
    except ValueError as error:
        yield f"traffic.sidecar.istio.io: {error}"
    if item.kind != "Pod":
        yield from _of("spec.template.metadata", pod_annotations(item), pod_labels(item))


def _before_capture(item: KubernetesObject) -> Iterator[str]:
    """Say where init containers run before istio-init: native sidecars, the default since 1.31, come first."""
    native = str(pod_annotations(item).get(NATIVE, "")).lower()
    names = [str(container.get("name")) for container in pod_spec(item).get("initContainers") or ()]
    if native == "false" and set(names) - INJECTED:
        yield f"{NATIVE} 'false': the init containers may ask before the sidecar captures, and that is not modelled"


def _of(where: str, annotations: Mapping[str, Any], labels: Mapping[str, Any]) -> Iterator[str]:
    for name, value in annotations.items():
        if name in INTERFACES:
            yield f"{where}.annotations[{name}]: further network interfaces are not modelled"
        yield from _judged(f"{where}.annotations[{name}]", name, value, ANNOTATIONS)
        if name == "proxy.istio.io/config":
            yield from _proxy_config(f"{where}.annotations[{name}]", str(value))
    for name, value in labels.items():
        if name in OF_CHARTS:
            continue
        yield from _judged(f"{where}.labels[{name}]", name, value, LABELS)


def _judged(path: str, name: str, value: Any, known: Mapping[str, Field]) -> Iterator[str]:
    domain = name.partition("/")[0]
    if "/" not in name or (domain != "istio.io" and not domain.endswith(".istio.io")):
        return
    field = known.get(name)
    if field is None:
        yield path
    elif field.values is not None and value and str(value).replace(" ", "") not in field.values:
        yield f"{path} {value!r}: {field.why}"


def _proxy_config(path: str, text: str) -> Iterator[str]:
    try:
        config = yaml.safe_load(text) or {}
    except yaml.YAMLError:
        config = None
    if not isinstance(config, Mapping):
        yield f"{path}: no YAML"
        return
    yield from (f"{path}.{name}" for name in of_proxy_config(config))
