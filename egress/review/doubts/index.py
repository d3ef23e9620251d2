"""The doubts of one cluster, asked at every point of a request's way."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from egress.review.doubts.doubt import Doubt
from egress.review.doubts.touch import Point
from egress.review.istio.virtual_services import MESH

CLUSTER = ".svc"
"""What the names of Services have in them."""

ON_THE_MESH = frozenset({MESH})


class Doubts:
    """Found by the point that is asked; without any, asking costs next to nothing."""

    def __init__(self, doubts: Iterable[Doubt] = ()) -> None:
        self.all = tuple(doubts)
        self._at: dict[Point, list[Doubt]] = defaultdict(list)
        for doubt in self.all:
            for point in doubt.touch.points:
                self._at[point].append(doubt)

    def __bool__(self) -> bool:
        return bool(self.all)

    def at(
        self,
        point: Point,
        namespace: str,
        name: str,
        labels: Mapping[str, str],
        *,
        hosts: Collection[str] = (),
        port: int | None = None,
        gateways: frozenset[str] = ON_THE_MESH,
    ) -> list[Doubt]:
        """Those that can touch a workload at a point; `hosts` are the names that are asked for there."""
        return [
            doubt
            for doubt in self._at.get(point, ())
            if doubt.touch.whose.takes(namespace, name, labels)
            and (doubt.touch.hosts is None or not hosts or any(map(doubt.touch.concerns, hosts)))
            and (doubt.touch.ports is None or port is None or port in doubt.touch.ports)
            and (doubt.touch.gateways is None or doubt.touch.gateways & gateways)
        ]

    @property
    def hosts(self) -> set[str]:
        """The hosts outside that they name: an object that is not read may be the only one that does."""
        named = [doubt.touch.hosts for doubt in self.all if doubt.touch.hosts]
        outside = [hosts for hosts in named if not any(CLUSTER in host for host in hosts)]
        return {host for hosts in outside for host in hosts if "." in host.removeprefix("*.")}

    def of_host(self, host: str) -> tuple[int, ...]:
        """What tells two hosts apart that no object of the input names: the doubts about one and not the other."""
        return tuple(
            number
            for number, doubt in enumerate(self.all)
            if doubt.touch.hosts is not None and doubt.touch.concerns(host)
        )
