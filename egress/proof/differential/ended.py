"""Where a row of a proof's report ended, read from the report's words (egress/proof/asking/evidence.py)."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from egress.review.errors import ReviewError


class End(Enum):
    """What a request came to."""

    ADMISSION = auto()
    """The Pod that should have asked was not admitted."""
    SITE = auto()
    """A site, Google's APIs or the metadata server."""
    APPLICATION = auto()
    """A Pod's application, which the request reached."""
    POD = auto()
    """A Pod without a line in any log: its application or its sidecar."""
    PROXY = auto()
    """The sidecar in front of a Pod."""
    SIDECAR = auto()
    """The sender's own."""
    GATEWAY = auto()
    NETWORK_POLICY = auto()
    FIREWALL = auto()
    WAY_OUT = auto()
    """The subnet's or the network's way out: no Cloud NAT, no private access to Google."""
    NAME_SERVER = auto()
    NOBODY = auto()
    """Nothing listens at the address."""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A place with what the report says of it."""

    end: End
    pod: str = ""
    """NAMESPACE/POD, for a place that is one's."""
    rule: str = ""
    """The firewall rule."""
    policy: bool = False
    """A proxy's AuthorizationPolicies decided."""
    through_gateway: bool = False
    upgraded: bool = False
    """Plain HTTP arrived as HTTPS."""


_POD = r"(?P<pod>[^ /]+/[^ /,]+)"
_FORMS = (
    (r"admission", End.ADMISSION),
    (r"(?:outside|google|metadata).*", End.SITE),
    (rf"application {_POD}(?:, .*)?", End.APPLICATION),
    (_POD, End.POD),
    (rf"proxy of {_POD}(?P<policy> policy)?", End.PROXY),
    (r"sidecar(?: .*)?", End.SIDECAR),
    (r"gateway(?:(?P<policy> policy)| .*)?", End.GATEWAY),
    (r"networkpolicy(?: .*)?", End.NETWORK_POLICY),
    (r"firewall (?P<rule>\S+).*", End.FIREWALL),
    (r"(?:subnet|network): .*", End.WAY_OUT),
    (r"name server", End.NAME_SERVER),
    (r"nobody answers", End.NOBODY),
)


def parse_ended(text: str) -> Ended:
    """Read the words. Raises ReviewError for others."""
    for form, end in _FORMS:
        found = re.fullmatch(form, text)
        if found is None:
            continue
        groups = found.groupdict()
        return Ended(
            end=end,
            pod=groups.get("pod") or "",
            rule=groups.get("rule") or "",
            policy=bool(groups.get("policy")),
            through_gateway=" through the gateway" in text,
            upgraded=text.endswith("upgraded to TLS"),
        )
    raise ReviewError(f"not an end that a proof reports: {text!r}")
