"""PeerAuthentication: which connections a Pod's sidecar takes, mesh mTLS, plain text or both."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from egress.review.decision.reason import Reason, Why
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.objects.selectors import matches_labels
from egress.review.objects.workloads import Workload


@dataclass(frozen=True, slots=True)
class PeerMode:
    """A mode with the object that states it; without one it is Istio's default."""

    mode: str = "PERMISSIVE"
    """STRICT, PERMISSIVE or DISABLE."""
    object: KubernetesObject | None = None

    @property
    def address(self) -> str | None:
        """Where it is stated."""
        return self.object.address if self.object else None

    @property
    def reason(self) -> Reason:
        """Why it is the mode."""
        if self.object is None:
            return Reason(Why.MODE_BY_DEFAULT, mode=self.mode)
        return Reason(Why.MODE_STATED, mode=self.mode, policy=f"{self.object.namespace}/{self.object.name}")


class PeerAuthentications:
    """The policies of a mesh: the mesh's, each namespace's, and those of workloads.

    At each level the oldest one counts; what is unset is the level's above. In the root namespace a policy
    with a selector does nothing.

    Source: pilot/pkg/security/authn/policy_applier.go, ComposePeerAuthentication.
    """

    def __init__(self, items: Iterable[KubernetesObject], root_namespace: str) -> None:
        self._general: dict[str, KubernetesObject] = {}
        self._selecting: dict[str, list[KubernetesObject]] = defaultdict(list)
        for item in sorted(items, key=lambda item: item.age):
            if not _selector(item):
                self._general.setdefault(item.namespace, item)
            elif item.namespace != root_namespace:
                self._selecting[item.namespace].append(item)
        self._mesh = _stated(self._general.get(root_namespace), PeerMode())

    def of_namespace(self, namespace: str) -> PeerMode:
        """The mode of a namespace, whatever single workloads have."""
        return _stated(self._general.get(namespace), self._mesh)

    def at(self, pod: Workload, port: int) -> PeerMode:
        """The mode of a port of a Pod. `portLevelMtls` counts where the policy selects workloads, alone."""
        inherited = self.of_namespace(pod.namespace)
        for item in self._selecting.get(pod.namespace, ()):
            if matches_labels(_selector(item), pod.labels):
                own = _stated(item, inherited)
                ports: Mapping[Any, Any] = item.spec.get("portLevelMtls") or {}
                level = next((value for key, value in ports.items() if str(key) == str(port)), None)
                return _of(level, item, own)
        return inherited


def modes_of(item: KubernetesObject) -> list[str]:
    """The modes that a policy states, of its own and of its ports."""
    levels = [item.spec.get("mtls"), *(item.spec.get("portLevelMtls") or {}).values()]
    return [str(level["mode"]) for level in levels if level and level.get("mode")]


def _selector(item: KubernetesObject) -> Mapping[str, str]:
    return (item.spec.get("selector") or {}).get("matchLabels") or {}


def _stated(item: KubernetesObject | None, inherited: PeerMode) -> PeerMode:
    return _of(item.spec.get("mtls"), item, inherited) if item else inherited


def _of(mtls: Mapping[str, Any] | None, item: KubernetesObject, inherited: PeerMode) -> PeerMode:
    mode = str((mtls or {}).get("mode") or "UNSET")
    return inherited if mode == "UNSET" else PeerMode(mode, item)
