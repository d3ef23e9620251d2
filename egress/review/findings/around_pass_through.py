"""Ways around through pass-through: no identity, so whoever reaches the port reaches every registered host."""

from collections.abc import Iterable, Iterator

from egress.review.answer import Answer, Verdict
from egress.review.cell import Cell, Way
from egress.review.decision.client import ClientSees
from egress.review.decision.control import Control
from egress.review.findings.evidence import Evidence
from egress.review.findings.finding import Analyzer, Family, Field, Finding, Kind, Level, Subjects, some
from egress.review.istio.gateway_servers import Server
from egress.review.istio.hostnames import is_wildcard
from egress.review.objects.workloads import Workload
from egress.review.request import Dial, Scheme

ANYONE = Kind(
    code="EG101",
    name="pass-through-for-anyone",
    family=Family.WAY_AROUND,
    level=Level.ERROR,
    message="a Pod without a sidecar reaches {hosts} by dialling port {port} of {subject} itself",
    fix="let only sidecars reach the port (a NetworkPolicy on the gateway), and authorize HTTPS by identity",
)

NOBODY_IDENTIFIED = Kind(
    code="EG104",
    name="plain-http-for-anyone",
    family=Family.WAY_AROUND,
    level=Level.ERROR,
    message="a Pod without a sidecar reaches {hosts} in plain HTTP through port {port} of {subject}, which identifies "
    "nobody",
    fix="let the server end mesh mTLS (tls.mode ISTIO_MUTUAL), and the sidecars speak it (DestinationRule)",
)

THROUGH_SERVICE = Kind(
    code="EG102",
    name="gateway-service-open",
    family=Family.WAY_AROUND,
    level=Level.ERROR,
    message="hosts that {who} may not reach by name are open to them through the Service of {subject} on port {port}",
    fix="authorize HTTPS by identity at the gateway, or take the Service out of the Sidecars' scope",
)

CONTRADICTED = Kind(
    code="EG103",
    name="https-contradicts-http",
    family=Family.WAY_AROUND,
    level=Level.ERROR,
    message="{identity} is refused {subject} over HTTP by policy, yet allowed over HTTPS",
    fix="give the HTTPS port a policy of its own for each team, or pass the host through for nobody else",
)


def find_anyone(evidence: Evidence) -> Iterator[Finding]:
    """Pass-through hosts that a Pod without identity gets (the tutorial's D2)."""
    for gateway, server, hosts in _passed(evidence):
        yield from _open_to_anyone(evidence, gateway, server, hosts, ANYONE, "https")


def find_nobody_identified(evidence: Evidence) -> Iterator[Finding]:
    """Hosts that a Pod without identity gets through a server without TLS."""
    for gateway in evidence.gateways:
        servers = evidence.servers(gateway)
        for server in {
            s.bound: s for listed in servers.by_port.values() for s in listed if not s.mode
        }.values():
            hosts = sorted(
                {
                    _asked(host)
                    for item in servers.attached(server)
                    for host in item.hosts
                    if item.http and not host.endswith(".svc.cluster.local")
                }
            )
            if hosts:
                yield from _open_to_anyone(evidence, gateway, server, hosts, NOBODY_IDENTIFIED, "http")


def _open_to_anyone(
    evidence: Evidence, gateway: Workload, server: Server, hosts: list[str], kind: Kind, scheme: Scheme
) -> Iterator[Finding]:
    dial = Dial(kind="pod", namespace=gateway.namespace, name=gateway.name, port=server.bound)

    def gets(source: Workload, host: str) -> bool:
        answer = evidence.ask(source, scheme, host, dial=dial, sidecar=False)
        return answer.verdict is Verdict.ALLOWED and answer.through == gateway.identity and not answer.inside

    got: dict[str, list[str]] = {}
    for source in evidence.identities:
        if len(evidence.identities) * len(hosts) <= SMALL or gets(source, hosts[0]):
            for host in hosts:
                if gets(source, host):
                    got.setdefault(host, []).append(source.identity)
                    if len(got) >= SMALL:
                        break
    if got:
        yield Finding(
            kind=kind,
            facts={"hosts": some(got), "port": str(server.bound), "subject": gateway.identity},
            about=Subjects(hosts=tuple(got), fields=_port_fields(server)),
            addresses=_deciding(evidence, gateway, server),
            cells=tuple(
                Cell(who, scheme, host, Way.WITHOUT_SIDECAR) for host, whos in got.items() for who in whos
            ),
        )


UNLISTED = "unlisted.example"

SMALL = 1_000
"""Up to so many pairs of identity and host every one is asked; beyond, one host stands for all of a caller."""


def find_through_service(evidence: Evidence) -> Iterator[Finding]:
    """Meshed Pods that address the gateway's Service (the tutorial's D28)."""
    for gateway, server, hosts in _passed(evidence):
        for service in evidence.servers(gateway).services:
            if service.port(server.number) is None:
                continue
            name = service.object.name
            dial = Dial(kind="service", namespace=service.namespace, name=name, port=server.number)
            cells: list[Cell] = []
            who: list[str] = []
            for source in evidence.identities:
                if not source.meshed:
                    continue
                denied = [host for host in hosts if _refused(evidence, source, host)]
                if len(hosts) > 1 and len(evidence.identities) * len(hosts) > SMALL:
                    denied = denied[:1]
                passed = [
                    host
                    for host in denied
                    if evidence.ask(source, "https", host, dial=dial).verdict is Verdict.ALLOWED
                ]
                cells += [Cell(source.identity, "https", host, Way.SERVICE_DIALLED) for host in passed]
                who += [source.identity] if passed else []
            if cells:
                yield Finding(
                    kind=THROUGH_SERVICE,
                    facts={"who": some(who), "port": str(server.number), "subject": gateway.identity},
                    about=Subjects(
                        hosts=tuple(dict.fromkeys(each.host for each in cells)), fields=_port_fields(server)
                    ),
                    addresses=_deciding(evidence, gateway, server),
                    cells=tuple(cells),
                )


def find_contradicted(evidence: Evidence) -> Iterator[Finding]:
    """Hosts that a policy refuses over HTTP and nothing refuses over HTTPS (the tutorial's D1)."""
    passed = {host for _, _, hosts in _passed(evidence) for host in hosts}
    for row in evidence.named_rows:
        if row.scheme != "http" or row.answer.verdict not in (Verdict.REFUSED, Verdict.CONDITIONAL):
            continue
        secure = evidence.by_cell.get((row.identity, row.host, "https"))
        if secure is None or secure.verdict is not Verdict.ALLOWED or not _by_policy(row.answer):
            continue
        if secure.through and row.host not in passed:
            continue  # its identity was asked for
        step = secure.decisive
        yield Finding(
            kind=CONTRADICTED,
            facts={"identity": row.identity, "subject": row.host},
            about=Subjects(identities=(row.identity,), hosts=(row.host,)),
            addresses=tuple(
                dict.fromkeys(s.address for s in (step, row.answer.decisive) if s is not None and s.address)
            ),
            cells=(Cell(row.identity, "https", row.host),),
        )


def _by_policy(answer: Answer) -> bool:
    if answer.verdict is Verdict.CONDITIONAL:
        return answer.client is ClientSees.FORBIDDEN
    return answer.decisive is not None and answer.decisive.control is Control.AUTHORIZATION_POLICY


def _refused(evidence: Evidence, source: Workload, host: str) -> bool:
    found = evidence.by_cell.get((source.identity, host, "https")) or evidence.matrix.cell(
        source, host, "https"
    )
    return found.verdict is Verdict.REFUSED


def _passed(evidence: Evidence) -> Iterator[tuple[Workload, Server, list[str]]]:
    for gateway, server in evidence.passing_servers():
        hosts = sorted({_asked(host) for host in evidence.chains(gateway, server.bound).names_of(server)})
        if hosts:
            yield gateway, server, hosts


def _asked(host: str) -> str:
    """A host as it is asked for: of a star, one name that it takes."""
    if host == "*":
        return UNLISTED
    return host.replace("*", "any", 1) if is_wildcard(host) else host


def _deciding(evidence: Evidence, gateway: Workload, server: Server) -> tuple[str, ...]:
    """The policies that let a caller without identity through, and the server."""
    index = evidence.cluster.authorization.policies_for(gateway)
    return (*(policy.address for policy in index.allowing("")), server.gateway.address)


def _port_fields(server: Server) -> tuple[Field, ...]:
    """Where policies and the Gateway name a server's port."""
    return (
        Field(("rules", "to", "operation", "ports"), str(server.bound)),
        Field(("rules", "when", "values"), str(server.bound)),
        Field(("servers", "port", "number"), str(server.number)),
    )


ANALYZERS: Iterable[Analyzer] = (
    Analyzer(kind=ANYONE, find=find_anyone),
    Analyzer(kind=NOBODY_IDENTIFIED, find=find_nobody_identified),
    Analyzer(kind=THROUGH_SERVICE, find=find_through_service),
    Analyzer(kind=CONTRADICTED, find=find_contradicted),
)
