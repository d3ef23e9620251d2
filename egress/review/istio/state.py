"""The mesh of one input: registry, routes, rules, sidecars and gateways, indexed once."""

from collections import defaultdict
from collections.abc import Mapping

from egress.review.inventory import Inventory
from egress.review.istio.delegation import merged
from egress.review.istio.destination_rules import DestinationRules
from egress.review.istio.peer_authentication import PeerAuthentications
from egress.review.istio.scope import Scope, sidecar_for
from egress.review.istio.services import Registry, kubernetes_service, service_entries
from egress.review.istio.virtual_services import VirtualServices, virtual_service
from egress.review.objects.injection import Injector
from egress.review.objects.kubernetes_object import KubernetesObject, of_kind
from egress.review.objects.pods import KINDS, makes_pods
from egress.review.objects.workloads import Workload, workload

SERVICE_NAME = "kubernetes.io/service-name"
MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
ENDPOINT_CONTROLLER = "endpointslice-controller.k8s.io"
"""What makes the EndpointSlices of a Service's selector."""


class Mesh:
    """Everything istiod would see."""

    def __init__(self, inventory: Inventory) -> None:
        objects = inventory.objects
        self.settings = inventory.mesh
        defaults = self.settings.exports
        self.namespaces: dict[str, Mapping[str, str]] = {}
        self.namespace_objects = {item.name: item for item in of_kind(objects, "Namespace")}
        for item in self.namespace_objects.values():
            self.namespaces[item.name] = {**item.labels, "kubernetes.io/metadata.name": item.name}
        by_kind: dict[str, list[KubernetesObject]] = defaultdict(list)
        for item in objects:
            by_kind[item.kind].append(item)
        slices: dict[tuple[str, str], list[KubernetesObject]] = defaultdict(list)
        for item in by_kind["EndpointSlice"]:
            if item.labels.get(MANAGED_BY) != ENDPOINT_CONTROLLER:
                slices[item.namespace, item.labels.get(SERVICE_NAME, "")].append(item)
        self.registry = Registry(
            [
                *(
                    kubernetes_service(i, defaults.services, slices[i.namespace, i.name])
                    for i in by_kind["Service"]
                    if i.group == ""
                ),
                *(s for i in by_kind["ServiceEntry"] for s in service_entries(i, defaults.services)),
            ]
        )
        self.virtual_services = VirtualServices(
            virtual_service(i, defaults.virtual_services)
            for i in merged(by_kind["VirtualService"], defaults.virtual_services)
        )
        self.destination_rules = DestinationRules(
            by_kind["DestinationRule"], self.settings.root_namespace, defaults.destination_rules
        )
        self.peer_authentications = PeerAuthentications(
            by_kind["PeerAuthentication"], self.settings.root_namespace
        )
        self.authorization_policies = of_kind(by_kind["AuthorizationPolicy"], "AuthorizationPolicy")
        self.sidecars: dict[str, list[KubernetesObject]] = defaultdict(list)
        for item in of_kind(by_kind["Sidecar"], "Sidecar"):
            self.sidecars[item.namespace].append(item)
        self.gateway_objects = [
            item for item in of_kind(by_kind["Gateway"], "Gateway") if item.group == "networking.istio.io"
        ]
        self.injector = Injector(objects)
        self.workloads = {
            (found.namespace, found.name): found
            for kind in KINDS
            for item in by_kind[kind]
            if makes_pods(item) and not self._made_by_another(item, by_kind)
            for found in [workload(item, self.labels_of(item.namespace), self.injector)]
        }
        self.gateways = [item for item in self.workloads.values() if item.gateway]
        self._foreign_ends = {
            (item.namespace, item.labels.get(SERVICE_NAME, ""))
            for item in by_kind["EndpointSlice"]
            if item.labels.get(MANAGED_BY) != ENDPOINT_CONTROLLER
        }
        self._scopes: dict[tuple[str, str | None], Scope] = {}
        self._by_namespace: dict[str, list[Workload]] = defaultdict(list)
        for found in self.workloads.values():
            self._by_namespace[found.namespace].append(found)

    @staticmethod
    def _made_by_another(item: KubernetesObject, by_kind: Mapping[str, list[KubernetesObject]]) -> bool:
        """True for Pods and ReplicaSets whose maker is in the input too, as in `kubectl get all`."""
        if item.owner is None:
            return False
        kind, name = item.owner
        return any(one.name == name and one.namespace == item.namespace for one in by_kind.get(kind, ()))

    def labels_of(self, namespace: str) -> Mapping[str, str]:
        """A namespace's labels; one the input does not declare has its name's label alone."""
        return self.namespaces.get(namespace) or {"kubernetes.io/metadata.name": namespace}

    def scope(self, source: Workload) -> Scope:
        """The scope of a workload's proxies."""
        sidecar = sidecar_for(self.sidecars, source.namespace, source.labels, self.settings.root_namespace)
        key = (source.namespace, sidecar.address if sidecar else None)
        if key not in self._scopes:
            self._scopes[key] = Scope(
                self.registry, self.virtual_services, source.namespace, sidecar, self.settings
            )
        return self._scopes[key]

    def shows_pods_of(self, namespace: str) -> bool:
        """True when the input has any workload of a namespace: else what its Services select is not known."""
        return namespace in self._by_namespace

    def has_foreign_ends(self, namespace: str, name: str) -> bool:
        """True for a Service that somebody else than its selector gives endpoints, by an EndpointSlice of its own."""
        return (namespace, name) in self._foreign_ends

    def pods_behind(self, namespace: str, selector: Mapping[str, str]) -> list[Workload]:
        """The workloads a Service selects."""
        if not selector:
            return []
        return [
            item
            for item in self._by_namespace.get(namespace, ())
            if all(item.labels.get(key) == value for key, value in selector.items())
        ]
