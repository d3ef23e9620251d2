"""What a name resolves to inside the VPC: private zones first, then the internet."""

import ipaddress
from dataclasses import dataclass, field
from typing import NamedTuple

from egress.review.decision.control import Control
from egress.review.decision.decision import Decision, Outcome
from egress.review.decision.reason import Reason, Why
from egress.review.errors import Undecided
from egress.review.network.addresses import INTERNET, AddressSet, networks
from egress.review.network.vpc import Vpc, Zone

MAX_CHAIN = 8
METADATA_NAME, METADATA_ADDRESS = "metadata.google.internal.", "169.254.169.254"
"""Answered on every Google node, whatever the zones say."""
METADATA_SERVER = networks([METADATA_ADDRESS], f"the metadata server {METADATA_ADDRESS}")
"""GKE's metadata server, asked by its name or by its address itself."""
METADATA_PORTS = (80, 8080)
"""GKE's metadata server for Pods (Dataplane V2)."""

GOOGLES = (
    *("googleapis.com", "google.com", "gcr.io", "pkg.dev", "gstatic.com", "googleusercontent.com", "goog"),
    *("run.app", "appspot.com", "cloudfunctions.net", "cloudproxy.app"),
)
"""Domains that Google's API addresses serve (Private Google Access, "Domain options")."""


def is_googles(host: str) -> bool:
    """True for a name of Google's."""
    name = host.rstrip(".").lower()
    return any(name == domain or name.endswith(f".{domain}") for domain in GOOGLES)


ANYWHERE = networks(["0.0.0.0/0"], "an address that is not known")


class Resolved(NamedTuple):
    """A name's addresses, or None where it does not resolve; the step tells which zone answers."""

    addresses: AddressSet | None
    step: Decision | None
    left_open: Undecided | None = None
    """Why nobody can tell; the addresses are then all that there are."""


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
            return Resolved(METADATA_SERVER if address == METADATA_ADDRESS else networks([address]), None)
        asked, first = host.rstrip(".").lower() + ".", None
        if self.vpc is not None and asked == METADATA_NAME:
            return Resolved(METADATA_SERVER, None)
        rule = self.vpc.answered.rule_for(asked) if self.vpc else None
        if rule is not None and not rule.bypass:
            if not rule.addresses:
                reason = Reason(Why.NAME_NOT_ANSWERED)
                return Resolved(
                    None, Decision(Control.RESPONSE_POLICY, Outcome.REFUSES, reason, rule.address)
                )
            found = networks(rule.addresses)
            reason = Reason(Why.NAME_ANSWERED, addresses=found.name)
            return Resolved(found, Decision(Control.RESPONSE_POLICY, Outcome.PASSES, reason, rule.address))
        for _ in range(MAX_CHAIN):
            zone = self._zone(asked)
            if zone is None:
                break
            first = first or zone
            addresses, alias = _lookup(zone, asked)
            if alias is None:
                left = Undecided(Reason(Why.RECORD_OPEN, host=asked.rstrip(".")), zone.address)
                return Resolved(ANYWHERE, None, left)
            if addresses:
                found = networks(addresses)
                reason = Reason(Why.NAME_HERE, addresses=found.name)
                step = Decision(Control.PRIVATE_DNS, Outcome.PASSES, reason, first.address)
                return Resolved(found, step)
            if not alias:
                reason = Reason(Why.NO_RECORD, zone=zone.dns_name)
                return Resolved(None, Decision(Control.PRIVATE_DNS, Outcome.REFUSES, reason, zone.address))
            asked = alias
        if rule is None:
            return Resolved(INTERNET, None)
        reason = Reason(Why.NAME_LET_THROUGH)
        return Resolved(INTERNET, Decision(Control.RESPONSE_POLICY, Outcome.PASSES, reason, rule.address))

    def _zone(self, name: str) -> Zone | None:
        zones = self.vpc.zones if self.vpc else ()
        fitting = [zone for zone in zones if name == zone.dns_name or name.endswith("." + zone.dns_name)]
        return max(fitting, key=lambda zone: len(zone.dns_name), default=None)


def _lookup(zone: Zone, name: str) -> tuple[tuple[str, ...], str | None]:
    """The A records or the CNAME of a name: its own, else the nearest wildcard's.

    The alias is empty without a record, None where the record does not tell what it answers.
    """
    candidates = [name]
    rest = name
    while rest != zone.dns_name and "." in rest.rstrip("."):
        rest = rest.partition(".")[2]
        candidates.append(f"*.{rest}")
    for candidate in candidates:
        if (candidate, "A") in zone.records:
            addresses = zone.records[candidate, "A"]
            return addresses, "" if addresses else None
        if (candidate, "CNAME") in zone.records:
            aliases = zone.records[candidate, "CNAME"]
            return (), aliases[0] if len(aliases) == 1 else None
    return (), ""
