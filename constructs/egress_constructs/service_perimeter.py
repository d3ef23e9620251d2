"""The VPC Service Controls perimeter around the project."""

from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_google.access_context_manager_service_perimeter import (
    AccessContextManagerServicePerimeter as ServicePerimeterResource,
)
from cdktf_cdktf_provider_google.access_context_manager_service_perimeter import (
    AccessContextManagerServicePerimeterStatus as Status,
)
from cdktf_cdktf_provider_google.access_context_manager_service_perimeter import (
    AccessContextManagerServicePerimeterStatusEgressPolicies as EgressPolicy,
)
from cdktf_cdktf_provider_google.access_context_manager_service_perimeter import (
    AccessContextManagerServicePerimeterStatusEgressPoliciesEgressFrom as EgressFrom,
)
from cdktf_cdktf_provider_google.access_context_manager_service_perimeter import (
    AccessContextManagerServicePerimeterStatusEgressPoliciesEgressTo as EgressTo,
)
from cdktf_cdktf_provider_google.access_context_manager_service_perimeter import (
    AccessContextManagerServicePerimeterStatusEgressPoliciesEgressToOperations as EgressOperation,
)
from cdktf_cdktf_provider_google.access_context_manager_service_perimeter import (
    AccessContextManagerServicePerimeterStatusEgressPoliciesEgressToOperationsMethodSelectors as EgressMethod,
)
from cdktf_cdktf_provider_google.access_context_manager_service_perimeter import (
    AccessContextManagerServicePerimeterStatusIngressPolicies as IngressPolicy,
)
from cdktf_cdktf_provider_google.access_context_manager_service_perimeter import (
    AccessContextManagerServicePerimeterStatusIngressPoliciesIngressFrom as IngressFrom,
)
from cdktf_cdktf_provider_google.access_context_manager_service_perimeter import (
    AccessContextManagerServicePerimeterStatusIngressPoliciesIngressFromSources as IngressSource,
)
from cdktf_cdktf_provider_google.access_context_manager_service_perimeter import (
    AccessContextManagerServicePerimeterStatusIngressPoliciesIngressTo as IngressTo,
)
from cdktf_cdktf_provider_google.access_context_manager_service_perimeter import (
    AccessContextManagerServicePerimeterStatusIngressPoliciesIngressToOperations as IngressOperation,
)
from cdktf_cdktf_provider_google.access_context_manager_service_perimeter import (
    AccessContextManagerServicePerimeterStatusIngressPoliciesIngressToOperationsMethodSelectors as IngressMethod,
)
from cdktf_cdktf_provider_google.access_context_manager_service_perimeter import (
    AccessContextManagerServicePerimeterStatusVpcAccessibleServices as AccessibleServices,
)
from constructs import Construct

from egress.config.network import CrossingIn, CrossingOut, Perimeter

ANYWHERE = "*"
EVERY_METHOD = "*"
PROTECTED = "RESTRICTED-SERVICES"
"""The APIs that the perimeter protects: from its networks no other API is reached."""


@dataclass(frozen=True, kw_only=True)
class ServicePerimeterProps:
    """`project_number` is the project that stands inside."""

    settings: Perimeter
    project_number: int
    depends_on: list[ITerraformDependable]


class ServicePerimeter(Construct):
    """A regular perimeter, enforced: nothing crosses it that `ingress` and `egress` do not name."""

    def __init__(self, scope: Construct, id_: str, props: ServicePerimeterProps) -> None:
        super().__init__(scope, id_)
        settings = props.settings
        access_policy = f"accessPolicies/{settings.access_policy}"
        project = f"projects/{props.project_number}"
        ServicePerimeterResource(
            self,
            "perimeter",
            parent=access_policy,
            name=f"{access_policy}/servicePerimeters/{settings.name}",
            title=settings.name,
            description="Whose data the project's APIs hand out and take",
            perimeter_type="PERIMETER_TYPE_REGULAR",
            status=Status(
                resources=[project],
                restricted_services=sorted(settings.services),
                vpc_accessible_services=AccessibleServices(
                    enable_restriction=True, allowed_services=[PROTECTED]
                ),
                ingress_policies=[_in(crossing, project) for crossing in settings.ingress] or None,
                egress_policies=[_out(crossing) for crossing in settings.egress] or None,
            ),
            depends_on=props.depends_on,
        )


def _in(crossing: CrossingIn, project: str) -> IngressPolicy:
    return IngressPolicy(
        ingress_from=IngressFrom(
            identities=sorted(crossing.identities), sources=[IngressSource(access_level=ANYWHERE)]
        ),
        ingress_to=IngressTo(
            resources=[project],
            operations=[
                IngressOperation(service_name=service, method_selectors=[IngressMethod(method=EVERY_METHOD)])
                for service in sorted(crossing.services)
            ],
        ),
    )


def _out(crossing: CrossingOut) -> EgressPolicy:
    return EgressPolicy(
        egress_from=EgressFrom(identities=sorted(crossing.identities)),
        egress_to=EgressTo(
            resources=[f"projects/{number}" for number in sorted(crossing.projects)],
            operations=[
                EgressOperation(service_name=service, method_selectors=[EgressMethod(method=EVERY_METHOD)])
                for service in sorted(crossing.services)
            ],
        ),
    )
