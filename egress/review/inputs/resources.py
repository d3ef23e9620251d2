"""From resolved Terraform resources to an inventory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from egress.review.errors import ReviewError
from egress.review.inputs import istio_charts
from egress.review.inputs.distinct import distinct
from egress.review.inputs.google_resources import read_vpc
from egress.review.inputs.mesh_config import agreed, in_objects
from egress.review.inputs.typed_objects import typed_object
from egress.review.inventory import Inventory, MeshSettings, RawResource
from egress.review.objects.kubernetes_object import KubernetesObject, kubernetes_object
from egress.review.objects.understood import check
from egress.terraform.google import GoogleResource


@dataclass(frozen=True, kw_only=True)
class ResolvedResource:
    """A managed resource as a reader found it."""

    address: str
    type: str
    body: dict[str, Any]
    lifecycle: Mapping[str, Any] = field(default_factory=dict)


def inventory_of(resources: Iterable[ResolvedResource], origin: str) -> Inventory:
    """Read objects, mesh settings and VPC from resources. Raises ReviewError, all unmodelled fields at once."""
    objects: list[KubernetesObject] = []
    google: list[GoogleResource] = []
    settings: list[MeshSettings] = []
    listed = list(resources)
    for item in listed:
        if item.type == "kubernetes_manifest":
            manifest = item.body.get("manifest")
            if not isinstance(manifest, dict):
                raise ReviewError(f"{item.address}: its manifest is known only after the apply")
            objects.append(kubernetes_object(manifest, item.address))
        elif item.type.startswith("kubernetes_"):
            found = typed_object(item.type, item.body, item.address)
            objects += [found] if found else []
        elif item.type == "helm_release":
            chart = istio_charts.chart_name(item.body)
            if chart == "gateway":
                objects += istio_charts.gateway_objects(item.body, item.address)
            elif chart == "istiod":
                settings.append(istio_charts.mesh_settings(item.body, item.address))
                objects += istio_charts.istiod_objects(item.body, item.address)
            elif chart not in ("base", "cni"):
                raise ReviewError(
                    f"{item.address}: the chart {chart!r} is not modelled; render it and read the YAML"
                )
        elif item.type.startswith("google_"):
            google.append(GoogleResource(type=item.type, address=item.address, body=item.body))
    mesh = agreed([*settings, *in_objects(objects)])
    return Inventory(
        objects=check(distinct(objects)),
        mesh=mesh,
        vpc=read_vpc(google),
        origin=origin,
        resources=tuple(_raw(item) for item in listed),
    )


def _raw(item: ResolvedResource) -> RawResource:
    body = {**item.body, "lifecycle": item.lifecycle} if item.lifecycle else item.body
    return RawResource(address=item.address, type=item.type, body=body)
