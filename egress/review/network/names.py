"""What a name resolves to inside the VPC: private zones first, then the internet."""

import ipaddress
from dataclasses import dataclass, field

from egress.review.answer import Passage, Step
from egress.review.network.addresses import INTERNET, AddressSet, networks
from egress.review.network.vpc import Vpc, Zone

CONTROL = "private DNS"
MAX_CHAIN = 8
METADATA_NAME, METADATA_ADDRESS = "metadata.google.internal.", "169.254.169.254"
"""Answered on every Google node, whatever the zones say."""
METADATA_SERVER = f"the metadata server {METADATA_ADDRESS}"
METADATA_PORTS = (80, 8080)
"""GKE's metadata server for Pods (Dataplane V2)."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A name's addresses, or None where it does not resolve; the step tells which zone answers."""

    addresses: AddressSet | None
    step: Step | None


@dataclass
class Names:
    """The names of one input; without a VPC every name is somewhere on the internet."""

    vpc: Vpc | None
    _known: dict[str, Resolved] = field(default_factory=dict)

    def resolve(self, host: str) -> Resolved:
        """Resolve a host, following CNAMEs from zone to zone."""
        if host not in self._known:
            self._known[host] = self._resolve(host)
        return self._known[host]

    def _resolve(self, host: str) -> Resolved:
        try:
            address = str(ipaddress.ip_address(host))
        except ValueError:
            pass
        else:
            return Resolved(
                networks([address], METADATA_SERVER if address == METADATA_ADDRESS else None), None
            )
        asked, first = host.rstrip(".").lower() + ".", None
        if self.vpc is not None and asked == METADATA_NAME:
            return Resolved(networks([METADATA_ADDRESS], METADATA_SERVER), None)
        rule = self.vpc.answered.rule_for(asked) if self.vpc else None
        if rule is not None and not rule.bypass:
            found = networks(rule.addresses)
            reason = f"a response policy answers with {found.name or 'nothing'}: nobody outside is asked"
            if not rule.addresses:
                return Resolved(None, Step(CONTROL, Passage.REFUSES, reason, rule.address))
            return Resolved(found, Step(CONTROL, Passage.PASSES, reason, rule.address))
        for _ in range(MAX_CHAIN):
            zone = self._zone(asked)
            if zone is None:
                break
            first = first or zone
            addresses, alias = _lookup(zone, asked)
            if addresses:
                found = networks(addresses)
                step = Step(CONTROL, Passage.PASSES, f"the name is {found.name} here", first.address)
                return Resolved(found, step)
            if not alias:
                reason = f"{zone.dns_name} is a private zone without a record for the name"
                return Resolved(None, Step(CONTROL, Passage.REFUSES, reason, zone.address))
            asked = alias
        return Resolved(INTERNET, None)

    def _zone(self, name: str) -> Zone | None:
        zones = self.vpc.zones if self.vpc else ()
        fitting = [zone for zone in zones if name == zone.dns_name or name.endswith("." + zone.dns_name)]
        return max(fitting, key=lambda zone: len(zone.dns_name), default=None)


def _lookup(zone: Zone, name: str) -> tuple[tuple[str, ...], str]:
    """The A records or the CNAME of a name: its own, else the nearest wildcard's."""
    candidates = [name]
    rest = name
    while rest != zone.dns_name and "." in rest.rstrip("."):
        rest = rest.partition(".")[2]
        candidates.append(f"*.{rest}")
    for candidate in candidates:
        if (candidate, "A") in zone.records:
            return zone.records[candidate, "A"], ""
        if (candidate, "CNAME") in zone.records:
            return (), zone.records[candidate, "CNAME"][0]
    return (), ""
