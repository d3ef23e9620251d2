"""From the objects of an input to its inventory, with everything that is not understood of it."""

from collections.abc import Iterable, Sequence

from egress.review.doubts.doubt import Doubt, refuse
from egress.review.doubts.touch import PROXIES, Touch
from egress.review.inputs.distinct import distinct
from egress.review.inputs.mesh_config import agreed, in_objects
from egress.review.inventory import Inventory, MeshSettings
from egress.review.network.vpc import Vpc
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.objects.understood import doubts_about, looked_at


class Doubtful:
    """Collects what is not understood while an input is read."""

    def __init__(self) -> None:
        self.found: list[Doubt] = []

    def add(self, address: str, told: str, touch: Touch) -> None:
        """Note one thing."""
        self.found.append(Doubt(address, told, touch))

    def of_a_control_plane(self, address: str, told: str) -> None:
        """Note a setting of a control plane, which touches every proxy."""
        self.add(address, told, Touch(points=PROXIES))


def inventory_of_objects(
    objects: Iterable[KubernetesObject],
    origin: str,
    *,
    strict: bool = False,
    vpc: Vpc | None = None,
    settings: Sequence[MeshSettings] = (),
    doubtful: Doubtful | None = None,
    skipped: Sequence[str] = (),
) -> Inventory:
    """An inventory; meshConfig is read from istiod's ConfigMaps where they are there.

    Raises ReviewError with everything that is not understood where the review is strict.
    """
    collected = doubtful or Doubtful()
    listed, duplicates = distinct(objects)
    tell = collected.of_a_control_plane
    mesh = agreed([*settings, *in_objects(listed, tell)], tell)
    doubts = (*collected.found, *duplicates, *doubts_about(listed, mesh.root_namespace))
    if strict:
        refuse(doubts)
    return Inventory(
        objects=looked_at(listed), mesh=mesh, vpc=vpc, doubts=doubts, skipped=tuple(skipped), origin=origin
    )
