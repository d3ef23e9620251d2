"""What the stacks say, read once: the VPC, the Kubernetes objects with their addresses, the workloads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from egress.proof.cluster import helm
from egress.proof.cluster.objects import Addressed, kubernetes_objects
from egress.proof.cluster.pods import PodRequest, from_deployment
from egress.proof.errors import ProofError
from egress.proof.network.vpc import ImitatedVpc, read_vpc
from egress.proof.toolchain.tools import Tools
from egress.terraform import Resource, read_stacks, resolve


@dataclass(frozen=True)
class Deployed:
    """The input of the proof: cdktf.out as Terraform would deploy it."""

    vpc: ImitatedVpc
    objects: tuple[Addressed, ...]
    charts: Mapping[str, str] = field(default_factory=dict)
    """The version of each Helm release's chart, by the release's address."""

    def of_kind(self, *kinds: str) -> list[Addressed]:
        """Return the objects of some kinds."""
        return [item for item in self.objects if item.object["kind"] in kinds]

    @cached_property
    def workloads(self) -> list[PodRequest]:
        """The Pods of every Deployment; an autoscaled one has its minimum."""
        minimum: dict[tuple[str, str], int] = {}
        for item in self.of_kind("HorizontalPodAutoscaler"):
            target, metadata = item.object["spec"]["scaleTargetRef"], item.object["metadata"]
            minimum[metadata["namespace"], target["name"]] = int(item.object["spec"].get("minReplicas", 1))
        found = []
        for item in self.of_kind("Deployment"):
            deployment = item.object
            metadata, spec = deployment["metadata"], deployment["spec"]
            least = minimum.get((metadata["namespace"], metadata["name"]), 0)
            replicas = max(int(spec.get("replicas", 1)), least)
            found += from_deployment({**deployment, "spec": {**spec, "replicas": replicas}}, item.address)
        return found

    @property
    def beside_istiod(self) -> list[PodRequest]:
        """Every Pod but istiod's."""
        return [request for request in self.workloads if not is_istiod(request)]

    @property
    def control_plane(self) -> PodRequest:
        """Istiod's first Pod.

        Raises ProofError where there is none.
        """
        for request in self.workloads:
            if is_istiod(request):
                return request
        raise ProofError("the stacks install no istiod (a managed control plane cannot run here)")

    @property
    def injection(self) -> tuple[Mapping[str, Any], ...]:
        """What decides what a new Pod is given: istiod itself, and what it injects.

        A Pod keeps what it was given: where this changes, each has to be created anew, as after a roll-out.
        """
        injectors = [
            item.object
            for item in self.of_kind("ConfigMap")
            if item.object["metadata"]["name"].startswith("istio-sidecar-injector")
        ]
        return (self.control_plane.manifest, *injectors)

    @property
    def admission(self) -> dict[tuple[str, ...], Mapping[str, Any]]:
        """What decides whether a Pod is let in. A Pod that was let in stays: where this changes, each asks anew."""
        judges = ("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "Namespace")
        return {item.key: item.object for item in self.of_kind(*judges)}

    @cached_property
    def mesh_config(self) -> Addressed:
        """The ConfigMap that holds istiod's mesh configuration."""
        for item in self.of_kind("ConfigMap"):
            if "mesh" in (item.object.get("data") or {}):
                return item
        raise ProofError("no ConfigMap with a mesh configuration: the mesh stack installs no istiod")

    @cached_property
    def namespaces(self) -> list[str]:
        """The namespaces that the stacks create."""
        return [str(item.object["metadata"]["name"]) for item in self.of_kind("Namespace")]


def is_istiod(request: PodRequest) -> bool:
    """Whether a Pod is the control plane's."""
    return bool(request.manifest["metadata"]["labels"].get("app") == "istiod")


def read(out: Path, tools: Tools) -> Deployed:
    """Read an output folder of cdktf and render its Helm releases."""
    return assemble(resolve(read_stacks(out)), tools)


def assemble(resources: Sequence[Resource], tools: Tools) -> Deployed:
    """Put together what resolved resources say."""
    rendered = helm.render(resources, tools.helm, tools.charts)
    charts = {
        item.qualified_address: str(item.body["version"])
        for item in resources
        if item.type == "helm_release" and "version" in item.body
    }
    return Deployed(
        vpc=read_vpc(resources), objects=(*rendered, *kubernetes_objects(resources)), charts=charts
    )


def difference(
    before: Iterable[Addressed], after: Iterable[Addressed]
) -> tuple[list[Addressed], list[Addressed]]:
    """Return the objects to apply (new or changed) and those to delete."""
    old = {item.key: item for item in before}
    new = {item.key: item for item in after}
    changed = [item for key, item in new.items() if key not in old or old[key].object != item.object]
    gone = [item for key, item in old.items() if key not in new]
    return changed, gone


def labels_of(namespaces: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Return each namespace's labels."""
    return {n["metadata"]["name"]: dict(n["metadata"].get("labels") or {}) for n in namespaces}
