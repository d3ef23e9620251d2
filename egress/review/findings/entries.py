"""ServiceEntries that take each other's place, and Sidecars that import nothing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from egress.review.answer import Answer, Verdict
from egress.review.decision.arrival import AtSite
from egress.review.decision.reason import Why
from egress.review.findings.evidence import Evidence
from egress.review.findings.finding import Analyzer, Family, Finding, Kind, Level, Subjects, some
from egress.review.istio.scope import Scope
from egress.review.istio.services import Service, united
from egress.review.matrix import Row
from egress.review.targets import target_of

OLDER_ELSEWHERE = Kind(
    code="EG129",
    name="entry-of-another-namespace-decides",
    family=Family.WAY_AROUND,
    level=Level.ERROR,
    message="the gateway {gateway} takes {subject} from {first}, an entry of another namespace: {second} is ignored",
    fix="export the platform's ServiceEntry to the gateway's namespace by name, and keep teams from exporting "
    "theirs there",
)

TWO_ENTRIES = Kind(
    code="EG215",
    name="one-host-two-entries",
    family=Family.DEAD_POLICY,
    level=Level.WARNING,
    message="{subject} is declared by {entries}, which are not united: the proxies of {who} use the first alone",
    fix="declare a host in one ServiceEntry, with all of its ports and one resolution",
)

SHARED_PORT = Kind(
    code="EG216",
    name="connections-share-a-port",
    family=Family.DEAD_POLICY,
    level=Level.ERROR,
    message="{who} sends plain connections for {subject} to {other}: {entries} share the port, and the first takes all",
    fix="give each host addresses of its own (addresses), declare the port as TLS, or export the entries to the "
    "namespaces that use them alone",
)

IMPORTS_NOTHING = Kind(
    code="EG217",
    name="sidecar-imports-nothing",
    family=Family.DEAD_POLICY,
    level=Level.WARNING,
    message="{subject} imports {imported}, and the input has no such namespace",
    fix="name the namespace that declares the hosts, or remove the entry",
)


def find_older_elsewhere(evidence: Evidence) -> Iterator[Finding]:
    """Hosts that a gateway takes from an entry of a team, though the platform declares them too."""
    registry = evidence.cluster.mesh.registry
    for gateway in evidence.gateways:
        for host in sorted(registry.hosts):
            seen = registry.seen_by(gateway.namespace, host)
            used = united(seen)
            ours = [service for service in seen if service.namespace in evidence.platform]
            if ours and used and used[0].namespace not in evidence.platform:
                yield Finding(
                    kind=OLDER_ELSEWHERE,
                    facts={
                        "gateway": gateway.identity,
                        "subject": host,
                        "first": _name(used[0]),
                        "second": some(map(_name, ours)),
                    },
                    about=Subjects(hosts=(host,), namespaces=(used[0].namespace,)),
                    addresses=(used[0].address, *(service.address for service in ours)),
                )


def find_two_entries(evidence: Evidence) -> Iterator[Finding]:
    """Hosts of which some proxy sees several entries and uses one."""
    registry = evidence.cluster.mesh.registry
    viewers = sorted({*evidence.spaces, *(gateway.namespace for gateway in evidence.gateways)})
    for host in sorted(registry.hosts):
        if len(registry.named(host)) < 2:
            continue
        listed: dict[str, list[str]] = {}
        services: dict[str, list[Service]] = {}
        for viewer in viewers:
            seen = registry.seen_by(viewer, host)
            apart = len(united(seen)) < len(seen) or _differ(seen)
            if apart:
                told = " and ".join(map(_name, seen))
                listed.setdefault(told, []).append(viewer)
                services[told] = seen
        for told, who in listed.items():
            yield Finding(
                kind=TWO_ENTRIES,
                facts={"subject": host, "entries": told, "who": some(who)},
                about=Subjects(hosts=(host,)),
                addresses=tuple(dict.fromkeys(service.address for service in services[told])),
            )


def _differ(services: list[Service]) -> bool:
    """True where two entries read one port in different ways."""
    reads: dict[int, str] = {}
    return any(
        reads.setdefault(port.number, port.reads) != port.reads
        for service in services
        for port in service.ports
    )


def find_shared_port(evidence: Evidence) -> Iterator[Finding]:
    """Plain connections that arrive at another host's address."""
    found: dict[tuple[str, str], list[tuple[Row, Service, Service]]] = defaultdict(list)
    for row in evidence.named_rows:
        target = target_of(row.host, row.scheme)
        if row.scheme != "tcp" or not _arrives_somewhere(row.answer):
            continue
        scope = evidence.cluster.mesh.scope(evidence.matrix.by_identity[row.identity])
        own = scope.services(target.host)
        for first in _firsts(scope, target.port) if own else ():
            if first.host != target.host:
                found[row.host, first.address].append((row, first, own[0]))
    for (host, _), rows in found.items():
        _, first, own_entry = rows[0]
        who = tuple(dict.fromkeys(row.identity for row, _, _ in rows))
        yield Finding(
            kind=SHARED_PORT,
            facts={
                "who": some(who),
                "subject": host,
                "other": first.host,
                "entries": f"{_name(first)} and {_name(own_entry)}",
            },
            about=Subjects(hosts=(own_entry.host, first.host), identities=who),
            addresses=(first.address, own_entry.address),
            cells=tuple(row.cell for row, _, _ in rows),
        )


def _arrives_somewhere(answer: Answer) -> bool:
    """True where a connection reaches a site, or the age of entries alone says which."""
    step = answer.decisive
    by_age = step is not None and step.reason.why is Why.OLDEST_ENTRY_OPEN
    return isinstance(answer.arrival, AtSite) or (answer.verdict is Verdict.UNKNOWN and by_age)


def _firsts(scope: Scope, port: int) -> set[Service]:
    """The entry whose connections without a name take a port; each that may be it, where ages are not known."""
    listeners = (each.listener(port) for each in scope.of_each_age(port))
    return {listener.opaque[0] for listener in listeners if listener.opaque}


def find_imports_nothing(evidence: Evidence) -> Iterator[Finding]:
    """Entries of a Sidecar that name a namespace which the input does not hold."""
    mesh = evidence.cluster.mesh
    known = {
        *mesh.namespaces,
        *(item.namespace for item in evidence.inventory.objects if item.kind != "Sidecar"),
    }
    for item in evidence.objects("Sidecar"):
        for listener in item.spec.get("egress") or ():
            for entry in map(str, listener.get("hosts") or ()):
                namespace = entry.partition("/")[0]
                if (
                    namespace
                    and namespace not in ("*", ".")
                    and not namespace.startswith("~")
                    and (namespace not in known)
                ):
                    yield Finding(
                        kind=IMPORTS_NOTHING,
                        facts={"subject": f"Sidecar {item.namespace}/{item.name}", "imported": entry},
                        about=Subjects(namespaces=(item.namespace,)),
                        addresses=(item.address,),
                    )


def _name(service: Service) -> str:
    return f"{service.object.kind} {service.namespace}/{service.object.name}"


ANALYZERS: Iterable[Analyzer] = (
    Analyzer(kind=OLDER_ELSEWHERE, find=find_older_elsewhere),
    Analyzer(kind=TWO_ENTRIES, find=find_two_entries),
    Analyzer(kind=SHARED_PORT, find=find_shared_port),
    Analyzer(kind=IMPORTS_NOTHING, find=find_imports_nothing),
)
