"""The resources of an input, by what they are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from egress.terraform.google.cluster import Cluster, NodePoolBlock
from egress.terraform.google.facts import Facts
from egress.terraform.google.network import (
    FirewallResource,
    ManagedZone,
    Network,
    RecordSet,
    RouterNat,
    Subnetwork,
)

F = TypeVar("F", bound=Facts)


@dataclass(frozen=True, kw_only=True)
class GoogleResource:
    """A `google_*` resource with its values resolved."""

    type: str
    address: str
    body: Mapping[str, Any]


class GoogleResources:
    """Facts by the type of their resource, in the order of the input."""

    def __init__(self, resources: Iterable[GoogleResource]) -> None:
        self.all = tuple(item for item in resources if item.type.startswith("google_"))

    @cached_property
    def networks(self) -> tuple[Network, ...]:
        """The networks."""
        return self._of("google_compute_network", Network)

    @cached_property
    def subnetworks(self) -> tuple[Subnetwork, ...]:
        """The subnetworks."""
        return self._of("google_compute_subnetwork", Subnetwork)

    @cached_property
    def firewall(self) -> tuple[FirewallResource, ...]:
        """The firewall's rules."""
        return self._of("google_compute_firewall", FirewallResource)

    @cached_property
    def nats(self) -> tuple[RouterNat, ...]:
        """The Cloud NATs."""
        return self._of("google_compute_router_nat", RouterNat)

    @cached_property
    def clusters(self) -> tuple[Cluster, ...]:
        """The clusters."""
        return self._of("google_container_cluster", Cluster)

    @cached_property
    def zones(self) -> tuple[ManagedZone, ...]:
        """The DNS zones."""
        return self._of("google_dns_managed_zone", ManagedZone)

    @cached_property
    def node_pools(self) -> tuple[NodePoolBlock, ...]:
        """The node pools that are resources of their own."""
        return tuple(
            NodePoolBlock(
                address=item.address, body=item.body, pool=str(item.body.get("name") or item.address)
            )
            for item in self.all
            if item.type == "google_container_node_pool"
        )

    def records(self, zone: ManagedZone) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """A zone's records: what each name and type stands for."""
        return self._records.get(str(zone.body["name"]), {})

    @cached_property
    def _records(self) -> Mapping[str, Mapping[tuple[str, str], tuple[str, ...]]]:
        found: dict[str, dict[tuple[str, str], tuple[str, ...]]] = {}
        for record in self._of("google_dns_record_set", RecordSet):
            found.setdefault(str(record.body["managed_zone"]), {})[record.key] = record.data
        return found

    def _of(self, type_: str, facts: type[F]) -> tuple[F, ...]:
        return tuple(facts(address=item.address, body=item.body) for item in self.all if item.type == type_)
