"""What analyzers look at: the reviewed state and what was computed from it, each once."""

from collections import defaultdict
from functools import cached_property

from egress.review.answer import Answer, Passage, Verdict
from egress.review.inventory import Inventory
from egress.review.matrix import ANY_OTHER, Matrix, Row
from egress.review.mesh.filter_chains import FilterChains, chains_at
from egress.review.mesh.gateway_servers import GatewayServers, Server
from egress.review.objects import KubernetesObject, of_kind
from egress.review.request import DEFAULT_PORT, Dial, Request, Scheme
from egress.review.review import Review
from egress.review.workloads import Workload


class Evidence:
    """The evidence of one review."""

    def __init__(self, review: Review) -> None:
        self.review = review
        self.matrix = Matrix(review)

    @property
    def inventory(self) -> Inventory:
        """The reviewed objects."""
        return self.review.inventory

    @property
    def identities(self) -> list[Workload]:
        """Whose requests are reviewed."""
        return self.matrix.identities

    @property
    def gateways(self) -> list[Workload]:
        """The gateway workloads."""
        return self.review.mesh.gateways

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
        """The rows of named hosts."""
        return [row for row in self.rows if row.host != ANY_OTHER]

    @cached_property
    def granting(self) -> set[str]:
        """The addresses of controls that let some request pass."""
        return {
            step.address
            for row in self.rows
            if row.answer.verdict in (Verdict.ALLOWED, Verdict.CONDITIONAL, Verdict.UNKNOWN)
            for step in row.answer.steps
            if step.address and step.passage in (Passage.PASSES, Passage.UNKNOWN)
        }

    def objects(self, *kinds: str) -> list[KubernetesObject]:
        """The objects of some kinds."""
        return of_kind(self.inventory.objects, *kinds)

    def servers(self, gateway: Workload) -> GatewayServers:
        """A gateway's listeners."""
        return self.review.servers(gateway)

    def chains(self, gateway: Workload, port: int) -> FilterChains:
        """The filter chains of a gateway's port."""
        return chains_at(self.servers(gateway), port)

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
    ) -> Answer:
        """One more question."""
        request = Request(
            source=source.identity,
            scheme=scheme,
            host=host,
            port=DEFAULT_PORT[scheme],
            dial=dial,
            sidecar=sidecar,
        )
        return self.review.ask(source, request)
