"""Ways around through routing: straight out, past the gateway, by a team's own objects, to another site."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from egress.review.addresses import INTERNET
from egress.review.answer import Verdict
from egress.review.findings.admission import refusing
from egress.review.findings.evidence import Evidence
from egress.review.findings.finding import Analyzer, Family, Finding, Kind, Level, cell, some
from egress.review.matrix import ANY_OTHER

DIRECT = Kind(
    code="EG121",
    name="straight-to-the-internet",
    family=Family.WAY_AROUND,
    level=Level.ERROR,
    message="{subject} reaches {hosts} straight from its own node, past the gateway",
    mend="deny it in the VPC firewall and the NetworkPolicies; a Sidecar alone does not hold a Pod",
)

NO_ROUTE = Kind(
    code="EG122",
    name="service-entry-without-route",
    family=Family.WAY_AROUND,
    level=Level.WARNING,
    message="the sidecars of {who} know {subject} but no route for it: they go straight out, past the gateway",
    mend="export the VirtualService to the same namespaces as the ServiceEntry, with its mesh leg",
)

TENANT_ROUTING = Kind(
    code="EG123",
    name="team-overrides-routing",
    family=Family.WAY_AROUND,
    level=Level.ERROR,
    message="{kind} {subject} belongs to a team and takes precedence over the platform's for {host}",
    mend="keep routing objects in the gateway's namespace, and refuse them elsewhere by admission",
)

TENANTS_MAY_ROUTE = Kind(
    code="EG124",
    name="routing-not-admission-controlled",
    family=Family.WAY_AROUND,
    level=Level.WARNING,
    message="no admission policy keeps teams from a {subject} of their own, which would override the platform's",
    mend="bind a ValidatingAdmissionPolicy that refuses routing objects outside the gateway's namespace",
)

UNCHECKED_NAME = Kind(
    code="EG125",
    name="certificate-name-unchecked",
    family=Family.WAY_AROUND,
    level=Level.ERROR,
    message="the gateway's TLS to {subject} does not check the name in the site's certificate: sni is set without "
    "subjectAltNames",
    mend="leave sni out (it is then set and checked by itself), or state subjectAltNames",
)

OVERRIDING = ("VirtualService", "DestinationRule", "Gateway")


def find_direct(evidence: Evidence) -> Iterator[Finding]:
    """Identities that reach the internet without a gateway, with their sidecar or without."""
    for source in evidence.identities:
        found: list[tuple[str, str]] = []
        addresses: list[str] = []
        for row in evidence.rows_by_identity[source.identity]:
            answer = row.answer
            if answer.verdict is Verdict.ALLOWED and not answer.through and _public(evidence, row.host):
                found.append((row.scheme, row.host))
                addresses += [step.address for step in answer.steps if step.address]
        if not found and source.meshed:
            without = evidence.ask(source, "https", UNLISTED, sidecar=False)
            if without.verdict is Verdict.ALLOWED:
                found.append(("https", f"{ANY_OTHER} without its sidecar"))
                addresses += [step.address for step in without.steps if step.address]
        if found:
            yield Finding(
                kind=DIRECT,
                facts={"subject": source.identity, "hosts": some(host for _, host in found)},
                addresses=tuple(dict.fromkeys(addresses)),
                cells=tuple(cell(source.identity, scheme, host) for scheme, host in found),
            )


UNLISTED = "unlisted.example"


def _public(evidence: Evidence, host: str) -> bool:
    return host == ANY_OTHER or evidence.review.names.resolve(host).addresses is INTERNET


def find_no_route(evidence: Evidence) -> Iterator[Finding]:
    """Registered hosts that a sidecar reaches directly as far as the mesh is concerned (the tutorial's D26)."""
    without: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in evidence.named_rows:
        steps = row.answer.steps
        straight = bool(steps) and steps[0].control == "sidecar registry"
        if straight and steps[0].address and _public(evidence, row.host):
            without[row.host, steps[0].address].append(row.identity)
    for (host, address), who in without.items():
        yield Finding(
            kind=NO_ROUTE,
            facts={"who": some(who), "subject": host},
            addresses=(address,),
            cells=tuple(cell(identity, "http(s)", host) for identity in dict.fromkeys(who)),
        )


def find_tenant_routing(evidence: Evidence) -> Iterator[Finding]:
    """VirtualServices, DestinationRules and Gateways of a team for what the platform routes."""
    platform = {gateway.namespace for gateway in evidence.gateways} | {evidence.inventory.mesh.root_namespace}
    routed = {
        host
        for item in evidence.review.mesh.virtual_services.all
        for host in item.hosts
        if item.namespace in platform
    }
    ours = {s.host for gateway in evidence.gateways for s in evidence.servers(gateway).services} | routed
    mesh = evidence.review.mesh
    for route in mesh.virtual_services.all:
        if route.namespace not in platform and (shared := sorted(set(route.hosts) & routed)):
            yield _tenant(
                "VirtualService", f"{route.namespace}/{route.object.name}", shared[0], route.address
            )
    for rule in mesh.destination_rules.all:
        if rule.objects[0].namespace not in platform and rule.host in ours:
            item = rule.objects[0]
            yield _tenant("DestinationRule", f"{item.namespace}/{item.name}", rule.host, item.address)
    for item in mesh.gateway_objects:
        if item.namespace not in platform and any(
            server.gateway is item
            for gateway in evidence.gateways
            for servers in evidence.servers(gateway).by_port.values()
            for server in servers
        ):
            yield _tenant("Gateway", f"{item.namespace}/{item.name}", "the gateway's Pods", item.address)


def _tenant(kind: str, subject: str, host: str, address: str) -> Finding:
    return Finding(
        kind=TENANT_ROUTING, facts={"kind": kind, "subject": subject, "host": host}, addresses=(address,)
    )


def find_tenants_may_route(evidence: Evidence) -> Iterator[Finding]:
    """Kinds that a team may create to override routing, with nothing at admission against it (D27)."""
    if not evidence.gateways or not evidence.identities:
        return
    for kind in OVERRIDING:
        if not refusing(evidence, "networking.istio.io", f"{kind.lower()}s"):
            yield Finding(kind=TENANTS_MAY_ROUTE, facts={"subject": kind})


def find_unchecked_name(evidence: Evidence) -> Iterator[Finding]:
    """TLS origination that takes any certificate of the same authorities (D25)."""
    external = evidence.review.mesh.registry.hosts
    for rule in evidence.review.mesh.destination_rules.all:
        if rule.host not in external:
            continue
        for subset in ("", *rule.subsets):
            for port in _ports(evidence, rule.host):
                tls = rule.tls(subset, port)
                if tls.mode in ("SIMPLE", "MUTUAL") and not tls.verified(rule.host):
                    cells = [
                        cell(row.identity, row.scheme, row.host)
                        for row in evidence.named_rows
                        if tls.address and tls.address in {step.address for step in row.answer.steps}
                    ]
                    yield Finding(
                        kind=UNCHECKED_NAME,
                        facts={"subject": rule.host},
                        addresses=(rule.address,),
                        cells=tuple(cells),
                    )
                    break


def _ports(evidence: Evidence, host: str) -> list[int]:
    return sorted({port.number for s in evidence.review.mesh.registry.named(host) for port in s.ports})


ANALYZERS: Iterable[Analyzer] = (
    Analyzer(kind=DIRECT, find=find_direct),
    Analyzer(kind=NO_ROUTE, find=find_no_route),
    Analyzer(kind=TENANT_ROUTING, find=find_tenant_routing),
    Analyzer(kind=TENANTS_MAY_ROUTE, find=find_tenants_may_route),
    Analyzer(kind=UNCHECKED_NAME, find=find_unchecked_name),
)
