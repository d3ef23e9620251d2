"""Dead or contradictory AuthorizationPolicies: grants that nothing lets through, ports nobody listens on."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from egress.review.answer import Verdict
from egress.review.cell import Cell
from egress.review.decision.control import Control
from egress.review.decision.reason import Why
from egress.review.findings.evidence import Evidence
from egress.review.findings.finding import Analyzer, Family, Field, Finding, Kind, Level, Subjects, some
from egress.review.istio.authorization_policy import SNI, Action, AuthorizationPolicy, Rule, stated_values
from egress.review.istio.policy_values import any_of, by_host
from egress.review.matrix import SCHEMES, Row
from egress.review.objects.workloads import Workload

UNUSED_PORT = Kind(
    code="EG201",
    name="policy-port-without-listener",
    family=Family.DEAD_POLICY,
    level=Level.ERROR,
    message="{subject} names port {port}, on which {gateway} has no listener (it listens on {ports})",
    fix="name the Pod's port that the gateway's Service targets, not the Service's own",
)

WITHOUT_EFFECT = Kind(
    code="EG202",
    name="grant-without-effect",
    family=Family.DEAD_POLICY,
    level=Level.WARNING,
    message="the ALLOW policy {subject} lets no request of any identity through",
    fix="remove it, or fix what refuses the requests it grants: `evaluate --explain` names the control",
)

NEVER_MATCHES = Kind(
    code="EG203",
    name="value-that-never-matches",
    family=Family.DEAD_POLICY,
    level=Level.ERROR,
    message="{subject}: {field} {value!r} matches nothing: {why}",
    fix="write the value as Istio compares it (docs/judgements.md)",
)

NOT_VISIBLE = Kind(
    code="EG204",
    name="authorized-but-not-visible",
    family=Family.DEAD_POLICY,
    level=Level.WARNING,
    message="{subject} grants {identity} {hosts}, of which its sidecar knows nothing",
    fix="export the host's ServiceEntry and VirtualService to the namespace, or withdraw the grant",
)

NOT_AUTHORIZED = Kind(
    code="EG205",
    name="visible-but-not-authorized",
    family=Family.DEAD_POLICY,
    level=Level.NOTE,
    message="a route to {subject} leads nowhere: every policy refuses {who}",
    fix="grant the host, or do not export its route to the namespace",
)

PORT_IN_HOST = Kind(
    code="EG206",
    name="host-without-its-port-form",
    family=Family.DEAD_POLICY,
    level=Level.NOTE,
    message="{policy} allows {subject}, but refuses the same request with `Host: {subject}:80`",
    fix="add the host with :80 (or :*) to hosts",
)


def find_unused_port(evidence: Evidence) -> Iterator[Finding]:
    """Policies whose port none of the gateways that enforce them listens on (the tutorial's D7)."""
    for policy, gateways in evidence.policies_of_gateways:
        listening = sorted({port for gateway in gateways for port in evidence.servers(gateway).by_port})
        for port in sorted({port for rule in policy.rules for port in rule.ports}):
            if port.isdigit() and int(port) not in listening:
                yield Finding(
                    kind=UNUSED_PORT,
                    facts={
                        "subject": _name(policy),
                        "port": port,
                        "gateway": some(gateway.identity for gateway in gateways),
                        "ports": some(map(str, listening)) or "nothing",
                    },
                    about=Subjects(
                        fields=(
                            Field(("rules", "to", "operation", "ports"), port),
                            Field(("rules", "when", "values"), port),
                        )
                    ),
                    addresses=(policy.address,),
                )


def find_without_effect(evidence: Evidence) -> Iterator[Finding]:
    """ALLOW policies that no allowed request passes by."""
    for policy, gateways in evidence.policies_of_gateways:
        if (
            policy.action is Action.ALLOW
            and policy.rules
            and policy.address not in evidence.granting
            and not any(_needed(evidence, gateway, policy) for gateway in gateways)
        ):
            yield Finding(kind=WITHOUT_EFFECT, facts={"subject": _name(policy)}, addresses=(policy.address,))


def _needed(evidence: Evidence, gateway: Workload, policy: AuthorizationPolicy) -> bool:
    """True where an earlier policy lets the same requests through, so that this one is only not asked.

    Of an answer that is not known nobody knows either whether the policy decides it.
    """
    grants = _grants(policy)
    for row in evidence.named_rows:
        verdict, through = row.answer.verdict, row.answer.through
        if verdict is Verdict.REFUSED or (verdict is not Verdict.UNKNOWN and through != gateway.identity):
            continue
        space = row.identity.partition("/")[0]
        if any(
            (not hosts or row.host in hosts) and (not spaces or space in spaces) for spaces, hosts in grants
        ):
            return True
    return False


def find_never_matches(evidence: Evidence) -> Iterator[Finding]:
    """Values that validation accepts and Istio compares with nothing (judgements 3, 7, 8 and 11)."""
    for policy in evidence.cluster.authorization.all:
        for keys, value, why in _never(policy.rules):
            field = keys[-1] if keys[0] != "when" else SNI
            yield Finding(
                kind=NEVER_MATCHES,
                facts={"subject": _name(policy), "field": field, "value": value, "why": why},
                about=Subjects(fields=(Field(("rules", *keys), value),)),
                addresses=(policy.address,),
            )


def _never(rules: Iterable[Rule]) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """The keys of a value below `rules`, the value, and why it matches nothing."""
    for rule in rules:
        for source in rule.sources:
            for field, value in stated_values(source):
                if why := _never_a_source(field, value):
                    yield ("from", "source", field), value, why
        for operation in rule.operations:
            for field, value in stated_values(operation):
                if why := _never_an_operation(field, value):
                    yield ("to", "operation", field), value, why
        for condition in rule.conditions:
            for value in condition.values.wanted if condition.key == SNI else ():
                if value != value.lower():
                    yield ("when", "values"), value, "Envoy puts the SNI in lower case"


def _never_a_source(field: str, value: str) -> str:
    """Why a value of a source matches nothing; empty where it may match."""
    if field not in ("principals", "notPrincipals"):
        return ""
    if value.startswith("spiffe://"):
        return "Istio puts spiffe:// in front itself"
    return "a star counts only at the start or the end" if "*" in value[1:-1] else ""


def _never_an_operation(field: str, value: str) -> str:
    """Why a value of an operation matches nothing; empty where it may match."""
    if field in ("methods", "notMethods") and value != value.upper():
        return "methods are compared in upper case"
    if field in ("hosts", "notHosts", "paths", "notPaths") and "{" not in value and "*" in value[1:-1]:
        return "a star counts only at the start or the end"
    return ""


def find_not_visible(evidence: Evidence) -> Iterator[Finding]:
    """Grants of hosts that the granted namespace's sidecars do not know."""
    meshed: dict[str, Workload] = {}
    for source in evidence.identities:
        if source.meshed:
            meshed.setdefault(source.namespace, source)
    for policy in evidence.cluster.authorization.all:
        if policy.action is not Action.ALLOW or not evidence.selected_gateways(policy):
            continue
        unknown: dict[str, set[str]] = {}
        for spaces, hosts in _grants(policy):
            for space in (one for one in spaces if one in meshed):
                bare = {host for host in hosts if "*" not in host and ":" not in host}
                missing = {host for host in bare if not evidence.matrix.known(meshed[space], host)}
                if missing:
                    unknown.setdefault(space, set()).update(missing)
        for space, found in sorted(unknown.items()):
            identity = meshed[space].identity
            yield Finding(
                kind=NOT_VISIBLE,
                facts={"subject": _name(policy), "identity": identity, "hosts": some(sorted(found))},
                about=Subjects(identities=(identity,), hosts=tuple(sorted(found))),
                addresses=(policy.address,),
                cells=tuple(Cell(identity, "http", host) for host in sorted(found)),
            )


def find_not_authorized(evidence: Evidence) -> Iterator[Finding]:
    """Hosts with routes through a gateway that every policy refuses, each with all who have such a route."""
    refused: dict[str, list[Row]] = defaultdict(list)
    for row in evidence.named_rows:
        step = row.answer.decisive
        if (
            row.answer.verdict is Verdict.REFUSED
            and row.scheme in SCHEMES
            and step is not None
            and step.control in (Control.AUTHORIZATION_POLICY, Control.GATEWAY_IDENTITY)
            and step.reason.why is not Why.POLICY_DENIES
        ):
            refused[row.host].append(row)
    for host, rows in refused.items():
        routes = [
            step.address
            for row in rows
            for step in row.answer.steps
            if step.control is Control.SIDECAR_ROUTE and step.address
        ]
        yield Finding(
            kind=NOT_AUTHORIZED,
            facts={"subject": host, "who": some(f"{row.identity} over {row.scheme}" for row in rows)},
            about=Subjects(identities=tuple(dict.fromkeys(row.identity for row in rows)), hosts=(host,)),
            addresses=tuple(dict.fromkeys(routes)),
            cells=tuple(row.cell for row in rows),
        )


def find_port_in_host(evidence: Evidence) -> Iterator[Finding]:
    """Exact hosts that are granted, and refused with their port in the Host header (the tutorial's D23)."""
    rows: dict[str, list[Row]] = {}
    for row in evidence.named_rows:
        if row.scheme == "http" and row.answer.verdict in (Verdict.ALLOWED, Verdict.CONDITIONAL):
            for step in row.answer.steps:
                if step.control is Control.AUTHORIZATION_POLICY and step.address:
                    rows.setdefault(step.address, []).append(row)
    for policy in evidence.cluster.authorization.all:
        hosts = {host for _, named in _grants(policy) for host in named}
        for row in rows.get(policy.address, ()):
            if row.host in hosts and _refuses_its_port(evidence, policy, row, hosts):
                yield Finding(
                    kind=PORT_IN_HOST,
                    facts={"policy": _name(policy), "subject": row.host},
                    about=Subjects(hosts=(row.host,)),
                    addresses=(policy.address,),
                )
                break


def _refuses_its_port(evidence: Evidence, policy: AuthorizationPolicy, row: Row, hosts: set[str]) -> bool:
    """True when no policy lets the same request through with `Host: NAME:80`."""
    if {f"{row.host}:80", f"{row.host}:*"} & hosts:
        return False
    if row.answer.verdict is Verdict.CONDITIONAL:
        return True  # on which paths another policy takes it is told apart elsewhere
    if not _others_take(evidence, policy, row):
        return True
    source = evidence.matrix.by_identity[row.identity]
    answer = evidence.ask(source, "http", row.host, authority=f"{row.host}:80")
    step = answer.decisive
    return (
        answer.verdict is Verdict.REFUSED
        and step is not None
        and step.control is Control.AUTHORIZATION_POLICY
    )


def _others_take(evidence: Evidence, policy: AuthorizationPolicy, row: Row) -> bool:
    """True when another ALLOW policy may take the host with its port: only then it is worth asking."""
    asked = f"{row.host}:80"
    for gateway in evidence.selected_gateways(policy):
        index = evidence.cluster.authorization.policies_for(gateway)
        for other in index.allowing(row.identity.partition("/")[0]):
            if any(not hosts or any_of(hosts, asked, by_host) for _, hosts in _grants(other)):
                return True
    return False


@lru_cache(maxsize=4096)
def _grants(policy: AuthorizationPolicy) -> list[tuple[set[str], set[str]]]:
    """Of each rule the namespaces and the hosts it names; none where it names none, or with a star."""
    return [(rule.namespaces(policy.namespace), rule.hosts) for rule in policy.rules]


def _name(policy: AuthorizationPolicy) -> str:
    return f"{policy.namespace}/{policy.name}"


ANALYZERS: Iterable[Analyzer] = (
    Analyzer(kind=UNUSED_PORT, find=find_unused_port),
    Analyzer(kind=WITHOUT_EFFECT, find=find_without_effect),
    Analyzer(kind=NEVER_MATCHES, find=find_never_matches),
    Analyzer(kind=NOT_VISIBLE, find=find_not_visible),
    Analyzer(kind=NOT_AUTHORIZED, find=find_not_authorized),
    Analyzer(kind=PORT_IN_HOST, find=find_port_in_host),
)
