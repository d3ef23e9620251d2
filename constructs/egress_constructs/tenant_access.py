"""What a team's people may do in its namespaces."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_kubernetes.role_binding_v1 import (
    RoleBindingV1,
    RoleBindingV1Metadata,
    RoleBindingV1RoleRef,
    RoleBindingV1Subject,
)
from cdktf_cdktf_provider_kubernetes.role_v1 import RoleV1, RoleV1Metadata, RoleV1Rule
from constructs import Construct

from egress.derived.admission.tenant_access import ENTER, RULES
from egress.derived.tenant_access_name import ACCESS_NAME

RBAC = "rbac.authorization.k8s.io"


@dataclass(frozen=True, kw_only=True)
class TenantAccessProps:
    """`groups` are Google groups (GKE, "Google Groups for RBAC"); `enter` lets them into running Pods."""

    namespace: str
    groups: Sequence[str]
    enter: bool
    depends_on: Sequence[ITerraformDependable]


class TenantAccess(Construct):
    """A Role that runs workloads and changes no policy, bound to the team's groups."""

    def __init__(self, scope: Construct, id_: str, props: TenantAccessProps) -> None:
        super().__init__(scope, id_)
        role = RoleV1(
            self,
            "role",
            metadata=RoleV1Metadata(name=ACCESS_NAME, namespace=props.namespace),
            rule=[
                RoleV1Rule(
                    api_groups=list(rule.groups), resources=list(rule.resources), verbs=list(rule.verbs)
                )
                for rule in (*RULES, *((ENTER,) if props.enter else ()))
            ],
            depends_on=list(props.depends_on) or None,
        )
        RoleBindingV1(
            self,
            "binding",
            metadata=RoleBindingV1Metadata(name=ACCESS_NAME, namespace=props.namespace),
            role_ref=RoleBindingV1RoleRef(api_group=RBAC, kind="Role", name=ACCESS_NAME),
            subject=[
                RoleBindingV1Subject(kind="Group", name=group, api_group=RBAC) for group in props.groups
            ],
            depends_on=[role],
        )
