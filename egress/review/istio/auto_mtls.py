"""Auto mTLS: when a proxy speaks mesh mTLS to a Pod though no DestinationRule says so."""

from collections.abc import Sequence

from egress.review.istio.services import Service
from egress.review.istio.state import Mesh
from egress.review.objects.workloads import Workload


def takes_mesh_mtls(
    mesh: Mesh, service: Service, pods: Sequence[Workload], pod: Workload, port: int, *, by_address: bool
) -> bool:
    """True when istiod tells the proxies to speak mesh mTLS to a Pod of a Service.

    The namespace's mode is asked for the cluster, the Pod's for the endpoint; to a headless Service, whose
    cluster has no endpoints, all Pods decide together and the Pod's own mode is not asked.

    Source: model/push_context.go, BestEffortInferServiceMTLSMode; xds/endpoints/mtls_checker.go.
    """
    modes = mesh.peer_authentications
    if not mesh.settings.auto_mtls or modes.of_namespace(service.namespace).mode == "DISABLE":
        return False
    if service.headless and not all(one.takes_mtls for one in pods):
        return False
    if by_address:
        return True
    return pod.takes_mtls and modes.at(pod, port).mode != "DISABLE"
