"""Every identity, destination and scheme of one input: the cells of `list`."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from egress.review.answer import Answer, Verdict
from egress.review.cell import Cell
from egress.review.cluster import Cluster
from egress.review.decision.arrival import AtSite
from egress.review.istio.hostnames import is_wildcard, overlap
from egress.review.istio.visibility import PUBLIC
from egress.review.objects.workloads import Workload
from egress.review.path.evaluation import ask
from egress.review.probes import ONE_PROBE, Probe, of_criteria, of_rules, probes
from egress.review.request import DEFAULT_PORT, Request, Scheme

ANY_OTHER = "(any other host)"
"""The row of every host that the input does not name."""

UNNAMED = "unnamed.invalid"
SCHEMES: tuple[Scheme, ...] = ("http", "https")
ALL_CELLS = 5_000
"""Up to so many cells each is a row of its own; beyond, hosts that an identity knows nothing of share one."""


class Row(NamedTuple):
    """One cell: who, where to, how, and the answer."""

    identity: str
    host: str
    scheme: Scheme
    answer: Answer

    @property
    def cell(self) -> Cell:
        """The cell without its answer."""
        return Cell(self.identity, self.scheme, self.host)


class Matrix:
    """The cells of a cluster, computed where they can differ and shared where they cannot."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.identities = cluster.identities.all()
        self.by_identity = {source.identity: source for source in self.identities}
        self.hosts = self._hosts()
        self._public, self._exported, self._wild = self._visible_hosts()
        self._shared: dict[tuple[str, Scheme, str, tuple[int, ...]], Answer] = {}
        self._policy_probes: dict[str, tuple[set[str], set[str]]] = {}
        self._route_probes: dict[str, tuple[set[str], set[str]]] = {}

    def cell(self, source: Workload, host: str, scheme: Scheme) -> Answer:
        """The answer of one cell; for paths and methods that are treated differently it is conditional."""
        if not self.known(source, host):
            return self._shared_answer(source, host, scheme)
        asked = self._probes(source, host) if scheme == "http" else ONE_PROBE
        answers = [(probe, self._ask(source, host, scheme, probe)) for probe in asked]
        verdicts = {answer.verdict for _, answer in answers}
        if len(verdicts) == 1:
            return answers[-1][1]
        if Verdict.UNKNOWN in verdicts:
            return next(answer for _, answer in answers if answer.verdict is Verdict.UNKNOWN)
        allowed = [(probe, answer) for probe, answer in answers if answer.verdict is Verdict.ALLOWED]
        refused = next(answer for _, answer in answers if answer.verdict is Verdict.REFUSED)
        return replace(
            allowed[0][1],
            verdict=Verdict.CONDITIONAL,
            client=refused.client,
            conditions=tuple(dict.fromkeys(probe.stands_for for probe, _ in allowed)),
        )

    def rows(self, *, every_cell: bool | None = None) -> Iterator[Row]:
        """The rows in order; `every_cell` None decides by how many there are."""
        if every_cell is None:
            every_cell = len(self.identities) * len(self.hosts) * len(SCHEMES) <= ALL_CELLS
        for source in self.identities:
            hosts = self.hosts if every_cell else sorted(self.known_hosts(source))
            for host in hosts:
                for scheme in SCHEMES:
                    yield Row(source.identity, host, scheme, self.cell(source, host, scheme))
            for scheme in SCHEMES:
                yield Row(source.identity, ANY_OTHER, scheme, self.other(source, scheme))

    def other(self, source: Workload, scheme: Scheme) -> Answer:
        """The answer for a host that the input does not name."""
        return self.cell(source, UNNAMED, scheme)

    def known(self, source: Workload, host: str) -> bool:
        """True when some object that names a host is visible to an identity."""
        if not source.meshed:
            return False
        return (
            host in self._public
            or host in self._exported[source.namespace]
            or any(overlap(star, host) for star in self._wild[PUBLIC] | self._wild[source.namespace])
        )

    def known_hosts(self, source: Workload) -> set[str]:
        """The hosts some object of which is visible to an identity."""
        if not source.meshed:
            return set()
        stars = self._wild[PUBLIC] | self._wild[source.namespace]
        return (
            {host for host in self.hosts if any(overlap(star, host) for star in stars)}
            if stars
            else self._public | self._exported[source.namespace]
        )

    def _shared_answer(self, source: Workload, host: str, scheme: Scheme) -> Answer:
        resolved = self.cluster.names.resolve(host).addresses
        doubted = self.cluster.doubts.of_host(host)
        key = (source.identity, scheme, resolved.name if resolved else "", doubted)
        if key not in self._shared:
            self._shared[key] = self._ask(source, host, scheme, ONE_PROBE[0])
        found = self._shared[key]
        if found.verdict is not Verdict.ALLOWED:
            return found
        shown = ANY_OTHER if host == UNNAMED else host
        assert isinstance(found.arrival, AtSite)  # noqa: S101 - nothing inside is shared
        arrival = found.arrival._replace(ends=((shown, DEFAULT_PORT[scheme]),))
        return replace(found, arrival=arrival)

    def _ask(self, source: Workload, host: str, scheme: Scheme, probe: Probe) -> Answer:
        request = Request(
            source=source.identity,
            scheme=scheme,
            host=host.replace("*", "star", 1) if is_wildcard(host) else host,
            port=DEFAULT_PORT[scheme],
            path=probe.path,
            method=probe.method,
        )
        return ask(self.cluster, source, request)

    def _hosts(self) -> list[str]:
        mesh = self.cluster.mesh
        found = set(mesh.registry.hosts)
        for item in mesh.virtual_services.all:
            found.update(host for host in item.hosts if host not in mesh.registry.hosts)
        for policy in self.cluster.authorization.all:
            for rule in policy.rules:
                found.update(host for host in rule.hosts if "*" not in host and ":" not in host)
        inside = {service.host for service in mesh.registry.services if not service.external}
        return sorted(host for host in found - inside if host != "*")

    def _visible_hosts(self) -> tuple[set[str], dict[str, set[str]], dict[str, set[str]]]:
        """Hosts that every namespace sees, those exported by name, and the stars of both."""
        public: set[str] = set()
        exported: dict[str, set[str]] = defaultdict(set)
        wild: dict[str, set[str]] = defaultdict(set)
        mesh = self.cluster.mesh
        named = [(s.host, s.export) for s in mesh.registry.services if s.external]
        named += [(host, item.export) for item in mesh.virtual_services.all for host in item.hosts]
        for host, export in named:
            for viewer in export:
                if is_wildcard(host):
                    wild[viewer].add(host)
                elif viewer == PUBLIC:
                    public.add(host)
                else:
                    exported[viewer].add(host)
        return public, exported, wild

    def _probes(self, source: Workload, host: str) -> tuple[Probe, ...]:
        if host not in self._route_probes:
            self._route_probes[host] = self._named_by_routes(host)
        if source.namespace not in self._policy_probes:
            self._policy_probes[source.namespace] = self._named_by_policies(source.namespace)
        paths, methods = self._route_probes[host]
        more_paths, more_methods = self._policy_probes[source.namespace]
        return probes(paths | more_paths, methods | more_methods)

    def _named_by_routes(self, host: str) -> tuple[set[str], set[str]]:
        paths: set[str] = set()
        methods: set[str] = set()
        for item in self.cluster.mesh.virtual_services.all_for(host):
            for route in item.http:
                for match in route.matches:
                    found = of_criteria(match.criteria)
                    paths |= found[0]
                    methods |= found[1]
        return paths, methods

    def _named_by_policies(self, namespace: str) -> tuple[set[str], set[str]]:
        paths: set[str] = set()
        methods: set[str] = set()
        for gateway in self.cluster.mesh.gateways:
            index = self.cluster.authorization.policies_for(gateway)
            for policy in (*index.deny, *index.allowing(namespace)):
                found = of_rules(policy.rules)
                paths |= found[0]
                methods |= found[1]
        return paths, methods
