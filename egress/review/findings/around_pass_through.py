"""Ways around through pass-through: no identity, so whoever reaches the port reaches every registered host."""

from collections.abc import Iterable, Iterator

from egress.review.answer import Answer, Verdict
from egress.review.findings.evidence import Evidence
from egress.review.findings.finding import Analyzer, Family, Finding, Kind, Level, cell, some
from egress.review.mesh.gateway_servers import Server
from egress.review.request import Dial
from egress.review.workloads import Workload

ANYONE = Kind(
    code="EG101",
    name="pass-through-for-anyone",
    family=Family.WAY_AROUND,
    level=Level.ERROR,
    message="a Pod without a sidecar reaches {hosts} by dialling port {port} of {subject} itself",
    mend="let only sidecars reach the port (a NetworkPolicy on the gateway), and authorize HTTPS by identity",
)

THROUGH_SERVICE = Kind(
    code="EG102",
    name="gateway-service-open",
    family=Family.WAY_AROUND,
    level=Level.ERROR,
    message="{who} reach hosts that they are refused by name through the Service of {subject} on port {port}",
    mend="authorize HTTPS by identity at the gateway, or take the Service out of the Sidecars' scope",
)

CONTRADICTED = Kind(
    code="EG103",
    name="https-contradicts-http",
    family=Family.WAY_AROUND,
    level=Level.ERROR,
    message="{identity} is refused {subject} over HTTP by policy, yet allowed over HTTPS",
    mend="give the HTTPS port a policy of its own for each team, or pass the host through for nobody else",
)


def find_anyone(evidence: Evidence) -> Iterator[Finding]:
    """Pass-through hosts that a Pod without identity gets (the tutorial's D2)."""
    for gateway, server, hosts in _passed(evidence):
        dial = Dial(kind="pod", namespace=gateway.namespace, name=gateway.name, port=server.bound)
        got: dict[str, list[str]] = {}
        for source in evidence.identities:
            sample = evidence.ask(source, "https", hosts[0], dial=dial, sidecar=False)
            if sample.verdict is Verdict.ALLOWED or len(evidence.identities) * len(hosts) <= SMALL:
                for host in hosts:
                    if (
                        evidence.ask(source, "https", host, dial=dial, sidecar=False).verdict
                        is Verdict.ALLOWED
                    ):
                        got.setdefault(host, []).append(source.identity)
                        if len(got) >= SMALL:
                            break
        if got:
            yield Finding(
                kind=ANYONE,
                facts={"hosts": some(got), "port": str(server.bound), "subject": gateway.identity},
                addresses=_deciding(evidence, gateway, server),
                cells=tuple(
                    cell(f"{who} (no sidecar)", "https", host) for host, whos in got.items() for who in whos
                ),
            )


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
            cells: list[str] = []
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
                cells += [cell(f"{source.identity} (Service dialled)", "https", host) for host in passed]
                who += [source.identity] if passed else []
            if cells:
                yield Finding(
                    kind=THROUGH_SERVICE,
                    facts={"who": some(who), "port": str(server.number), "subject": gateway.identity},
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
            addresses=tuple(
                dict.fromkeys(s.address for s in (step, row.answer.decisive) if s is not None and s.address)
            ),
            cells=(cell(row.identity, "https", row.host),),
        )


def _by_policy(answer: Answer) -> bool:
    if answer.verdict is Verdict.CONDITIONAL:
        return answer.client.status == 403
    return answer.decisive is not None and answer.decisive.control == "authorization policy"


def _refused(evidence: Evidence, source: Workload, host: str) -> bool:
    found = evidence.by_cell.get((source.identity, host, "https")) or evidence.matrix.cell(
        source, host, "https"
    )
    return found.verdict is Verdict.REFUSED


def _passed(evidence: Evidence) -> Iterator[tuple[Workload, Server, list[str]]]:
    for gateway, server in evidence.passing_servers():
        hosts = sorted(evidence.chains(gateway, server.bound).names_of(server))
        if hosts:
            yield gateway, server, hosts


def _deciding(evidence: Evidence, gateway: Workload, server: Server) -> tuple[str, ...]:
    """The policies that let a caller without identity through, and the server."""
    index = evidence.review.authorization.policies_for(gateway)
    return (*(policy.address for policy in index.allowing("")), server.gateway.address)


ANALYZERS: Iterable[Analyzer] = (
    Analyzer(kind=ANYONE, find=find_anyone),
    Analyzer(kind=THROUGH_SERVICE, find=find_through_service),
    Analyzer(kind=CONTRADICTED, find=find_contradicted),
)
