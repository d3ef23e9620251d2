"""From the objects of an input to its inventory, with everything that is not understood of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence

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
        self._whole: list[tuple[str, str, Callable[[str], Touch]]] = []

    def __len__(self) -> int:
        return len(self.found) + len(self._whole)

    def add(self, address: str, told: str, touch: Touch) -> None:
        """Note one thing."""
        self.found.append(Doubt(address, told, touch))

    def add_whole(self, address: str, told: str, touch: Callable[[str], Touch]) -> None:
        """Note one thing whose touch hangs on Istio's root namespace, which is known when all is read."""
        self._whole.append((address, told, touch))

    def whole(self, root: str) -> Iterator[Doubt]:
        """The doubts that waited for the root namespace."""
        return (Doubt(address, told, touch(root)) for address, told, touch in self._whole)

    def addresses(self) -> set[str]:
        """Of what something is not understood."""
        return {doubt.address for doubt in self.found} | {address for address, _, _ in self._whole}

    def told(self) -> list[str]:
        """Each thing once."""
        whole = (f"{address}: {told}" for address, told, _ in self._whole)
        return list(dict.fromkeys((*whole, *map(str, self.found))))

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
    doubts = (
        *collected.whole(mesh.root_namespace),
        *collected.found,
        *duplicates,
        *doubts_about(listed, mesh.root_namespace),
    )
    if strict:
        refuse(doubts)
    return Inventory(
        objects=looked_at(listed), mesh=mesh, vpc=vpc, doubts=doubts, skipped=tuple(skipped), origin=origin
    )
