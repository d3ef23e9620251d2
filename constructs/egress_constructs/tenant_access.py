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

from egress.derived.tenant_access_name import ACCESS_NAME

RBAC = "rbac.authorization.k8s.io"

EVERYTHING = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
READ = ["get", "list", "watch"]

RULES = (
    (
        [""],
        [
            "configmaps",
            "endpoints",
            "persistentvolumeclaims",
            "pods",
            "secrets",
            "services",
        ],
        EVERYTHING,
    ),
    ([""], ["events", "pods/log", "pods/status", "serviceaccounts"], READ),
    (
        ["apps"],
        [
            "daemonsets",
            "deployments",
            "deployments/scale",
            "replicasets",
            "statefulsets",
            "statefulsets/scale",
        ],
        EVERYTHING,
    ),
    (["batch"], ["cronjobs", "jobs"], EVERYTHING),
    (["autoscaling"], ["horizontalpodautoscalers"], EVERYTHING),
    (["policy"], ["poddisruptionbudgets"], EVERYTHING),
    (["networking.istio.io", "security.istio.io", "networking.k8s.io"], ["*"], READ),
)
"""Workloads to run, policy to read: no ServiceAccount, no NetworkPolicy, no Istio object to write, and no way into
a running Pod."""

ENTER = ([""], ["pods/attach", "pods/exec", "pods/portforward"], ["create", "get"])
"""The way into running Pods, as whoever the Pod is: `kubectl exec`, `cp`, `attach` and `port-forward`."""


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
                RoleV1Rule(api_groups=groups, resources=resources, verbs=verbs)
                for groups, resources, verbs in (*RULES, *((ENTER,) if props.enter else ()))
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
