"""What the review does not guess about: a field, a kind or an annotation that is not understood is named."""

from collections.abc import Iterable, Iterator
from typing import Any

from egress.review.doubts.doubt import Doubt, refuse
from egress.review.doubts.of_fields import touch_of
from egress.review.doubts.of_kinds import is_inert, touch_of_kind
from egress.review.doubts.of_whole import touch_of_foreign, touch_of_whole
from egress.review.doubts.touch import NOTHING, PROXIES, Touch
from egress.review.istio.delegation import missing
from egress.review.objects.api_groups import VERSIONS, deciding, is_known, knows_version, mutates_pods
from egress.review.objects.fields import shape_of, unknown_fields, without_inert
from egress.review.objects.kubernetes_object import ROOT_NAMESPACE, KubernetesObject
from egress.review.objects.mesh_headers import of_mesh_headers
from egress.review.objects.metadata import of_metadata
from egress.review.objects.pods import makes_pods, of_pods, pod_labels
from egress.review.objects.shapes import SHAPES

WITHOUT_EFFECT = frozenset({"Telemetry", "ProxyConfig", "IstioOperator"})
"""Kinds of the groups below that decide on no request; an IstioOperator's settings are read for themselves."""

HARMLESS_IN_DECIDING_GROUPS = frozenset({"Ingress", "IngressClass", "IPAddress", "ServiceCIDR"})

HARMLESS_IN_CORE = frozenset(
    {"Event", "LimitRange", "PersistentVolume", "PersistentVolumeClaim", "ResourceQuota", "Secret"}
)

MESH_CONFIG = "istio"
"""How the names of the ConfigMaps begin that hold a mesh's settings."""

NETWORK = "topology.istio.io/network"

NAMESAKES = frozenset(kind for _, kind in SHAPES)


def looked_at(objects: Iterable[KubernetesObject]) -> tuple[KubernetesObject, ...]:
    """The objects the review looks at.

    Another product's kind of the same name (a `VirtualService` that is not Istio's) is left out.
    """
    return tuple(item for item in objects if item.kind not in NAMESAKES or (item.group, item.kind) in SHAPES)


def doubts_about(objects: Iterable[KubernetesObject], root: str = ROOT_NAMESPACE) -> Iterator[Doubt]:
    """Everything that is not understood of some objects, with the questions that it can touch."""
    listed = tuple(objects)
    for item in listed:
        for problem in _problems(item):
            yield Doubt(item.address, problem, touch_of(item, problem, root))
        if _is_unknown_kind(item):
            told = f"the kind {item.kind} of {item.api_version} is not modelled"
            yield Doubt(item.address, told, touch_of_kind(item, root))
        elif not deciding(item.group) and not is_known(item.group, item.kind):
            told = f"the kind {item.kind} of {item.api_version} is not known here"
            yield Doubt(item.address, told, touch_of_foreign(item))
        elif item.kind == "MutatingWebhookConfiguration" and mutates_pods(item):
            told = "it may change Pods as they are stored: read the stored Pods (`--context`) where it does"
            yield Doubt(item.address, told, NOTHING)
        elif shape_of(item.group, item.kind) is not None and not knows_version(item.api_version):
            known = " or ".join(sorted(VERSIONS[item.group]))
            told = (
                f"apiVersion {item.api_version}: no version of {item.kind} that is known here; write {known}"
            )
            yield Doubt(item.address, told, touch_of_whole(item, root))
    yield from _networks(listed)
    yield from _delegates(listed, root)


def check(objects: Iterable[KubernetesObject]) -> tuple[KubernetesObject, ...]:
    """The objects the review looks at. Raises ReviewError with everything that is not understood."""
    listed = tuple(objects)
    refuse(doubts_about(listed))
    return looked_at(listed)


def decides(item: KubernetesObject) -> bool:
    """True for an object on which a verdict may hang."""
    if (item.group, item.kind) == ("", "ConfigMap"):
        return item.name.startswith(MESH_CONFIG)
    if not item.group:
        return item.kind not in HARMLESS_IN_CORE
    return makes_pods(item) or deciding(item.group)


def deciding_part(item: KubernetesObject) -> Any:
    """The fields of an object on which a verdict may hang."""
    shape = shape_of(item.group, item.kind)
    return item.spec if shape is None else without_inert(item.spec, shape)


def _problems(item: KubernetesObject) -> Iterator[str]:
    yield from of_metadata(item)
    yield from of_pods(item)
    shape = shape_of(item.group, item.kind)
    if shape is not None:
        yield from unknown_fields(item.spec, shape, "spec")
        if item.kind == "VirtualService":
            yield from of_mesh_headers(item.spec)


def _is_unknown_kind(item: KubernetesObject) -> bool:
    return (
        shape_of(item.group, item.kind) is None
        and deciding(item.group)
        and item.kind not in WITHOUT_EFFECT | HARMLESS_IN_DECIDING_GROUPS
        and not is_inert(item)
    )


def _delegates(objects: Iterable[KubernetesObject], root: str) -> Iterator[Doubt]:
    """The routes that are left to VirtualServices which the input does not hold."""
    ours = [item for item in objects if (item.group, item.kind) == ("networking.istio.io", "VirtualService")]
    for item, position, delegate in missing(ours):
        path = f"spec.http[{position}].delegate"
        told = f"{path}: the VirtualService {delegate} is not in the input"
        yield Doubt(item.address, told, touch_of(item, path, root))


def _networks(objects: Iterable[KubernetesObject]) -> list[Doubt]:
    """The Pods and namespaces of a second network: they are reached through a gateway of their own."""
    found: dict[str, str] = {}
    for item in objects:
        for labels in (item.labels, pod_labels(item)):
            if network := labels.get(NETWORK):
                found.setdefault(str(network), item.address)
    listed = list(found.items())
    return [
        Doubt(address, f"{NETWORK} {name!r} is a second network", Touch(points=PROXIES))
        for name, address in listed[1:]
    ]
