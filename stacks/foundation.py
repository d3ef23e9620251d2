"""`foundation`: the network, its firewall and DNS, and the identities of the nodes."""

from dataclasses import dataclass

from cdktf import ITerraformDependable, TerraformStack
from cdktf_cdktf_provider_google.provider import GoogleProvider
from constructs import Construct

from egress.config.platform import Platform
from egress.vpc.firewall_rules import firewall_rules
from egress.vpc.google_apis import PRIVATE_VIP, ZONES
from egress_constructs.firewall import Firewall, FirewallProps
from egress_constructs.nat import Nat, NatProps
from egress_constructs.network import PODS, SERVICES, Network, NetworkProps
from egress_constructs.node_service_account import NodeServiceAccount, NodeServiceAccountProps
from egress_constructs.private_dns_zone import PrivateDnsZone, PrivateDnsZoneProps
from egress_constructs.project_services import ProjectServices, ProjectServicesProps
from egress_constructs.state_backend import declare_backend

APIS = (
    "compute.googleapis.com",
    "dns.googleapis.com",
    "container.googleapis.com",
    # Not in the tutorial, where gcloud or the console enables them: service accounts and their roles,
    # tokens for Workload Identity, and the bucket.
    "cloudresourcemanager.googleapis.com",
    "iam.googleapis.com",
    "iamcredentials.googleapis.com",
    "storage.googleapis.com",
)

APPLICATION_NODES = "sa-application-nodes"
GATEWAY_NODES = "sa-gateway-nodes"


@dataclass(frozen=True, kw_only=True)
class FoundationOutputs:
    """What the cluster stack reads: ids, range names and service account addresses."""

    network: str
    subnet: str
    pods_range: str
    services_range: str
    application_nodes: str
    gateway_nodes: str


class FoundationStack(TerraformStack):
    """Everything that exists before there is a cluster."""

    def __init__(self, scope: Construct, id_: str, *, platform: Platform) -> None:
        super().__init__(scope, id_)
        declare_backend(self, platform.backend)
        project, settings = platform.project, platform.network
        GoogleProvider(self, "google", project=project.id, region=project.region)

        services = ProjectServices(
            self, "project-services", ProjectServicesProps(project=project.id, services=APIS)
        )
        enabled: list[ITerraformDependable] = list(services.enabled)
        network = Network(
            self,
            "network",
            NetworkProps(
                name=settings.name,
                subnet=settings.subnet.name,
                nodes=settings.subnet.nodes,
                pods=settings.subnet.pods,
                services=settings.subnet.services,
                region=project.region,
                depends_on=enabled,
            ),
        )
        Nat(
            self,
            "nat",
            NatProps(
                router=settings.nat.router,
                name=settings.nat.name,
                network=network.vpc.id,
                region=project.region,
            ),
        )
        application_nodes = NodeServiceAccount(
            self,
            APPLICATION_NODES,
            NodeServiceAccountProps(
                account_id=APPLICATION_NODES,
                description="SA for application nodes",
                project=project.id,
                depends_on=enabled,
            ),
        )
        gateway_nodes = NodeServiceAccount(
            self,
            GATEWAY_NODES,
            NodeServiceAccountProps(
                account_id=GATEWAY_NODES,
                description="SA for gateway nodes",
                project=project.id,
                depends_on=enabled,
            ),
        )
        Firewall(
            self,
            "firewall",
            FirewallProps(
                network=network.vpc.id,
                gateway_nodes=gateway_nodes.account.email,
                rules=firewall_rules(platform),
            ),
        )
        for zone in ZONES:
            PrivateDnsZone(
                self,
                zone.name,
                PrivateDnsZoneProps(zone=zone, vip=PRIVATE_VIP, network=network.vpc.id, depends_on=enabled),
            )
        self.outputs = FoundationOutputs(
            network=network.vpc.id,
            subnet=network.subnet.id,
            pods_range=PODS,
            services_range=SERVICES,
            application_nodes=application_nodes.account.email,
            gateway_nodes=gateway_nodes.account.email,
        )
