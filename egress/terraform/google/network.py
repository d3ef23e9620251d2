"""The network's resources: network, subnetwork, firewall rule, NAT, DNS zone and record."""

from collections.abc import Iterator, Mapping
from typing import Any

from egress.terraform.blocks import many
from egress.terraform.errors import TerraformError
from egress.terraform.google.block import last
from egress.terraform.google.facts import Facts

PROTOCOL_NUMBERS = {"6": "tcp", "17": "udp", "1": "icmp"}
DEFAULT_PRIORITY = 1000

Traffic = tuple[str, tuple[tuple[int, int], ...]]
"""A protocol in small letters (`all` for any) and its ranges of ports; no range stands for all."""


class Network(Facts):
    """A google_compute_network."""

    @property
    def default_route(self) -> bool:
        """Whether the network keeps its route to the internet."""
        return not self.switch("delete_default_routes_on_create")


class Subnetwork(Facts):
    """A google_compute_subnetwork."""

    @property
    def range(self) -> str:
        """The primary range, of the nodes; empty where it is not stated."""
        return self.text("ip_cidr_range")

    @property
    def secondary(self) -> Mapping[str, str]:
        """The secondary ranges by their names."""
        blocks = many(self.body.get("secondary_ip_range"))
        return {str(block["range_name"]): str(block["ip_cidr_range"]) for block in blocks}

    @property
    def private_google_access(self) -> bool:
        """Whether its machines reach Google's APIs without an address of their own."""
        return self.switch("private_ip_google_access")


class FirewallResource(Facts):
    """A google_compute_firewall."""

    @property
    def priority(self) -> int:
        """The lower, the earlier."""
        stated = self.body.get("priority")
        return DEFAULT_PRIORITY if stated is None else int(stated)

    @property
    def egress(self) -> bool:
        """Whether it is about what leaves a machine."""
        return (self.text("direction") or "INGRESS").upper() == "EGRESS"

    @property
    def allow(self) -> bool:
        """Whether it allows. Raises TerraformError where that is not to be told."""
        allow, deny = many(self.body.get("allow")), many(self.body.get("deny"))
        if bool(allow) == bool(deny):
            raise TerraformError(f"{self.address}: a rule has either allow or deny blocks")
        return bool(allow)

    @property
    def traffic(self) -> tuple[Traffic, ...]:
        """What it is about. Raises TerraformError for a port that is none."""
        blocks = many(self.body.get("allow" if self.allow else "deny"))
        return tuple(
            (_protocol(block.get("protocol")), tuple(self._ports(port) for port in block.get("ports") or ()))
            for block in blocks
        )

    def _ports(self, port: object) -> tuple[int, int]:
        low, _, high = str(port).partition("-")
        if not low.isdigit() or not (high or low).isdigit():
            raise TerraformError(f"{self.address}: {port!r} is no port or range of ports")
        return int(low), int(high or low)


def _protocol(stated: object) -> str:
    text = str(stated or "all").lower()
    return PROTOCOL_NUMBERS.get(text, text)


class RouterNat(Facts):
    """A google_compute_router_nat."""

    @property
    def serves_every_range(self) -> bool:
        """Whether it serves nodes and Pods: every range of a subnetwork."""
        option = self.text("source_subnetwork_ip_ranges_to_nat")
        listed = many(self.body.get("subnetwork")) if option == "LIST_OF_SUBNETWORKS" else ()
        return option == "ALL_SUBNETWORKS_ALL_IP_RANGES" or any(
            "ALL_IP_RANGES" in (block.get("source_ip_ranges_to_nat") or ()) for block in listed
        )


def serves(nat: RouterNat, subnetwork: Subnetwork | None, regions: Mapping[str, str]) -> bool:
    """Whether a NAT takes the packets of a subnetwork's nodes and Pods to the internet.

    `regions` are those of the routers by their names. What is not known on either side is taken to fit.
    """
    if nat.text("type") == "PRIVATE" or not nat.serves_every_range:
        return False
    if subnetwork is None:
        return True
    region, own = nat.text("region") or regions.get(last(nat.text("router")), ""), subnetwork.text("region")
    if region and own and is_known(region) and is_known(own) and last(region) != last(own):
        return False
    listed = many(nat.body.get("subnetwork")) if nat.text(OPTION) == "LIST_OF_SUBNETWORKS" else []
    return not listed or any(
        _means(str(block.get("name")), subnetwork)
        for block in listed
        if "ALL_IP_RANGES" in (block.get("source_ip_ranges_to_nat") or ())
    )


OPTION = "source_subnetwork_ip_ranges_to_nat"


def is_known(text: str) -> bool:
    """True for a text that is not left to the apply."""
    return "known after apply" not in text


def _means(named: str, subnetwork: Subnetwork) -> bool:
    """True where a name, a link or a reference means a subnetwork, or where only an apply tells."""
    if not is_known(named):
        return "google_compute_subnetwork." not in named or subnetwork.address.rpartition(".")[2] in named
    own = subnetwork.text("name")
    if not own or not is_known(own):
        return True
    region = named.partition("/regions/")[2].partition("/")[0]
    stated = subnetwork.text("region")
    return last(named) == own and (not region or not stated or not is_known(stated) or region == last(stated))


def _answers(policy: Any) -> Iterator[str]:
    """Every answer that a record's routing policy names, however it chooses (`wrr`, `geo`, `primary_backup`)."""
    if isinstance(policy, list):
        for one in policy:
            yield from _answers(one)
    elif isinstance(policy, Mapping):
        for key, value in policy.items():
            if key in ("rrdatas", "external_endpoints"):
                yield from map(str, value or ())
            elif key == "ip_address":
                yield str(value)
            else:
                yield from _answers(value)


class RecordSet(Facts):
    """A google_dns_record_set."""

    @property
    def key(self) -> tuple[str, str]:
        """Name, with its dot at the end, and type."""
        return str(self.body["name"]).lower(), self.type

    @property
    def type(self) -> str:
        """Its type in capital letters."""
        return str(self.body["type"]).upper()

    @property
    def data(self) -> tuple[str, ...]:
        """What the name stands for: one of these, where a routing policy chooses."""
        return self.texts("rrdatas") or tuple(dict.fromkeys(_answers(self.body.get("routing_policy"))))


class ManagedZone(Facts):
    """A google_dns_managed_zone."""

    @property
    def dns_name(self) -> str:
        """The domain, with its dot at the end."""
        return str(self.body["dns_name"]).lower()

    @property
    def private(self) -> bool:
        """Whether it answers inside networks alone."""
        return (self.text("visibility") or "public") == "private"

    @property
    def answers_itself(self) -> bool:
        """Whether its records answer; otherwise it asks other servers."""
        return not (many(self.body.get("forwarding_config")) or many(self.body.get("peering_config")))
