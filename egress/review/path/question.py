"""One question: a workload's request to a cluster."""

from typing import NamedTuple

from egress.review.cluster import Cluster
from egress.review.errors import ReviewError
from egress.review.istio.services import Service
from egress.review.objects.workloads import Workload
from egress.review.request import Request


class Question(NamedTuple):
    """Who asks what of which cluster."""

    cluster: Cluster
    source: Workload
    request: Request

    @property
    def dialled_pod(self) -> Workload | None:
        """The workload that is dialled, None where none is or the input has no such one."""
        dial = self.request.dial
        if dial is None or dial.kind != "pod":
            return None
        return self.cluster.mesh.workloads.get((dial.namespace, dial.name))

    @property
    def dialled_service(self) -> Service | None:
        """The Kubernetes Service at the address that the client dials. Raises ReviewError for one that is not there."""
        registry, dial = self.cluster.mesh.registry, self.request.dial
        if dial is not None and dial.kind == "service":
            found = registry.named(f"{dial.name}.{dial.namespace}.svc.cluster.local")
            if not found:
                raise ReviewError(f"--dial: no Service {dial.namespace}/{dial.name} in the input")
            return found[0]
        if dial is not None:
            return None
        named = registry.named(registry.canonical(self.request.host))
        return next((service for service in named if not service.external), None)
