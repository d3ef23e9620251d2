"""From resolved Terraform resources to an inventory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from egress.review.doubts.touch import NOTHING, Point, Touch, everything
from egress.review.inputs import google_taken, istio_charts
from egress.review.inputs.assembling import Doubtful, inventory_of_objects
from egress.review.inputs.carriers import HARMLESS, carried, carried_or_typed
from egress.review.inputs.google_doubts import doubts_of_google
from egress.review.inputs.google_resources import read_vpc
from egress.review.inputs.not_yet_known import NotYetKnown
from egress.review.inputs.taken import taken, touch_of_declared
from egress.review.inputs.typed_objects import READ as TYPED
from egress.review.inputs.typed_objects import WITHOUT_EFFECT
from egress.review.inventory import Inventory, MeshSettings, RawResource
from egress.review.objects.forms import converted
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.terraform import Unknown
from egress.terraform.blocks import one
from egress.terraform.google import GoogleResource
from egress.terraform.kubernetes import object_of


@dataclass(frozen=True, kw_only=True)
class ResolvedResource:
    """A managed resource as a reader found it."""

    address: str
    type: str
    body: dict[str, Any]
    meta: Mapping[str, Any] = field(default_factory=dict)
    """Its meta-arguments: `lifecycle`, `provisioner`, `depends_on`."""
    written: Any = None
    provisioned: bool = False
    """Whether it runs a provisioner, where its meta-arguments are not here to tell."""


@dataclass(frozen=True, kw_only=True)
class UnreadResource:
    """A resource that is declared in a way which is not read: how many there are, or what they say, is open."""

    address: str
    type: str
    body: Mapping[str, Any]
    """As it is written, with its expressions."""
    told: str


READ = ("kubernetes_", "helm_release", "google_")
"""How the types of the resources begin that are read one by one."""


def inventory_of(
    resources: Iterable[ResolvedResource],
    origin: str,
    *,
    strict: bool = False,
    unread: Iterable[UnreadResource] = (),
) -> Inventory:
    """Read objects, mesh settings and VPC from resources. Raises ReviewError."""
    objects: list[KubernetesObject] = []
    google: list[GoogleResource] = []
    settings: list[MeshSettings] = []
    doubtful = Doubtful()
    listed = list(resources)
    unresolved = list(unread)
    for left in unresolved:
        _name(left, doubtful)
    for item in listed:
        if not item.type.startswith(READ):
            provisioned = item.provisioned or bool(item.meta.get("provisioner"))
            objects += carried(item.type, item.body, item.address, doubtful, provisioned=provisioned)
        elif item.type == "kubernetes_manifest":
            objects += _of_manifest(item, doubtful)
        elif item.type.startswith("kubernetes_"):
            objects += carried_or_typed(item.type, item.body, item.address, doubtful)
        elif item.type == "helm_release":
            chart = istio_charts.chart_name(item.body)
            if chart == "gateway":
                objects += istio_charts.gateway_objects(item.body, item.address)
            elif chart == "istiod":
                tell = doubtful.of_a_control_plane
                settings.append(istio_charts.mesh_settings(item.body, item.address, tell))
                objects += istio_charts.istiod_objects(item.body, item.address)
            elif chart not in ("base", "cni"):
                told = f"the chart {chart!r} is not modelled; render it and read the YAML"
                doubtful.add(item.address, told, everything())
        elif item.type.startswith("google_"):
            google.append(GoogleResource(type=item.type, address=item.address, body=item.body))
    given = any(type_ in OF_A_NETWORK for type_ in [*(a.type for a in google), *(b.type for b in unresolved)])
    google = google_taken.taken(google, doubtful)
    vpc = read_vpc(google, doubtful, given=given)
    doubtful.found.extend(doubts_of_google(google, objects))
    found = inventory_of_objects(
        objects, origin, strict=strict, vpc=vpc, settings=settings, doubtful=doubtful
    )
    return replace(found, resources=tuple(_raw(item) for item in listed))


def _name(item: UnreadResource, doubtful: Doubtful) -> None:
    """Name a resource that is not read, with what one of its type can touch."""
    declared = _declared(item)
    if item.type.startswith("google_"):
        doubtful.add(item.address, item.told, GOOGLE)
    elif declared is not None:
        doubtful.add_whole(item.address, item.told, partial(touch_of_declared, declared))
    elif item.type.startswith(HARMLESS):
        doubtful.add(item.address, item.told, NOTHING)
    else:
        doubtful.add(item.address, item.told, everything())


def _declared(item: UnreadResource) -> Mapping[str, Any] | None:
    """The object that a resource makes, where no expression says of which kind or where it is."""
    if item.type == "kubernetes_manifest":
        found = item.body.get("manifest")
    else:
        named = object_of(item.type)
        if named is None or named[1] not in TYPED | WITHOUT_EFFECT:
            return None
        version, kind = named
        found = {
            "apiVersion": version,
            "kind": kind,
            "metadata": one(item.body.get("metadata")),
            "spec": {"any": "${}"},
        }
    if not isinstance(found, Mapping) or not isinstance(found.get("metadata"), Mapping):
        return None
    stated = (*(found.get(key) for key in NAMING), found["metadata"].get("namespace", ""))
    plain = all(isinstance(text, str) and "${" not in text for text in stated)
    return found if plain else None


def _of_manifest(item: ResolvedResource, doubtful: Doubtful) -> list[KubernetesObject]:
    manifest = item.body.get("manifest")
    if isinstance(manifest, Unknown | NotYetKnown):
        doubtful.add(item.address, "its manifest is known only after the apply", everything())
        return []
    if not isinstance(manifest, Mapping) or not all(isinstance(manifest.get(key), str) for key in NAMING):
        told = (
            "manifest: no object of Kubernetes with apiVersion, kind and metadata: no apply takes it; fix it"
        )
        doubtful.add(item.address, told, everything())
        return []
    found = taken(converted(manifest), item.address, doubtful)
    return [] if found is None else [found]


OF_A_NETWORK = ("google_compute_network", "google_compute_firewall")
"""Types with which an input tells of a VPC."""
GOOGLE = Touch(points=frozenset({Point.NAMES, Point.VPC}))
NAMING = ("apiVersion", "kind")


def _raw(item: ResolvedResource) -> RawResource:
    body = {**item.body, **item.meta} if item.meta else item.body
    return RawResource(address=item.address, type=item.type, body=body, written=item.written)
