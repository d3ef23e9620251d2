"""Resources of the google provider around one Pod: a network, a cluster, a NAT."""

from typing import Any

NETWORK = ("google_compute_network", {"name": "vpc", "project": "p"})
SUBNET = (
    "google_compute_subnetwork",
    {"name": "s", "network": "vpc", "ip_cidr_range": "10.0.0.0/20", "private_ip_google_access": True},
)
CLUSTER: tuple[str, dict[str, Any]] = (
    "google_container_cluster",
    {
        "name": "c",
        "network": "projects/p/global/networks/vpc",
        "datapath_provider": "ADVANCED_DATAPATH",
        "private_cluster_config": {"enable_private_nodes": True},
    },
)
NAT = (
    "google_compute_router_nat",
    {"name": "n", "source_subnetwork_ip_ranges_to_nat": "ALL_SUBNETWORKS_ALL_IP_RANGES"},
)
NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "p", "namespace": "a"},
    "spec": {"containers": []},
}
