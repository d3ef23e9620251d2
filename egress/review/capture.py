"""What istio-init redirects to a Pod's sidecar: a connection that it leaves alone is nobody's to judge.

Source: files/injection-template.yaml of the istiod chart, tools/istio-iptables/pkg/capture/run.go.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from egress.review.addresses import AddressSet, Cover, networks
from egress.review.errors import Undecided

_PREFIX = "traffic.sidecar.istio.io/"
EVERYTHING = "*"


@dataclass(frozen=True, slots=True)
class Capture:
    """The redirect of a Pod, as its annotations change it."""

    inbound: str = EVERYTHING
    """`*`, or ports with commas."""
    not_inbound: frozenset[str] = frozenset({"15020", "15021", "15090"})
    outbound: str = EVERYTHING
    """`*`, or ranges with commas."""
    outbound_ports: frozenset[str] = frozenset()
    """Ports that are redirected wherever they lead."""
    not_outbound: str = ""
    """Ranges with commas."""
    not_outbound_ports: frozenset[str] = frozenset()

    def takes(self, port: int) -> bool:
        """True when a connection to a port of the Pod reaches its sidecar.

        Exclusions count only where everything is included.
        """
        if self.inbound == EVERYTHING:
            return str(port) not in self.not_inbound
        return str(port) in _listed(self.inbound)

    @property
    def sends_everything(self) -> bool:
        """True when no annotation concerns the Pod's own connections."""
        return self.outbound == EVERYTHING and not self.not_outbound and not self.not_outbound_ports

    def sends(self, port: int, addresses: AddressSet | None) -> bool:
        """True when a connection of the Pod's own goes through its sidecar.

        Raises Undecided where the addresses decide and are not known well enough.
        """
        if str(port) in self.not_outbound_ports or _within(addresses, self.not_outbound):
            return False
        if self.outbound == EVERYTHING or str(port) in self.outbound_ports:
            return True
        return _within(addresses, self.outbound)


EVERY_CONNECTION = Capture()
"""Without annotations."""


def capture_of(annotations: Mapping[str, str]) -> Capture:
    """The redirect that a Pod's annotations ask for."""
    if annotations.get("sidecar.istio.io/interceptionMode") == "NONE":
        return Capture(inbound="", outbound="")
    status = annotations.get("status.sidecar.istio.io/port", "15020")

    def stated(name: str, default: str = "") -> str:
        return annotations.get(_PREFIX + name, default)

    return Capture(
        inbound=stated("includeInboundPorts", EVERYTHING),
        not_inbound=frozenset({"15021", "15090", status, *_listed(stated("excludeInboundPorts"))}),
        outbound=stated("includeOutboundIPRanges", EVERYTHING),
        outbound_ports=frozenset(_listed(stated("includeOutboundPorts"))),
        not_outbound=stated("excludeOutboundIPRanges"),
        not_outbound_ports=frozenset(_listed(stated("excludeOutboundPorts"))),
    )


def _listed(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _within(addresses: AddressSet | None, ranges: str) -> bool:
    listed = _listed(ranges)
    if not listed:
        return False
    cover = addresses.covered_by(networks(listed)) if addresses is not None else Cover.SOME
    if cover is Cover.SOME:
        raise Undecided(f"the address decides whether the sidecar is passed ({ranges})")
    return cover is Cover.ALL
