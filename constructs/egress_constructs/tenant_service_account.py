"""A ServiceAccount for workloads that a team deploys itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_kubernetes.service_account_v1 import ServiceAccountV1, ServiceAccountV1Metadata
from constructs import Construct

from egress_constructs.workload import GOOGLE_ACCOUNT_ANNOTATION


@dataclass(frozen=True, kw_only=True)
class TenantServiceAccountProps:
    """`google_account` is the address its Pods act as, if any."""

    name: str
    namespace: str
    google_account: str | None
    depends_on: Sequence[ITerraformDependable]


class TenantServiceAccount(Construct):
    """An identity that grants can name before any Pod runs under it."""

    def __init__(self, scope: Construct, id_: str, props: TenantServiceAccountProps) -> None:
        super().__init__(scope, id_)
        ServiceAccountV1(
            self,
            "service-account",
            metadata=ServiceAccountV1Metadata(
                name=props.name,
                namespace=props.namespace,
                annotations={GOOGLE_ACCOUNT_ANNOTATION: props.google_account}
                if props.google_account
                else None,
            ),
            depends_on=list(props.depends_on) or None,
        )
