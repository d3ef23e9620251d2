"""A private zone that leads a Google domain to the addresses of Private Google Access."""

from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_google.dns_managed_zone import (
    DnsManagedZone,
    DnsManagedZonePrivateVisibilityConfig,
    DnsManagedZonePrivateVisibilityConfigNetworks,
)
from cdktf_cdktf_provider_google.dns_record_set import DnsRecordSet
from constructs import Construct

from egress.derived.vpc.google_apis import TTL, Zone, addresses


@dataclass(frozen=True, kw_only=True)
class PrivateDnsZoneProps:
    """`network` is the VPC's id, `project` its owner where that is another project.

    `vip` is the range the A record lists.
    """

    zone: Zone
    vip: str
    network: str
    project: str | None
    depends_on: list[ITerraformDependable]


class PrivateDnsZone(Construct):
    """The zone, `*.domain` as CNAME and its target as A (tutorial, "Configure private access")."""

    def __init__(self, scope: Construct, id_: str, props: PrivateDnsZoneProps) -> None:
        super().__init__(scope, id_)
        zone = DnsManagedZone(
            self,
            "zone",
            name=props.zone.name,
            project=props.project,
            dns_name=props.zone.domain,
            description=props.zone.description,
            visibility="private",
            private_visibility_config=DnsManagedZonePrivateVisibilityConfig(
                networks=[DnsManagedZonePrivateVisibilityConfigNetworks(network_url=props.network)]
            ),
            depends_on=props.depends_on,
        )
        DnsRecordSet(
            self,
            "alias",
            managed_zone=zone.name,
            project=props.project,
            name=f"*.{props.zone.domain}",
            type="CNAME",
            ttl=TTL,
            rrdatas=[props.zone.target],
        )
        DnsRecordSet(
            self,
            "address",
            managed_zone=zone.name,
            project=props.project,
            name=props.zone.target,
            type="A",
            ttl=TTL,
            rrdatas=addresses(props.vip),
        )
