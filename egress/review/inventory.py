"""What an input holds: the cluster's objects, the mesh's settings, the VPC if it is given."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from egress.review.doubts.doubt import Doubt
from egress.review.network.vpc import Vpc
from egress.review.objects.kubernetes_object import ROOT_NAMESPACE, KubernetesObject

SHOWN = 5
"""So many skipped files are named."""


@dataclass(frozen=True, kw_only=True)
class DefaultExports:
    """Who sees an object that states no exportTo."""

    services: tuple[str, ...] = ("*",)
    virtual_services: tuple[str, ...] = ("*",)
    destination_rules: tuple[str, ...] = ("*",)

    def of(self, kind: str) -> tuple[str, ...]:
        """The default of a kind of object."""
        return {"VirtualService": self.virtual_services, "DestinationRule": self.destination_rules}.get(
            kind, self.services
        )


@dataclass(frozen=True, kw_only=True)
class MeshSettings:
    """The parts of meshConfig that a verdict can hang on."""

    root_namespace: str = ROOT_NAMESPACE
    registry_only: bool = False
    trust_domain: str = "cluster.local"
    auto_mtls: bool = True
    """Proxies speak mesh mTLS to Pods with a sidecar by themselves."""
    exports: DefaultExports = DefaultExports()
    proxy: Mapping[str, Any] = field(default_factory=dict)
    """meshConfig.defaultConfig: what each proxy starts from."""
    address: str | None = None
    given: bool = False
    """False where the input holds no control plane: Istio's defaults are then stated as an assumption."""


@dataclass(frozen=True, eq=False, kw_only=True)
class RawResource:
    """A managed Terraform resource with its values resolved, whether the review judges it or not."""

    address: str
    type: str
    body: Mapping[str, Any]
    """With its meta-arguments, such as `lifecycle` and `provisioner`, as they are written."""
    written: Any = None
    """The whole block as it is written; None where the input has no such text (a plan)."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Beside:
    """A statement of the input that is no managed resource: a provider, a data source, a backend."""

    address: str
    kind: str
    body: Any


@dataclass(frozen=True, eq=False, kw_only=True)
class Inventory:
    """One reviewed state."""

    objects: tuple[KubernetesObject, ...]
    mesh: MeshSettings = field(default_factory=MeshSettings)
    vpc: Vpc | None = None
    doubts: tuple[Doubt, ...] = ()
    """What is not understood of it, each with the questions that it can touch."""
    skipped: tuple[str, ...] = ()
    """Files that hold no object of Kubernetes."""
    origin: str = ""
    """The folder or file it was read from."""
    resources: tuple[RawResource, ...] = ()
    """Every Terraform resource of the input; none where it is Kubernetes YAML."""
    beside: tuple[Beside, ...] = ()
    """Everything else that Terraform reads of the input."""
    planned: bool = False
    """Read from plans: they hold what providers fill in, which cdktf.out does not."""
    drifted: tuple[str, ...] = ()
    """What a plan found changed outside Terraform: the plan undoes it, as far as it says so."""

    @property
    def not_understood(self) -> tuple[str, ...]:
        """What is not understood, each once."""
        return tuple(dict.fromkeys(map(str, self.doubts)))

    def told(self) -> Iterator[str]:
        """What a reader of the answers has to know: what is not understood, and what was skipped."""
        named = self.not_understood
        if named:
            yield f"not understood, so that the answers which it can touch are unknown ({len(named)}):"
            yield from (f"  {one}" for one in named)
        if self.drifted:
            yield f"changed outside Terraform, as the plan found it ({len(self.drifted)}):"
            yield from (f"  {one}" for one in self.drifted)
        if self.skipped:
            shown = ", ".join(self.skipped[:SHOWN]) + (", ..." if len(self.skipped) > SHOWN else "")
            count = len(self.skipped)
            yield f"skipped {count} file{'' if count == 1 else 's'} without an object of Kubernetes: {shown}"
