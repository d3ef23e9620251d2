"""Is there a sidecar at all: what the injection webhooks select, and what a Pod changes of what they inject.

Source: Istio, manifests/charts/istio-control/istio-discovery (templates/mutatingwebhook.yaml,
files/injection-template.yaml) and pkg/kube/inject.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import yaml

from egress.review.decision.reason import Reason, Why
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.objects.pods import pod_annotations, pod_labels, pod_spec
from egress.review.objects.selectors import selects

Containers = Sequence[Mapping[str, Any]]

PROXY, INIT, VALIDATION = "istio-proxy", "istio-init", "istio-validation"
INJECT = "sidecar.istio.io/inject"
STATUS = "sidecar.istio.io/status"
"""The annotation that the injector leaves."""
REVISION, DEFAULT = "istio.io/rev", "default"
MANAGED = "asm-managed"
"""How the revisions of Google's managed control plane begin; no object of the cluster shows them."""
NEVER = frozenset({"kube-system", "kube-public", "kube-node-lease", "local-path-storage"})
"""Namespaces that the injector passes by (pkg/kube/inject/inject.go, IgnoredNamespaces)."""

CHANGES_THE_PROXY = (
    "proxy.istio.io/overrides",
    "sidecar.istio.io/userVolume",
    "sidecar.istio.io/userVolumeMount",
)
"""Annotations that put other containers, images or files in place of what is injected."""
PROXY_IMAGE = "sidecar.istio.io/proxyImage"
ISTIOS_IMAGE = re.compile(r"(?:[\w.-]+(?::\d+)?/)*proxyv2(?:[:@][\w.:-]+)?")
PASTED = re.compile(r"[\w .,:;/@*+=%\[\]{}\"'-]*")
"""What an annotation may hold that the injector pastes into its template: no line break adds arguments."""
LEVELS = re.compile(r"[\w.,:-]*")
WITH_LEVELS = tuple(f"sidecar.istio.io/{name}" for name in ("agentLogLevel", "componentLogLevel", "logLevel"))
CONFIG = "proxy.istio.io/config"
STRUCTURED = frozenset({CONFIG, STATUS})
OWN_PROXY = ("binaryPath", "configPath")
ISTIOD = re.compile(r"istiod[\w-]*\.istio-system\.svc(\.cluster\.local)?:15012")
"""Where a proxy asks for its configuration; another address is another control plane."""

INIT_FLAGS: Mapping[str, frozenset[str] | None] = {
    "-p": frozenset({"15001"}),
    "-z": frozenset({"15006"}),
    "-u": frozenset({"1337"}),
    "-m": frozenset({"REDIRECT", "TPROXY"}),
    **dict.fromkeys(("-i", "-x", "-b", "-d", "-o", "-q", "-k", "-c"), None),
}
"""The arguments that the template gives istio-init; None where the Pod's annotations state the value."""
STATED_BY: Mapping[str, tuple[str, str]] = {
    "-i": ("includeOutboundIPRanges", "*"),
    "-x": ("excludeOutboundIPRanges", ""),
    "-o": ("excludeOutboundPorts", ""),
    "-q": ("includeOutboundPorts", ""),
}


class Sidecar(NamedTuple):
    """Whether a Pod has a sidecar."""

    present: bool
    open: Reason | None = None
    """Why nobody can tell, or why nobody can tell what it does."""
    given: bool = True
    """False where the input lacks the Namespace: `present` is then what its absence of labels would mean."""


class Injector:
    """The injection of one input: its webhooks where they are given, else the revisions that it shows."""

    def __init__(self, objects: Iterable[KubernetesObject]) -> None:
        self._labels: dict[str, Mapping[str, str]] = {}
        self._hooks: list[Mapping[str, Any]] = []
        self._revisions: set[str] = set()
        for item in objects:
            if item.kind == "Namespace" and not item.group:
                self._labels[item.name] = {**item.labels, "kubernetes.io/metadata.name": item.name}
            elif item.kind == "MutatingWebhookConfiguration":
                self._hooks += [hook for hook in item.spec.get("webhooks") or () if _injects(hook)]
            elif item.kind == "Deployment" and pod_labels(item).get("app") == "istiod":
                self._revisions.add(
                    str(pod_labels(item).get(REVISION) or item.labels.get(REVISION) or _named(item))
                )

    def calls(self, namespace: str, labels: Mapping[str, str]) -> Sidecar:
        """Whether a webhook is called for a Pod of a namespace with these labels."""
        own = self._labels.get(namespace)
        space = own or {"kubernetes.io/metadata.name": namespace}
        wished = labels.get(INJECT)
        if namespace in NEVER or wished == "false":
            return Sidecar(False)
        if self._hooks:
            called = any(
                selects(hook.get("namespaceSelector"), space) and selects(hook.get("objectSelector"), labels)
                for hook in self._hooks
            )
            return Sidecar(called, given=own is not None)
        found = self._by_convention(space, labels, wished)
        return found._replace(given=own is not None)

    def _by_convention(
        self, space: Mapping[str, str], labels: Mapping[str, str], wished: str | None
    ) -> Sidecar:
        """The webhooks of Istio's charts."""
        injection = space.get("istio-injection")
        if injection is not None:
            return Sidecar(injection == "enabled")
        revision = space.get(REVISION) or ("" if REVISION in space else labels.get(REVISION, ""))
        if revision:
            return self._of_revision(revision)
        return Sidecar(wished == "true" and REVISION not in space)

    def _of_revision(self, revision: str) -> Sidecar:
        if not self._revisions or revision in self._revisions or revision.startswith(MANAGED):
            return Sidecar(True)
        return Sidecar(
            False, Reason(Why.REVISION_OPEN, revision=revision, served=tuple(sorted(self._revisions)))
        )


def sidecar(item: KubernetesObject, injector: Injector, *, gateway: bool) -> Sidecar:
    """The sidecar of a workload's Pods; a gateway has none."""
    spec, annotations = pod_spec(item), pod_annotations(item)
    if gateway:
        return Sidecar(False)
    proxies = [one for one in _containers(spec) if one.get("name") == PROXY]
    if _was_injected(spec, annotations, proxies):
        return Sidecar(True, _changed(annotations) or _started_otherwise(spec, annotations))
    wished = pod_labels(item).get(INJECT, annotations.get(INJECT))
    if spec.get("hostNetwork") or wished == "false":
        return Sidecar(False)
    found = injector.calls(item.namespace, pod_labels(item))
    if not found.present or found.open:
        return found
    return found._replace(open=_changed(annotations) or _replaced(proxies) or _own_init(spec))


def _injects(hook: Mapping[str, Any]) -> bool:
    """True for a webhook of istiod's injector, by the path or name that it is called by."""
    service = (hook.get("clientConfig") or {}).get("service") or {}
    path = str(service.get("path") or (hook.get("clientConfig") or {}).get("url") or "")
    return "/inject" in path or "sidecar-injector.istio.io" in str(hook.get("name", ""))


def _named(item: KubernetesObject) -> str:
    return item.name.removeprefix("istiod-") if item.name.startswith("istiod-") else DEFAULT


def _containers(spec: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]


def _was_injected(spec: Mapping[str, Any], annotations: Mapping[str, Any], proxies: Containers) -> bool:
    """True for Pods as they run: Istio's image as a sidecar, with what captures connections for it.

    A container that merely has the name captures nothing.
    """
    as_sidecar = any(
        ISTIOS_IMAGE.fullmatch(str(one.get("image", ""))) and "sidecar" in (one.get("args") or ())
        for one in proxies
    )
    names = {one.get("name") for one in spec.get("initContainers") or ()}
    return as_sidecar and bool(names & {INIT, VALIDATION} or STATUS in annotations)


def _changed(annotations: Mapping[str, Any]) -> Reason | None:
    """An annotation that makes the injected proxy another one."""
    for name, value in annotations.items():
        text = str(value)
        if "istio.io/" not in name:
            continue
        image = name == PROXY_IMAGE and not ISTIOS_IMAGE.fullmatch(text)
        levels = name in WITH_LEVELS and not LEVELS.fullmatch(text)
        pasted = name not in STRUCTURED and not PASTED.fullmatch(text)
        if name == CONFIG and (field := _asks_elsewhere(text)):
            return Reason(Why.SIDECAR_CHANGED, by=f"{CONFIG}, {field},")
        if name in CHANGES_THE_PROXY or image or levels or pasted:
            return Reason(Why.SIDECAR_CHANGED, by=name)
    return None


def _asks_elsewhere(text: str) -> str:
    """The field of a Pod's ProxyConfig that gives it another control plane or program; empty without one."""
    try:
        config = yaml.safe_load(text)
    except yaml.YAMLError:
        return "which is no YAML"
    stated = config if isinstance(config, Mapping) else {}
    address = stated.get("discoveryAddress")
    if address and not ISTIOD.fullmatch(str(address)):
        return "discoveryAddress"
    return next((field for field in OWN_PROXY if stated.get(field)), "")


def _replaced(proxies: Containers) -> Reason | None:
    """A container of the Pod's own that is laid over the injected proxy."""
    for one in proxies:
        image = str(one.get("image") or "auto")
        own = image != "auto" and not ISTIOS_IMAGE.fullmatch(image)
        if own or one.get("command") or one.get("args"):
            return Reason(Why.SIDECAR_CHANGED, by=f"the container {PROXY}")
    return None


def _own_init(spec: Mapping[str, Any]) -> Reason | None:
    """An init container of the Pod's own in place of the one that captures."""
    if any(one.get("name") in (INIT, VALIDATION) for one in spec.get("initContainers") or ()):
        return Reason(Why.SIDECAR_CHANGED, by=f"the init container {INIT}")
    return None


def _started_otherwise(spec: Mapping[str, Any], annotations: Mapping[str, Any]) -> Reason | None:
    """Arguments of a running Pod's istio-init that its annotations do not explain."""
    changed = Reason(Why.SIDECAR_CHANGED, by=f"the arguments of {INIT}")
    for one in spec.get("initContainers") or ():
        if one.get("name") != INIT:
            continue
        words = [str(word) for word in one.get("args") or ()]
        if words[:1] != ["istio-iptables"]:
            return changed
        flags = [word for word in words[1:] if not word.startswith("--log")]
        for flag, value in zip(flags[::2], flags[1::2], strict=False):
            allowed = INIT_FLAGS.get(flag, frozenset())
            if allowed is not None and value not in allowed:
                return changed
            if flag in STATED_BY:
                name, default = STATED_BY[flag]
                if value != str(annotations.get(f"traffic.sidecar.istio.io/{name}", default)):
                    return changed
    return None
