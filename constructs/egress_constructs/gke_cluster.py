"""The private GKE cluster."""

from dataclasses import dataclass

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_google.container_cluster import (
    ContainerCluster,
    ContainerClusterAddonsConfig,
    ContainerClusterAddonsConfigDnsCacheConfig,
    ContainerClusterAddonsConfigNetworkPolicyConfig,
    ContainerClusterAuthenticatorGroupsConfig,
    ContainerClusterBinaryAuthorization,
    ContainerClusterDatabaseEncryption,
    ContainerClusterDnsConfig,
    ContainerClusterFleet,
    ContainerClusterIpAllocationPolicy,
    ContainerClusterMaintenancePolicy,
    ContainerClusterMaintenancePolicyRecurringWindow,
    ContainerClusterNetworkPolicy,
    ContainerClusterNodeConfig,
    ContainerClusterNodeConfigShieldedInstanceConfig,
    ContainerClusterNodeConfigWorkloadMetadataConfig,
    ContainerClusterNodePoolDefaults,
    ContainerClusterNodePoolDefaultsNodeConfigDefaults,
    ContainerClusterReleaseChannel,
    ContainerClusterSecurityPostureConfig,
    ContainerClusterServiceExternalIpsConfig,
    ContainerClusterWorkloadIdentityConfig,
)
from constructs import Construct

from egress.config.cluster import Cluster, Hardening
from egress.derived.maintenance import recurrence
from egress_constructs.control_plane_endpoint import (
    authorized_networks,
    control_plane_endpoints,
    private_cluster,
)


@dataclass(frozen=True, kw_only=True)
class GkeClusterProps:
    """Secondary ranges by name; `node_service_account` is an address, `secrets_key` a Cloud KMS key's id.

    `fleet` is the project whose fleet the cluster joins.
    """

    settings: Cluster
    project: str
    location: str
    network: str
    subnet: str
    pods_range: str
    services_range: str
    node_service_account: str
    secrets_key: str | None = None
    fleet: str | None = None
    labels: dict[str, str] | None = None


class GkeCluster(Construct):
    """A VPC-native cluster with private nodes (tutorial, "Create a private GKE cluster").

    Its own first pool is removed at once: pools are resources of their own, so that one can change without
    the cluster. Until then that pool runs as `node_service_account`, since the Compute Engine default one may
    be forbidden; `node_config` is ignored afterwards, or each plan would replace the cluster (provider
    guide, "Using GKE with Terraform").
    """

    def __init__(self, scope: Construct, id_: str, props: GkeClusterProps) -> None:
        super().__init__(scope, id_)
        settings, hardening = props.settings, props.settings.hardening
        dataplane_v2 = settings.dataplane == "v2"
        self.cluster = ContainerCluster(
            self,
            "cluster",
            name=settings.name,
            location=props.location,
            node_locations=list(settings.node_zones) or None,
            network=props.network,
            subnetwork=props.subnet,
            networking_mode="VPC_NATIVE",
            ip_allocation_policy=ContainerClusterIpAllocationPolicy(
                cluster_secondary_range_name=props.pods_range,
                services_secondary_range_name=props.services_range,
            ),
            private_cluster_config=private_cluster(settings),
            control_plane_endpoints_config=control_plane_endpoints(settings),
            master_authorized_networks_config=authorized_networks(settings),
            release_channel=ContainerClusterReleaseChannel(channel=settings.release_channel),
            maintenance_policy=_maintenance(settings),
            datapath_provider="ADVANCED_DATAPATH" if dataplane_v2 else "LEGACY_DATAPATH",
            # Dataplane V2 enforces NetworkPolicies by itself and refuses the Calico switches.
            network_policy=None
            if dataplane_v2
            else ContainerClusterNetworkPolicy(enabled=True, provider="CALICO"),
            addons_config=_addons(settings),
            dns_config=ContainerClusterDnsConfig(cluster_dns="CLOUD_DNS", cluster_dns_scope="CLUSTER_SCOPE")
            if settings.dns == "cloud-dns"
            else None,
            workload_identity_config=ContainerClusterWorkloadIdentityConfig(
                workload_pool=f"{props.project}.svc.id.goog"
            ),
            authenticator_groups_config=ContainerClusterAuthenticatorGroupsConfig(
                security_group=f"gke-security-groups@{settings.groups_domain}"
            )
            if settings.groups_domain
            else None,
            fleet=ContainerClusterFleet(project=props.fleet) if props.fleet else None,
            resource_labels=props.labels,
            enable_shielded_nodes=True if hardening.nodes else None,
            enable_intranode_visibility=True if hardening.intranode_visibility else None,
            binary_authorization=ContainerClusterBinaryAuthorization(
                evaluation_mode="PROJECT_SINGLETON_POLICY_ENFORCE"
            )
            if hardening.images == "listed"
            else None,
            security_posture_config=ContainerClusterSecurityPostureConfig(mode="BASIC")
            if hardening.security_posture
            else None,
            service_external_ips_config=None
            if hardening.external_ips
            else ContainerClusterServiceExternalIpsConfig(enabled=False),
            database_encryption=ContainerClusterDatabaseEncryption(
                state="ENCRYPTED", key_name=props.secrets_key
            )
            if props.secrets_key
            else None,
            deletion_protection=settings.deletion_protection,
            initial_node_count=1,
            remove_default_node_pool=True,
            node_config=_first_pool(hardening, props.node_service_account),
            node_pool_defaults=_pool_defaults(hardening),
            lifecycle=TerraformResourceLifecycle(ignore_changes=["node_config"]),
        )


def _first_pool(hardening: Hardening, service_account: str) -> ContainerClusterNodeConfig:
    """An organisation's policy may forbid nodes without secure boot, even those that are removed at once."""
    return ContainerClusterNodeConfig(
        service_account=service_account,
        shielded_instance_config=ContainerClusterNodeConfigShieldedInstanceConfig(
            enable_secure_boot=True, enable_integrity_monitoring=True
        )
        if hardening.nodes
        else None,
        workload_metadata_config=ContainerClusterNodeConfigWorkloadMetadataConfig(mode="GKE_METADATA")
        if hardening.nodes
        else None,
    )


def _pool_defaults(hardening: Hardening) -> ContainerClusterNodePoolDefaults | None:
    if hardening.kubelet_readonly_port:
        return None
    return ContainerClusterNodePoolDefaults(
        node_config_defaults=ContainerClusterNodePoolDefaultsNodeConfigDefaults(
            insecure_kubelet_readonly_port_enabled="FALSE"
        )
    )


def _addons(settings: Cluster) -> ContainerClusterAddonsConfig | None:
    calico = settings.dataplane == "v1"
    cache = {"kube-dns": False, "node-local": True}.get(settings.dns or "")
    if not calico and cache is None:
        return None
    return ContainerClusterAddonsConfig(
        network_policy_config=ContainerClusterAddonsConfigNetworkPolicyConfig(disabled=False)
        if calico
        else None,
        dns_cache_config=None if cache is None else ContainerClusterAddonsConfigDnsCacheConfig(enabled=cache),
    )


def _maintenance(settings: Cluster) -> ContainerClusterMaintenancePolicy | None:
    if settings.maintenance is None:
        return None
    window = recurrence(settings.maintenance)
    return ContainerClusterMaintenancePolicy(
        recurring_window=ContainerClusterMaintenancePolicyRecurringWindow(
            start_time=window.start, end_time=window.end, recurrence=window.rule
        )
    )
