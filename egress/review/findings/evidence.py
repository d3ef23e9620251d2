"""What analyzers look at: the reviewed state and what was computed from it, each once."""

from collections import defaultdict
from functools import cached_property

from egress.review.answer import Answer, Verdict
from egress.review.cluster import Cluster
from egress.review.decision.decision import Outcome
from egress.review.inventory import Inventory
from egress.review.istio.authorization_policy import AuthorizationPolicy
from egress.review.istio.filter_chains import FilterChains
from egress.review.istio.gateway_servers import GatewayServers, Server
from egress.review.matrix import Matrix, Row
from egress.review.objects.kubernetes_object import KubernetesObject, of_kind
from egress.review.objects.workloads import Workload
from egress.review.path.evaluation import ask
from egress.review.request import DEFAULT_PORT, Dial, Request, Scheme
from egress.review.targets import is_other


class Evidence:
    """The evidence of one cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.matrix = Matrix(cluster)

    @property
    def inventory(self) -> Inventory:
        """The reviewed objects."""
        return self.cluster.inventory

    @property
    def identities(self) -> list[Workload]:
        """Whose requests are reviewed."""
        return self.matrix.identities

    @property
    def gateways(self) -> list[Workload]:
        """The gateway workloads."""
        return self.cluster.mesh.gateways

    @cached_property
    def egress_gateways(self) -> list[Workload]:
        """The gateways that lead out of the cluster, or whose routes the input does not have; no ingress gateway."""
        return [gateway for gateway in self.gateways if self._leads_out(gateway)]

    def _leads_out(self, gateway: Workload) -> bool:
        servers, registry = self.servers(gateway), self.cluster.mesh.registry
        listed = [server for found in servers.by_port.values() for server in found]
        destinations = {
            destination.host
            for server in listed
            for item in servers.attached(server)
            for routes in (item.http, item.tls, item.tcp)
            for route in routes
            for destination, _ in route.destinations
        }
        inside = {
            host for host in destinations if any(not service.external for service in registry.named(host))
        }
        return not destinations or bool(destinations - inside)

    def selected_gateways(self, policy: AuthorizationPolicy) -> list[Workload]:
        """The gateways out of the cluster that enforce an AuthorizationPolicy."""
        return [gateway for gateway, enforced in self._enforced if policy.address in enforced]

    @cached_property
    def _enforced(self) -> list[tuple[Workload, set[str]]]:
        return [
            (gateway, {policy.address for policy in (*index.allow, *index.deny)})
            for gateway in self.egress_gateways
            for index in [self.cluster.authorization.policies_for(gateway)]
        ]

    def holds_others(self, policy: AuthorizationPolicy) -> bool:
        """True for an AuthorizationPolicy that Pods with a sidecar, or gateways into the cluster, enforce too."""
        everywhere = policy.namespace == self.inventory.mesh.root_namespace
        pods = (
            [pod for pods in self._other_enforcers.values() for pod in pods]
            if everywhere
            else self._other_enforcers.get(policy.namespace, [])
        )
        return any(policy.selects(pod.labels) for pod in pods)

    @cached_property
    def _other_enforcers(self) -> dict[str, list[Workload]]:
        found: dict[str, list[Workload]] = defaultdict(list)
        for pod in self.cluster.mesh.workloads.values():
            if (pod.meshed or pod.gateway) and pod not in self.egress_gateways:
                found[pod.namespace].append(pod)
        return found

    @cached_property
    def policies_of_gateways(self) -> list[tuple[AuthorizationPolicy, list[Workload]]]:
        """The AuthorizationPolicies that only gateways out of the cluster enforce, with these; once each."""
        return [
            (policy, gateways)
            for policy in self.cluster.authorization.all
            if (gateways := self.selected_gateways(policy)) and not self.holds_others(policy)
        ]

    @cached_property
    def dialled(self) -> list[Answer]:
        """What Pods without a sidecar get of the first host of each pass-through port that they dial."""
        return [
            self.ask(
                source,
                "https",
                host,
                dial=Dial(kind="pod", namespace=gateway.namespace, name=gateway.name, port=server.bound),
                sidecar=False,
            )
            for gateway, server in self.passing_servers()
            for host in sorted(self.chains(gateway, server.bound).names_of(server))[:1]
            for source in self.identities
        ]

    @cached_property
    def spaces(self) -> list[str]:
        """The application namespaces."""
        return sorted({source.namespace for source in self.identities})

    @cached_property
    def platform(self) -> set[str]:
        """The namespaces whose routing objects are the platform's.

        Those of the gateways and the root namespace, and those of Gateway objects where a gateway has none
        there: a platform may keep its objects apart from its Pods.
        """
        mesh = self.cluster.mesh
        found = {gateway.namespace for gateway in self.gateways} | {mesh.settings.root_namespace}
        elsewhere: set[str] = set()
        for gateway in self.gateways:
            namespaces = {
                server.gateway.namespace
                for listed in self.servers(gateway).by_port.values()
                for server in listed
            }
            if not namespaces & found:
                elsewhere |= namespaces
        return found | elsewhere

    @cached_property
    def rows(self) -> list[Row]:
        """The rows of hosts that an identity knows something of, and of any other host."""
        return list(self.matrix.rows(every_cell=False))

    @cached_property
    def rows_by_identity(self) -> dict[str, list[Row]]:
        """The rows of each identity."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            found[row.identity].append(row)
        return found

    @cached_property
    def by_cell(self) -> dict[tuple[str, str, Scheme], Answer]:
        """The rows' answers."""
        return {(row.identity, row.host, row.scheme): row.answer for row in self.rows}

    @cached_property
    def named_rows(self) -> list[Row]:
        """The rows of named hosts, on each of their ports."""
        return [row for row in self.rows if not is_other(row.host)]

    @cached_property
    def granting(self) -> set[str]:
        """The addresses of controls that let some request pass."""
        return {
            step.address
            for answer in (*(row.answer for row in self.rows), *self.dialled)
            if answer.verdict in (Verdict.ALLOWED, Verdict.CONDITIONAL, Verdict.UNKNOWN)
            for step in answer.steps
            if step.address and step.outcome in (Outcome.PASSES, Outcome.UNKNOWN)
        }

    def objects(self, *kinds: str) -> list[KubernetesObject]:
        """The objects of some kinds."""
        return of_kind(self.inventory.objects, *kinds)

    def servers(self, gateway: Workload) -> GatewayServers:
        """A gateway's listeners."""
        return self.cluster.servers(gateway)

    def chains(self, gateway: Workload, port: int) -> FilterChains:
        """The filter chains of a gateway's port."""
        return self.cluster.listeners(gateway).chains(port)

    def passing_servers(self) -> list[tuple[Workload, Server]]:
        """The pass-through servers of every gateway."""
        return [
            (gateway, server)
            for gateway in self.gateways
            for servers in self.servers(gateway).by_port.values()
            for server in servers
            if server.passes_through
        ]

    def ask(
        self,
        source: Workload,
        scheme: Scheme,
        host: str,
        *,
        dial: Dial | None = None,
        sidecar: bool | None = None,
        authority: str = "",
    ) -> Answer:
        """One more question."""
        request = Request(
            source=source.identity,
            scheme=scheme,
            host=host,
            port=DEFAULT_PORT[scheme],
            dial=dial,
            sidecar=sidecar,
            authority=authority,
        )
        return ask(self.cluster, source, request)
