"""From resolved Terraform resources to an inventory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from egress.review.doubts.touch import everything
from egress.review.errors import ReviewError
from egress.review.inputs import istio_charts
from egress.review.inputs.assembling import Doubtful, inventory_of_objects
from egress.review.inputs.carriers import carried, carried_or_typed, malformed_manifest
from egress.review.inputs.google_doubts import doubts_of_google
from egress.review.inputs.google_resources import read_vpc
from egress.review.inventory import Inventory, MeshSettings, RawResource
from egress.review.objects.forms import stored
from egress.review.objects.kubernetes_object import KubernetesObject, kubernetes_object
from egress.terraform.google import GoogleResource


@dataclass(frozen=True, kw_only=True)
class ResolvedResource:
    """A managed resource as a reader found it."""

    address: str
    type: str
    body: dict[str, Any]
    meta: Mapping[str, Any] = field(default_factory=dict)
    """Its meta-arguments: `lifecycle`, `provisioner`, `depends_on`."""
    written: Any = None


READ = ("kubernetes_", "helm_release", "google_")
"""How the types of the resources begin that are read one by one."""


def inventory_of(resources: Iterable[ResolvedResource], origin: str, *, strict: bool = False) -> Inventory:
    """Read objects, mesh settings and VPC from resources. Raises ReviewError."""
    objects: list[KubernetesObject] = []
    google: list[GoogleResource] = []
    settings: list[MeshSettings] = []
    doubtful = Doubtful()
    listed = list(resources)
    for item in listed:
        if not item.type.startswith(READ):
            objects += carried(item.type, item.body, item.address, doubtful)
        elif item.type == "kubernetes_manifest":
            manifest = item.body.get("manifest")
            if not isinstance(manifest, dict):
                raise ReviewError(f"{item.address}: its manifest is known only after the apply")
            problems = list(malformed_manifest(manifest))
            if problems:
                raise ReviewError(f"{item.address}: {'; '.join(problems)}")
            objects.append(kubernetes_object(stored(manifest), item.address))
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
    vpc = read_vpc(google, doubtful)
    doubtful.found.extend(doubts_of_google(google, objects))
    found = inventory_of_objects(
        objects, origin, strict=strict, vpc=vpc, settings=settings, doubtful=doubtful
    )
    return replace(found, resources=tuple(_raw(item) for item in listed))


def _raw(item: ResolvedResource) -> RawResource:
    body = {**item.body, **item.meta} if item.meta else item.body
    return RawResource(address=item.address, type=item.type, body=body, written=item.written)
