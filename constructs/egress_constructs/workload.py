"""A team's workload: ServiceAccount, Service and Deployment of one name."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_kubernetes.deployment_v1 import (
    DeploymentV1,
    DeploymentV1Metadata,
    DeploymentV1Spec,
    DeploymentV1SpecSelector,
    DeploymentV1SpecTemplate,
    DeploymentV1SpecTemplateMetadata,
    DeploymentV1SpecTemplateSpec,
    DeploymentV1SpecTemplateSpecContainer,
    DeploymentV1SpecTemplateSpecContainerSecurityContext,
    DeploymentV1SpecTemplateSpecContainerSecurityContextCapabilities,
    DeploymentV1SpecTemplateSpecSecurityContext,
    DeploymentV1SpecTemplateSpecSecurityContextSeccompProfile,
)
from cdktf_cdktf_provider_kubernetes.service_account_v1 import ServiceAccountV1, ServiceAccountV1Metadata
from cdktf_cdktf_provider_kubernetes.service_v1 import (
    ServiceV1,
    ServiceV1Metadata,
    ServiceV1Spec,
    ServiceV1SpecPort,
)
from constructs import Construct

GOOGLE_ACCOUNT_ANNOTATION = "iam.gke.io/gcp-service-account"


@dataclass(frozen=True, kw_only=True)
class WorkloadProps:
    """`google_account` is the address the workload acts as, if any.

    `user` runs it, where Pods are held to a standard.
    """

    name: str
    namespace: str
    image: str
    command: Sequence[str]
    port: int
    replicas: int
    google_account: str | None
    user: int | None
    depends_on: Sequence[ITerraformDependable]


class Workload(Construct):
    """The tutorial's `test.yaml`, for any image."""

    def __init__(self, scope: Construct, id_: str, props: WorkloadProps) -> None:
        super().__init__(scope, id_)
        labels = {"app": props.name}
        account = ServiceAccountV1(
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
        ServiceV1(
            self,
            "service",
            metadata=ServiceV1Metadata(name=props.name, namespace=props.namespace, labels=labels),
            spec=ServiceV1Spec(
                selector=labels, port=[ServiceV1SpecPort(name="http", port=props.port, protocol="TCP")]
            ),
            depends_on=list(props.depends_on) or None,
        )
        DeploymentV1(
            self,
            "deployment",
            metadata=DeploymentV1Metadata(name=props.name, namespace=props.namespace),
            spec=DeploymentV1Spec(
                replicas=str(props.replicas),
                selector=DeploymentV1SpecSelector(match_labels=labels),
                template=DeploymentV1SpecTemplate(
                    metadata=DeploymentV1SpecTemplateMetadata(labels=labels),
                    spec=DeploymentV1SpecTemplateSpec(
                        service_account_name=props.name,
                        security_context=_as_user(props.user) if props.user else None,
                        container=[
                            DeploymentV1SpecTemplateSpecContainer(
                                name=props.name,
                                image=props.image,
                                command=list(props.command) or None,
                                image_pull_policy="IfNotPresent",
                                security_context=_without_rights() if props.user else None,
                            )
                        ],
                    ),
                ),
            ),
            depends_on=[account],
        )


def _as_user(user: int) -> DeploymentV1SpecTemplateSpecSecurityContext:
    """Return what Pod Security `restricted` asks of a Pod, and admission: a stated user that is not root."""
    return DeploymentV1SpecTemplateSpecSecurityContext(
        run_as_non_root=True,
        run_as_user=str(user),
        run_as_group=str(user),
        seccomp_profile=DeploymentV1SpecTemplateSpecSecurityContextSeccompProfile(type="RuntimeDefault"),
    )


def _without_rights() -> DeploymentV1SpecTemplateSpecContainerSecurityContext:
    """Return what it asks of a container."""
    return DeploymentV1SpecTemplateSpecContainerSecurityContext(
        allow_privilege_escalation=False,
        capabilities=DeploymentV1SpecTemplateSpecContainerSecurityContextCapabilities(drop=["ALL"]),
    )
