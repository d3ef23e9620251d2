"""The egress gateway's Service as it runs, held against the ports the policies name."""

from dataclasses import dataclass

from cdktf import Postcondition, TerraformResourceLifecycle
from cdktf_cdktf_provider_kubernetes.data_kubernetes_service_v1 import (
    DataKubernetesServiceV1,
    DataKubernetesServiceV1Metadata,
)
from constructs import Construct

from egress.derived import gateway
from egress.derived.gateway import Port

RESTORE = (
    "Where the mesh stack was not deployed since the configuration changed, deploy it. Where somebody changed the "
    "Service by hand, that changes nothing, since Helm compares releases alone. Put it back as the release has it: "
    f"helm -n {gateway.NAMESPACE} get manifest {gateway.RELEASE} | kubectl apply --server-side --force-conflicts -f -"
)
"""What helps, for the two causes."""


@dataclass(frozen=True, kw_only=True)
class GatewayServiceProps:
    """Where the mesh stack installed the gateway, and the ports it must offer."""

    name: str
    namespace: str
    ports: tuple[Port, ...]


class GatewayService(Construct):
    """Fails the plan when the gateway is missing or maps a port elsewhere.

    AuthorizationPolicies name the proxy's listener port. With other target ports every one of them would
    match nothing, and the gateway would refuse everything (D7).
    """

    def __init__(self, scope: Construct, id_: str, props: GatewayServiceProps) -> None:
        super().__init__(scope, id_)
        DataKubernetesServiceV1(
            self,
            "service",
            metadata=DataKubernetesServiceV1Metadata(name=props.name, namespace=props.namespace),
            lifecycle=TerraformResourceLifecycle(
                postcondition=[
                    Postcondition(
                        condition=(
                            '${contains([for p in self.spec[0].port : "${p.port}:${p.target_port}"], '
                            f'"{port.service}:{port.target}")}}'
                        ),
                        error_message=(
                            f"The egress gateway's Service must send port {port.service} to {port.target}: "
                            f"the AuthorizationPolicies name that port. {RESTORE}"
                        ),
                    )
                    for port in props.ports
                ]
            ),
        )
