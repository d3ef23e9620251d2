"""Whose requests are reviewed: the workloads and service accounts of the application namespaces."""

from collections.abc import Iterable

from egress.review.errors import ReviewError
from egress.review.istio.state import Mesh
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.objects.workloads import Workload

INFRASTRUCTURE = frozenset({"kube-system", "kube-public", "kube-node-lease", "gmp-public", "gmp-system"})
GOOGLES = "gke-managed-"
"""How the namespaces begin that GKE keeps its own Pods in."""


class Identities:
    """The identities of a mesh, found by what `--from` names."""

    def __init__(self, mesh: Mesh, objects: Iterable[KubernetesObject]) -> None:
        self._mesh = mesh
        gateways = {gateway.namespace for gateway in mesh.gateways}
        self._hidden = INFRASTRUCTURE | gateways | {mesh.settings.root_namespace}
        self._accounts: dict[str, dict[str, KubernetesObject]] = {}
        for item in objects:
            if item.kind == "ServiceAccount" and item.group == "":
                self._accounts.setdefault(item.namespace, {})[item.name] = item
        self._without_workload: dict[tuple[str, str], Workload] = {}
        self._by_account: dict[tuple[str, str], list[Workload]] = {}
        for pod in mesh.workloads.values():
            self._by_account.setdefault((pod.namespace, pod.service_account), []).append(pod)

    def all(self) -> list[Workload]:
        """Every workload, every account without one, and `default` where a namespace has neither."""
        found: list[Workload] = []
        spaces = dict.fromkeys(
            [*self._mesh.namespaces, *(n for n, _ in self._mesh.workloads), *self._accounts]
        )
        by_space: dict[str, list[Workload]] = {}
        for pod in self._mesh.workloads.values():
            by_space.setdefault(pod.namespace, []).append(pod)
        for space in spaces:
            if space in self._hidden or space.startswith(GOOGLES):
                continue
            pods = [pod for pod in by_space.get(space, ()) if not pod.gateway]
            used = {pod.service_account for pod in pods}
            alone = [name for name in self._accounts.get(space, {}) if name not in used]
            found += pods
            found += [self._account(space, name) for name in alone]
            if not pods and not alone:
                found.append(self._account(space, "default"))
        return sorted(found, key=lambda pod: (pod.namespace, pod.name))

    def find(self, source: str) -> Workload:
        """The workload that `--from` names. Raises ReviewError, with what there is."""
        namespace, _, rest = source.partition("/")
        if rest.startswith("sa/"):
            account = rest.removeprefix("sa/")
            known = self._by_account.get((namespace, account), [])
            if len(known) > 1:
                named = ", ".join(sorted(pod.identity for pod in known)[:5])
                raise ReviewError(
                    f"--from {source}: {len(known)} workloads run as it, and their requests may be answered "
                    f"differently; name one: {named}"
                )
            if known:
                return known[0]
            if namespace in self._mesh.namespaces or namespace in self._accounts:
                return self._account(namespace, account)
        found = self._mesh.workloads.get((namespace, rest))
        if found is not None:
            return found
        if rest in self._accounts.get(namespace, {}) or (namespace, rest) in self._by_account:
            return self.find(f"{namespace}/sa/{rest}")
        there = sorted(pod.identity for pod in self.all() if pod.namespace == namespace)
        spaces = sorted({pod.namespace for pod in self.all()})
        hint = f"{namespace} has {', '.join(there[:5])}" if there else f"namespaces: {', '.join(spaces[:10])}"
        raise ReviewError(f"--from {source}: no such workload in the input; {hint}")

    def running_as(self, namespace: str, account: str) -> list[Workload]:
        """The workloads that run as a ServiceAccount."""
        return list(self._by_account.get((namespace, account), ()))

    def _account(self, namespace: str, name: str) -> Workload:
        """A Pod without labels that runs as a service account."""
        if (namespace, name) in self._without_workload:
            return self._without_workload[namespace, name]
        called = self._mesh.injector.calls(namespace, {})
        declared = self._accounts.get(namespace, {}).get(name)
        found = Workload(
            namespace=namespace,
            name=f"sa/{name}",
            labels={},
            service_account=name,
            meshed=called.present,
            sidecar_open=called.open,
            injection_given=called.given,
            address=declared.address if declared else None,
        )
        self._without_workload[namespace, name] = found
        return found
