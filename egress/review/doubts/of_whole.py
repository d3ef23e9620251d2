"""What an object can touch of which nobody knows how the cluster has it: malformed, or of an unknown version."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from egress.review.doubts.of_fields import has_touches, touch_of
from egress.review.doubts.of_kinds import is_inert, touch_of_kind
from egress.review.doubts.touch import NOTHING, PROXIES, May, Point, Touch, Whose, everything
from egress.review.objects.api_groups import (
    CONFIG_CONNECTOR,
    OF_THE_NETWORK,
    carries,
    deciding,
    is_known,
)
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.objects.pods import makes_pods

SELECTING: Mapping[str, tuple[str, ...]] = {
    "AuthorizationPolicy": ("spec.selector", "spec.action", "spec.targetRefs", "spec.targetRef"),
    "NetworkPolicy": ("spec.podSelector",),
    "VirtualService": ("spec.hosts", "spec.gateways", "spec.tls"),
}
"""The fields by which an object of a kind says whom it is for."""

INSIDE = {"AuthorizationPolicy": "spec.rules", "NetworkPolicy": "spec.egress", "VirtualService": "spec.http"}
"""A field of a kind that decides for those alone."""

MESH_CONFIG = "istio"


def touch_of_whole(item: KubernetesObject, root: str, wrong: frozenset[str] = frozenset()) -> Touch:
    """What an object can touch as a whole; `wrong` are the paths whose values say nothing."""
    if makes_pods(item) and not item.name:
        # Nobody can create it, and no other workload hangs on it.
        return NOTHING
    if (item.group, item.kind) == ("", "ConfigMap"):
        return Touch(points=PROXIES) if item.name.startswith(MESH_CONFIG) or not item.name else NOTHING
    if not has_touches(item):
        return _of_another(item, root)
    selecting = SELECTING.get(item.kind, ())
    lost = "spec" in wrong or any(path.startswith(one) for one in selecting for path in wrong)
    touch = touch_of(item, "" if lost else INSIDE.get(item.kind, ""), root)
    if item.kind == "VirtualService" and lost:
        touch = replace(touch, hosts=None, gateways=None)
    if item.kind == "AuthorizationPolicy" and lost:
        touch = replace(touch, may=May.BOTH)
    return replace(touch, hosts=None) if _host_is_lost(item, wrong) else touch


def _of_another(item: KubernetesObject, root: str) -> Touch:
    """Of an object of a kind whose fields are not looked into."""
    if is_inert(item) or (is_known(item.group, item.kind) and not deciding(item.group)):
        return NOTHING
    return touch_of_kind(item, root) if deciding(item.group) else touch_of_foreign(item)


def _host_is_lost(item: KubernetesObject, wrong: frozenset[str]) -> bool:
    fields: Any = {"ServiceEntry": ("spec.hosts",), "DestinationRule": ("spec.host",)}.get(item.kind, ())
    return bool(fields) and ("spec" in wrong or any(one in wrong for one in fields))


def touch_of_foreign(item: KubernetesObject) -> Touch:
    """What an object of a group that nobody here knows can bring about, by a controller of its own.

    What a controller makes for an object stays in the object's namespace (an owner in another one is no owner); of an
    object without a namespace, and of what installs other objects, nothing is known.
    """
    if item.group.endswith(CONFIG_CONNECTOR):
        of_the_network = item.group.startswith(OF_THE_NETWORK)
        return Touch(points=frozenset({Point.VPC, Point.NAMES})) if of_the_network else NOTHING
    if carries(item.group, item.kind) or not item.placed:
        return everything()
    return everything(whose=Whose(namespaces=frozenset({item.namespace})))
