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
from egress.review.targets import ANY_OTHER, NamedPorts, Target, target_of

UNNAMED = "unnamed.invalid"
SCHEMES: tuple[Scheme, ...] = ("http", "https")
"""What every host is asked on its own ports; other ports and protocols where an object names them."""
ALL_CELLS = 5_000
"""Up to so many cells each is a row of its own; beyond, hosts that an identity knows nothing of share one."""


class Row(NamedTuple):
    """One cell: who, where to (with the port where it is not the scheme's own), how, and the answer."""

    identity: str
    host: str
    scheme: Scheme
    answer: Answer

    @property
    def target(self) -> Target:
        """Where it leads."""
        return target_of(self.host, self.scheme)

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
        self.ports = NamedPorts(cluster)
        services = cluster.mesh.registry.services
        self._addresses = {address for service in services for address in service.own_addresses}
        self.hosts = sorted({*self.hosts, *(one for one in self._addresses if self.ports.of(one))})
        self._public, self._exported, self._wild = self._visible_hosts()
        self._shared: dict[tuple[str, Scheme, int, str, tuple[int, ...]], Answer] = {}
        self._shared_for: dict[tuple[str, Scheme, int, str, tuple[int, ...]], str] = {}
        self._policy_probes: dict[str, tuple[set[str], set[str]]] = {}
        self._route_probes: dict[str, tuple[set[str], set[str]]] = {}

    def cell(self, source: Workload, shown: str, scheme: Scheme) -> Answer:
        """The answer of one cell; for paths and methods that are treated differently it is conditional."""
        target = target_of(shown, scheme)
        host = target.host
        if host == ANY_OTHER:
            target = target._replace(host=UNNAMED, port=target.port or self.ports.unnamed)
            return self._shared_answer(source, target)
        if not self.known(source, host):
            return self._shared_answer(source, target)
        answers = self._asked(source, target)
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

    def named(self, source: Workload, shown: str) -> frozenset[tuple[str, str]]:
        """The paths and methods that something names which decides on a cell, each marked as what it is."""
        paths, methods = self._named(source, target_of(shown, "http").host)
        return frozenset({*(("path", one) for one in paths), *(("method", one) for one in methods)})

    def passing(
        self, source: Workload, shown: str, scheme: Scheme, named: frozenset[tuple[str, str]]
    ) -> frozenset[Probe]:
        """Which requests of a cell are allowed, of one for each named path and method and one beside them."""
        paths, methods = ({text for what, text in named if what == one} for one in ("path", "method"))
        target = target_of(shown, scheme)
        return frozenset(
            probe
            for probe in probes(paths, methods)
            if self._ask(source, target, probe).verdict is Verdict.ALLOWED
        )

    def asked(self, source: Workload, target: Target) -> list[tuple[str, str, Answer]]:
        """The requests that tell the cases of a named host apart, as method and path, each with its answer."""
        return [(probe.method, probe.path, answer) for probe, answer in self._asked(source, target)]

    def _asked(self, source: Workload, target: Target) -> list[tuple[Probe, Answer]]:
        probed = self._probes(source, target.host) if target.scheme == "http" else ONE_PROBE
        return [(probe, self._ask(source, target, probe)) for probe in probed]

    def rows(self, *, every_cell: bool | None = None) -> Iterator[Row]:
        """The rows in order; `every_cell` None decides by how many there are."""
        if every_cell is None:
            every_cell = len(self.identities) * len(self.hosts) * len(SCHEMES) <= ALL_CELLS
        for source in self.identities:
            hosts = self.hosts if every_cell else sorted(self.known_hosts(source))
            for host in hosts:
                for target in self.targets(host):
                    yield self._row(source, target)
            for scheme in SCHEMES:
                yield self._row(source, Target(ANY_OTHER, scheme, DEFAULT_PORT[scheme]))
            yield from self._other_ports(source)

    def targets(self, host: str) -> list[Target]:
        """What is asked of a named host: its ports 80 and 443, and each other one that an object names.

        An address is asked on the named ports alone.
        """
        if host in self._addresses:
            return self.ports.of(host)
        own = [Target(host, scheme, DEFAULT_PORT[scheme]) for scheme in SCHEMES]
        return [*own, *self.ports.of(host)]

    def _row(self, source: Workload, target: Target) -> Row:
        answer = self.cell(source, target.shown, target.scheme)
        return Row(source.identity, target.shown, target.scheme, answer)

    def _other_ports(self, source: Workload) -> Iterator[Row]:
        """Any other host on each port that is treated differently there, then on any other port."""
        last = self._row(source, Target(ANY_OTHER, "tcp", 0))
        for target in self.ports.others:
            row = self._row(source, target)
            if _kind(row.answer) != _kind(last.answer):
                yield row
        yield last

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

    def _shared_answer(self, source: Workload, target: Target) -> Answer:
        host, scheme, port = target
        resolved = self.cluster.names.resolve(host).addresses
        doubted = self.cluster.doubts.of_host(host)
        key = (source.identity, scheme, port, resolved.name if resolved else "", doubted)
        if key not in self._shared:
            self._shared[key] = self._ask(source, target, ONE_PROBE[0])
        found = self._shared[key]
        if found.verdict is not Verdict.ALLOWED or not isinstance(found.arrival, AtSite):
            return found
        if any(
            end != UNNAMED and end != self._shared_for.setdefault(key, host) for end, _ in found.arrival.ends
        ):
            # It arrives at a site of its own, whichever host is asked for.
            return found
        ends = ((ANY_OTHER if host == UNNAMED else host, port),)
        return replace(found, arrival=found.arrival._replace(ends=ends))

    def _ask(self, source: Workload, target: Target, probe: Probe) -> Answer:
        host = target.host
        request = Request(
            source=source.identity,
            scheme=target.scheme,
            host=host.replace("*", "star", 1) if is_wildcard(host) else host,
            port=target.port,
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
        found |= self.cluster.doubts.hosts
        inside = {service.host for service in mesh.registry.services if not service.external}
        return sorted(host for host in found - inside if host != "*")

    def _visible_hosts(self) -> tuple[set[str], dict[str, set[str]], dict[str, set[str]]]:
        """Hosts that every namespace sees, those exported by name, and the stars of both."""
        public: set[str] = set()
        exported: dict[str, set[str]] = defaultdict(set)
        wild: dict[str, set[str]] = defaultdict(set)
        mesh = self.cluster.mesh
        named = [(s.host, s.export) for s in mesh.registry.services if s.external]
        named += [(one, s.export) for s in mesh.registry.services for one in s.own_addresses]
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
        return probes(*self._named(source, host))

    def _named(self, source: Workload, host: str) -> tuple[set[str], set[str]]:
        if host not in self._route_probes:
            self._route_probes[host] = self._named_by_routes(host)
        if source.namespace not in self._policy_probes:
            self._policy_probes[source.namespace] = self._named_by_policies(source.namespace)
        paths, methods = self._route_probes[host]
        more_paths, more_methods = self._policy_probes[source.namespace]
        return paths | more_paths, methods | more_methods

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


def _kind(answer: Answer) -> tuple[object, ...]:
    """What makes two answers differ besides the port in them."""
    step = answer.decisive
    spoken = answer.arrival.spoken if isinstance(answer.arrival, AtSite) else None
    return answer.verdict, step and (step.control, step.reason.why, step.address), spoken, answer.through
