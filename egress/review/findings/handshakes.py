"""TLS that fails though the request is let through, and mesh mTLS that a namespace asks less of than the mesh."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from egress.review.answer import Verdict
from egress.review.decision.arrival import AtSite, Spoken
from egress.review.decision.reason import Why
from egress.review.findings.evidence import Evidence
from egress.review.findings.finding import Analyzer, Family, Finding, Kind, Level, Subjects, some
from egress.review.istio.peer_authentication import modes_of
from egress.review.matrix import Row
from egress.review.targets import target_of

WEAKENED = Kind(
    code="EG119",
    name="mesh-mtls-weakened",
    family=Family.WAY_AROUND,
    level=Level.WARNING,
    message="{subject} sets {mode} where the mesh asks for STRICT: callers without an identity are let in",
    fix="remove it, or limit it to the ports that need it",
)

INSIDE = Kind(
    code="EG218",
    name="tls-inside-tls",
    family=Family.DEAD_POLICY,
    level=Level.ERROR,
    message="{who} speaks TLS to {subject} inside the TLS that a proxy originates: the client sees a TLS failure",
    fix="let clients speak plain HTTP where a proxy originates TLS, or limit the DestinationRule to the port that "
    "it is meant for",
)

TO_PLAIN = Kind(
    code="EG219",
    name="tls-to-a-plain-port",
    family=Family.DEAD_POLICY,
    level=Level.ERROR,
    message="a proxy originates TLS to port 80 of {subject}, where sites speak plain text: {who} gets 503",
    fix="send to the site's TLS port: targetPort 443 of the ServiceEntry's port, or route to port 443",
)


def find_weakened(evidence: Evidence) -> Iterator[Finding]:
    """PeerAuthentications that ask for less than the mesh's own does."""
    root = evidence.cluster.mesh.settings.root_namespace
    listed = evidence.objects("PeerAuthentication")
    strict = any(
        item.namespace == root and not item.spec.get("selector") and "STRICT" in modes_of(item)
        for item in listed
    )
    for item in listed if strict else ():
        weaker = [mode for mode in modes_of(item) if mode in ("PERMISSIVE", "DISABLE")]
        if weaker:
            yield Finding(
                kind=WEAKENED,
                facts={"subject": f"PeerAuthentication {item.namespace}/{item.name}", "mode": some(weaker)},
                about=Subjects(namespaces=(item.namespace,)),
                addresses=(item.address,),
            )


def find_inside(evidence: Evidence) -> Iterator[Finding]:
    """Hosts whose clients' own TLS ends up inside a proxy's."""
    rows = [
        row
        for row in evidence.named_rows
        if row.answer.verdict is Verdict.ALLOWED
        and isinstance(row.answer.arrival, AtSite)
        and row.answer.arrival.spoken is Spoken.TLS_INSIDE_PROXY_TLS
    ]
    yield from _by_host(INSIDE, rows)


def find_to_plain(evidence: Evidence) -> Iterator[Finding]:
    """Hosts whose port 80 gets a handshake."""
    rows = [
        row
        for row in evidence.named_rows
        if row.answer.decisive and row.answer.decisive.reason.why is Why.SITE_SPEAKS_PLAIN
    ]
    yield from _by_host(TO_PLAIN, rows)


def _by_host(kind: Kind, rows: Iterable[Row]) -> Iterator[Finding]:
    by_host: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_host[row.host].append(row)
    for host, found in by_host.items():
        who = tuple(dict.fromkeys(row.identity for row in found))
        steps = [step for row in found for step in row.answer.steps if step.address]
        yield Finding(
            kind=kind,
            facts={"subject": host, "who": some(who)},
            about=Subjects(hosts=(target_of(host, found[0].scheme).host,), identities=who),
            addresses=tuple(dict.fromkeys(step.address for step in reversed(steps) if step.address)),
            cells=tuple(row.cell for row in found),
        )


ANALYZERS: Iterable[Analyzer] = (
    Analyzer(kind=WEAKENED, find=find_weakened),
    Analyzer(kind=INSIDE, find=find_inside),
    Analyzer(kind=TO_PLAIN, find=find_to_plain),
)
