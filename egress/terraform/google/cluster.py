"""The cluster and its node pools."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from egress.terraform.blocks import many, one
from egress.terraform.google.facts import Facts

EFFECTS = {
    "NO_EXECUTE": "NoExecute",
    "NO_SCHEDULE": "NoSchedule",
    "PREFER_NO_SCHEDULE": "PreferNoSchedule",
}
"""Taints' effects, as Google spells them and as Kubernetes does."""

DEFAULT_POOL = "default-pool"


@dataclass(frozen=True, kw_only=True)
class NodePoolBlock(Facts):
    """A google_container_node_pool, or a pool inside a google_container_cluster."""

    pool: str
    """Its name."""

    @property
    def service_account(self) -> str:
        """Whom the nodes act as; empty where it is not stated."""
        return str(self._config.get("service_account") or "")

    @property
    def labels(self) -> dict[str, str]:
        """The nodes' own labels."""
        return {str(key): str(value) for key, value in (self._config.get("labels") or {}).items()}

    @property
    def taints(self) -> tuple[tuple[str, str, str], ...]:
        """(key, value, effect) with the effect as Kubernetes spells it."""
        return tuple(
            (
                str(taint.get("key")),
                str(taint.get("value") or ""),
                EFFECTS.get(str(taint.get("effect")), str(taint.get("effect"))),
            )
            for taint in many(self._config.get("taint"))
        )

    @property
    def tags(self) -> tuple[str, ...]:
        """Network tags, by which firewall rules know the nodes."""
        return tuple(self._config.get("tags") or ())

    @property
    def nodes(self) -> int:
        """How many nodes it starts with, at least as many as its autoscaler keeps."""
        scaling = one(self.body.get("autoscaling"))
        least = int(scaling.get("min_node_count") or scaling.get("total_min_node_count") or 0)
        stated = self.body.get("node_count") or self.body.get("initial_node_count") or least
        return max(int(stated), least)

    @property
    def _config(self) -> Mapping[str, Any]:
        return one(self.body.get("node_config"))


class Cluster(Facts):
    """A google_container_cluster."""

    @property
    def pods_range_name(self) -> str:
        """The secondary range of the Pods; empty where it is not stated."""
        return str(self._allocation.get("cluster_secondary_range_name") or "")

    @property
    def services_range_name(self) -> str:
        """The secondary range of the Services; empty where it is not stated."""
        return str(self._allocation.get("services_secondary_range_name") or "")

    @property
    def control_plane_range(self) -> str:
        """The control plane's own range; empty where it has none."""
        return str(one(self.body.get("private_cluster_config")).get("master_ipv4_cidr_block") or "")

    @property
    def private_nodes(self) -> bool:
        """Whether the nodes have no address outside the network."""
        return bool(one(self.body.get("private_cluster_config")).get("enable_private_nodes"))

    @property
    def dataplane_v2(self) -> bool:
        """Whether Dataplane V2 enforces NetworkPolicies, and not Calico."""
        return self.body.get("datapath_provider") == "ADVANCED_DATAPATH"

    @property
    def cloud_dns(self) -> bool:
        """Whether Pods ask Cloud DNS in place of kube-dns."""
        return bool(one(self.body.get("dns_config")).get("cluster_dns") == "CLOUD_DNS")

    @property
    def node_local_dns(self) -> bool:
        """Whether Pods resolve through NodeLocal DNSCache: GKE's default since 1.34.1, unless switched off."""
        cache = one(one(self.body.get("addons_config")).get("dns_cache_config"))
        return bool(cache.get("enabled", True))

    @property
    def own_pools(self) -> Iterator[NodePoolBlock]:
        """The pools that the cluster itself makes: those in it, or the default pool where it is kept."""
        if self.switch("remove_default_node_pool") or self.switch("enable_autopilot"):
            return
        blocks = many(self.body.get("node_pool"))
        if not blocks:
            yield NodePoolBlock(address=self.address, body=self.body, pool=DEFAULT_POOL)
        for block in blocks:
            yield NodePoolBlock(address=self.address, body=block, pool=str(block.get("name")))

    @property
    def _allocation(self) -> Mapping[str, Any]:
        return one(self.body.get("ip_allocation_policy"))
