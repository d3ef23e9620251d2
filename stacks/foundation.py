"""`foundation`: the network, its firewall and DNS, and the identities of the nodes."""

from collections.abc import Mapping
from dataclasses import dataclass

from cdktf import ITerraformDependable, TerraformStack
from cdktf_cdktf_provider_google.provider import GoogleProvider
from constructs import Construct

from egress.config.platform import Platform
from egress.derived.google_services import google_services
from egress.derived.image_repositories import Repository, istio_hub, own_mirror, parse, read_by_nodes
from egress.derived.images import allowed_images
from egress.derived.vpc.dns_names import closes_names, platform_rules
from egress.derived.vpc.firewall_rules import firewall_rules
from egress.derived.vpc.gateway_destinations import knows_names
from egress.derived.vpc.google_apis import vip_range, zones
from egress_constructs.dns_query_log import DnsQueryLog, DnsQueryLogProps
from egress_constructs.docker_hub_mirror import DockerHubMirror, DockerHubMirrorProps
from egress_constructs.firewall import Firewall, FirewallProps
from egress_constructs.gateway_firewall_policy import GatewayFirewallPolicy, GatewayFirewallPolicyProps
from egress_constructs.google_beta import declare_google_beta
from egress_constructs.image_policy import ImagePolicy, ImagePolicyProps
from egress_constructs.nat import Nat, NatProps
from egress_constructs.network import PODS, SERVICES, Network, NetworkProps
from egress_constructs.node_service_account import (
    LEAST_ROLES,
    TUTORIAL_ROLES,
    NodeServiceAccount,
    NodeServiceAccountProps,
)
from egress_constructs.private_dns_zone import PrivateDnsZone, PrivateDnsZoneProps
from egress_constructs.project_services import ProjectServices, ProjectServicesProps
from egress_constructs.repository_readers import RepositoryReaders, RepositoryReadersProps
from egress_constructs.response_policy import NameRules, NameRulesProps, ResponsePolicy, ResponsePolicyProps
from egress_constructs.secrets_key import SecretsKey, SecretsKeyProps
from egress_constructs.service_perimeter import ServicePerimeter, ServicePerimeterProps
from egress_constructs.shared_network_access import SharedNetworkAccess, SharedNetworkAccessProps
from egress_constructs.state_backend import declare_backend

APPLICATION_NODES = "sa-application-nodes"
GATEWAY_NODES = "sa-gateway-nodes"


@dataclass(frozen=True, kw_only=True)
class FoundationOutputs:
    """What the cluster stack reads: ids, range names, service account addresses and the Secrets' key."""

    network: str
    subnet: str
    pods_range: str
    services_range: str
    application_nodes: str
    gateway_nodes: str
    secrets_key: str | None
    response_policy: str | None
    """The name of the network's DNS response policy, to which the egress stack adds the granted hosts."""
    gateway_firewall_policy: str | None
    """The name of the policy that lets the gateway nodes out host by host."""


class FoundationStack(TerraformStack):
    """Everything that exists before there is a cluster."""

    def __init__(self, scope: Construct, id_: str, *, platform: Platform) -> None:
        super().__init__(scope, id_)
        declare_backend(self, platform.backend)
        self._platform, project = platform, platform.project
        GoogleProvider(self, "google", project=project.id, region=project.region)

        services = ProjectServices(
            self,
            "project-services",
            ProjectServicesProps(project=project.id, services=google_services(platform)),
        )
        self._enabled: list[ITerraformDependable] = list(services.enabled)
        existing = platform.network.existing
        owner = existing.host_project if existing else None
        network, subnet = self._network()
        self._nat(network, subnet, owner)
        application_nodes = self._node_service_account(APPLICATION_NODES, "SA for application nodes")
        gateway_nodes = self._node_service_account(GATEWAY_NODES, "SA for gateway nodes")
        self._image_repositories({APPLICATION_NODES: application_nodes, GATEWAY_NODES: gateway_nodes})
        Firewall(
            self,
            "firewall",
            FirewallProps(
                network=network,
                project=owner,
                application_nodes=application_nodes,
                gateway_nodes=gateway_nodes,
                rules=firewall_rules(platform),
                log=platform.network.firewall.log,
            ),
        )
        for zone in zones(platform):
            PrivateDnsZone(
                self,
                zone.name,
                PrivateDnsZoneProps(
                    zone=zone,
                    vip=vip_range(platform.network),
                    network=network,
                    project=owner,
                    depends_on=self._enabled,
                ),
            )
        if platform.cluster.hardening.images == "listed":
            ImagePolicy(
                self,
                "image-policy",
                ImagePolicyProps(allowed=allowed_images(platform), depends_on=self._enabled),
            )
        self.outputs = FoundationOutputs(
            network=network,
            subnet=subnet,
            pods_range=existing.pods_range if existing else PODS,
            services_range=existing.services_range if existing else SERVICES,
            application_nodes=application_nodes,
            gateway_nodes=gateway_nodes,
            secrets_key=self._secrets_key(),
            response_policy=self._names(network, owner),
            gateway_firewall_policy=self._gateway_firewall_policy(network),
        )
        self._perimeter()

    def _network(self) -> tuple[str, str]:
        """The ids of the VPC and its subnet: new ones, or an existing network's, written out."""
        settings, project = self._platform.network, self._platform.project
        existing = settings.existing
        if existing is None:
            network = Network(
                self,
                "network",
                NetworkProps(
                    name=settings.name,
                    subnet=settings.subnet,
                    region=project.region,
                    firewall_policies_first=knows_names(self._platform),
                    depends_on=self._enabled,
                ),
            )
            return network.vpc.id, network.subnet.id
        if project.number is not None:
            SharedNetworkAccess(
                self,
                "shared-network-access",
                SharedNetworkAccessProps(
                    network=existing,
                    project_number=project.number,
                    region=project.region,
                    depends_on=self._enabled,
                ),
            )
        host = f"projects/{existing.host_project}"
        return (
            f"{host}/global/networks/{existing.network}",
            f"{host}/regions/{project.region}/subnetworks/{existing.subnet}",
        )

    def _nat(self, network: str, subnet: str, owner: str | None) -> None:
        settings = self._platform.network.cloud_nat
        if settings is None:
            return
        Nat(
            self,
            "nat",
            NatProps(
                settings=settings,
                network=network,
                region=self._platform.project.region,
                project=owner,
                only_subnet=subnet if owner else None,
                depends_on=self._enabled,
            ),
        )

    def _node_service_account(self, account_id: str, description: str) -> str:
        """The account's address."""
        least = self._platform.cluster.hardening.node_roles == "least"
        return NodeServiceAccount(
            self,
            account_id,
            NodeServiceAccountProps(
                account_id=account_id,
                description=description,
                project=self._platform.project.id,
                roles=LEAST_ROLES if least else TUTORIAL_ROLES,
                depends_on=self._enabled,
            ),
        ).account.email

    def _image_repositories(self, nodes: Mapping[str, str]) -> None:
        """The mirror of Docker Hub, where it is ours, and what the nodes may read."""
        project, needed = self._platform.project, list(self._enabled)
        mirror = own_mirror(self._platform)
        if mirror:
            made = DockerHubMirror(
                self,
                "docker-hub-mirror",
                DockerHubMirrorProps(
                    settings=mirror,
                    region=project.region,
                    project_number=project.number,
                    depends_on=self._enabled,
                ),
            )
            needed.append(made.repository)
        for repository in read_by_nodes(self._platform):
            RepositoryReaders(
                self,
                _readers_id(repository, self._platform),
                RepositoryReadersProps(repository=repository, readers=nodes, depends_on=needed),
            )

    def _secrets_key(self) -> str | None:
        """The id of the key under which Secrets are stored."""
        settings, project = self._platform.cluster.secrets_encryption, self._platform.project
        if settings is None or project.number is None:
            return None
        return SecretsKey(
            self,
            "secrets-key",
            SecretsKeyProps(
                settings=settings,
                project_number=project.number,
                region=project.region,
                depends_on=self._enabled,
            ),
        ).key.id

    def _names(self, network: str, owner: str | None) -> str | None:
        """The name of the network's response policy, with the rules that no grant changes; None where DNS is open."""
        settings = self._platform.network
        if settings.dns_log and settings.existing is None:
            DnsQueryLog(self, "dns-query-log", DnsQueryLogProps(network=network, depends_on=self._enabled))
        if not closes_names(self._platform):
            return None
        if settings.existing is not None:
            policy = settings.existing.response_policy
        else:
            policy = ResponsePolicy(
                self, "response-policy", ResponsePolicyProps(network=network, depends_on=self._enabled)
            ).policy.response_policy_name
        if policy:
            rules = NameRulesProps(policy=policy, project=owner, rules=platform_rules(self._platform))
            declare_google_beta(self, project=self._platform.project.id, region=self._platform.project.region)
            NameRules(self, "names", rules)
        return policy

    def _gateway_firewall_policy(self, network: str) -> str | None:
        if not knows_names(self._platform):
            return None
        return GatewayFirewallPolicy(
            self,
            "gateway-firewall-policy",
            GatewayFirewallPolicyProps(network=network, depends_on=self._enabled),
        ).policy.name

    def _perimeter(self) -> None:
        settings, number = self._platform.network.perimeter, self._platform.project.number
        if settings is not None and number is not None:
            ServicePerimeter(
                self,
                "perimeter",
                ServicePerimeterProps(settings=settings, project_number=number, depends_on=self._enabled),
            )


def _readers_id(repository: Repository, platform: Platform) -> str:
    """Return a construct's id that outlives a change of the place of Istio's images."""
    if repository == parse(istio_hub(platform)):
        return "istio-images"
    return f"images_{repository.location}_{repository.project}_{repository.name.replace('.', '_')}"
