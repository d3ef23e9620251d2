"""A node pool of the cluster."""

from dataclasses import dataclass

from cdktf_cdktf_provider_google.container_node_pool import (
    ContainerNodePool,
    ContainerNodePoolAutoscaling,
    ContainerNodePoolManagement,
    ContainerNodePoolNodeConfig,
    ContainerNodePoolNodeConfigKubeletConfig,
    ContainerNodePoolNodeConfigShieldedInstanceConfig,
    ContainerNodePoolNodeConfigTaint,
    ContainerNodePoolNodeConfigWorkloadMetadataConfig,
    ContainerNodePoolUpgradeSettings,
)
from constructs import Construct

from egress.config.cluster import Hardening
from egress.config.cluster import NodePool as NodePoolSettings


@dataclass(frozen=True, kw_only=True)
class Taint:
    """A NoSchedule taint."""

    key: str
    value: str


@dataclass(frozen=True, kw_only=True)
class NodePoolProps:
    """`cluster` is the cluster's id, `service_account` an address."""

    settings: NodePoolSettings
    hardening: Hardening
    cluster: str
    service_account: str
    taint: Taint | None = None


class NodePool(Construct):
    """Nodes under one service account, with GKE's metadata server in front of them."""

    def __init__(self, scope: Construct, id_: str, props: NodePoolProps) -> None:
        super().__init__(scope, id_)
        settings = props.settings
        self.pool = ContainerNodePool(
            self,
            "pool",
            name=settings.name,
            cluster=props.cluster,
            node_count=settings.nodes,
            autoscaling=ContainerNodePoolAutoscaling(
                min_node_count=settings.autoscaling.min, max_node_count=settings.autoscaling.max
            )
            if settings.autoscaling
            else None,
            management=ContainerNodePoolManagement(auto_repair=True, auto_upgrade=True),
            upgrade_settings=ContainerNodePoolUpgradeSettings(
                strategy="SURGE",
                max_surge=settings.surge.extra,
                max_unavailable=settings.surge.unavailable,
            )
            if settings.surge
            else None,
            node_config=_node_config(props),
        )


def _node_config(props: NodePoolProps) -> ContainerNodePoolNodeConfig:
    hardened = props.hardening.nodes
    return ContainerNodePoolNodeConfig(
        machine_type=props.settings.machine_type,
        image_type="COS_CONTAINERD" if hardened else None,
        service_account=props.service_account,
        oauth_scopes=["https://www.googleapis.com/auth/cloud-platform"],
        workload_metadata_config=ContainerNodePoolNodeConfigWorkloadMetadataConfig(mode="GKE_METADATA"),
        metadata={"disable-legacy-endpoints": "true"} if hardened else None,
        shielded_instance_config=ContainerNodePoolNodeConfigShieldedInstanceConfig(
            enable_secure_boot=True, enable_integrity_monitoring=True
        )
        if hardened
        else None,
        kubelet_config=None
        if props.hardening.kubelet_readonly_port
        else ContainerNodePoolNodeConfigKubeletConfig(insecure_kubelet_readonly_port_enabled="FALSE"),
        # GKE's spelling of the effect; a Pod's toleration writes NoSchedule.
        taint=[
            ContainerNodePoolNodeConfigTaint(
                key=props.taint.key, value=props.taint.value, effect="NO_SCHEDULE"
            )
        ]
        if props.taint
        else None,
    )
