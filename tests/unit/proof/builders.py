"""Values that several tests of the proof need."""

from egress.proof.network.vpc import ImitatedVpc, PacketFilterRule, Pool


def vpc(*rules: PacketFilterRule) -> ImitatedVpc:
    return ImitatedVpc(
        nodes_range="10.0.0.0/24",
        pods_range="10.1.0.0/16",
        services_range="10.2.0.0/20",
        control_plane_range="10.5.0.0/28",
        private_google_access=True,
        nat=True,
        firewall=rules,
        pools=(),
        zones=(),
        dataplane_v2=True,
        node_local_dns=True,
        cluster_name="cluster1",
        project="demo",
    )


def pool(name: str, *taints: tuple[str, str, str]) -> Pool:
    labels = (("cloud.google.com/gke-nodepool", name),)
    return Pool(name=name, address="", nodes=1, service_account="", labels=labels, taints=taints)
