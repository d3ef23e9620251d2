"""Ways around through routing: straight out, past the gateway, by a team's own objects, to another site."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from egress.review.answer import Verdict
from egress.review.cell import Cell, Way
from egress.review.decision.control import Control
from egress.review.decision.decision import Outcome
from egress.review.findings.admission import refusing
from egress.review.findings.evidence import Evidence
from egress.review.findings.finding import Analyzer, Family, Finding, Kind, Level, Subjects, some
from egress.review.istio.hostnames import most_specific, subset_of
from egress.review.istio.virtual_services import MESH, VirtualService
from egress.review.istio.visibility import visible
from egress.review.matrix import Row
from egress.review.network.addresses import GOOGLE_API_VIPS, INTERNET, PRIVATE_VIP, RESTRICTED_VIP, Cover
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.output.texts.cells import host_text
from egress.review.output.texts.controls import NAMES
from egress.review.targets import ANY_OTHER, is_other, target_of

DIRECT = Kind(
    code="EG121",
    name="straight-to-the-internet",
    family=Family.WAY_AROUND,
    level=Level.ERROR,
    message="{subject} reaches {hosts} straight from its own node, past the gateway{unless}",
    fix="deny it in the VPC firewall and the NetworkPolicies; a Sidecar alone does not hold a Pod",
)

NO_ROUTE = Kind(
    code="EG122",
    name="service-entry-without-route",
    family=Family.WAY_AROUND,
    level=Level.WARNING,
    message="the sidecars of {who} know {subject} but no route by {schemes}: they send it past the gateway{held}",
    fix="export the VirtualService to the same namespaces as the ServiceEntry, with its mesh leg",
)

GOOGLE_DIRECT = Kind(
    code="EG126",
    name="google-apis-past-the-gateway",
    family=Family.WAY_AROUND,
    level=Level.WARNING,
    message="{subject} is reached straight from the nodes of {who}, past the gateway: no AuthorizationPolicy can "
    "refuse it, and {held}",
    fix="name the restricted addresses in DNS, firewall and NetworkPolicies, put the project inside a VPC Service "
    "Controls perimeter, and register no more of Google's hosts than a team needs",
)

TENANT_ROUTING = Kind(
    code="EG123",
    name="team-overrides-routing",
    family=Family.WAY_AROUND,
    level=Level.ERROR,
    message="{kind} {subject} belongs to a team and takes precedence over the platform's for {host}",
    fix="keep routing objects in the gateway's namespace, and refuse them elsewhere by admission",
)

TENANTS_MAY_ROUTE = Kind(
    code="EG124",
    name="routing-not-admission-controlled",
    family=Family.WAY_AROUND,
    level=Level.WARNING,
    message="no admission policy keeps teams from a {subject} of their own, which would override the platform's",
    fix="bind a ValidatingAdmissionPolicy that refuses routing objects outside the gateway's namespace",
)

UNCHECKED_NAME = Kind(
    code="EG125",
    name="certificate-name-unchecked",
    family=Family.WAY_AROUND,
    level=Level.ERROR,
    message="the TLS that proxies originate to {subject} does not check the name in the site's certificate: {why}",
    fix="leave sni out (it is then set and checked by itself) or state subjectAltNames, and leave out "
    "insecureSkipVerify",
)

OVERRIDING = ("VirtualService", "DestinationRule", "Gateway")


def find_direct(evidence: Evidence) -> Iterator[Finding]:
    """Identities that reach the internet without a gateway, with their sidecar or without."""
    for source in evidence.identities:
        found: list[Cell] = []
        addresses: list[str] = []
        missing: list[Control] = []
        for row in evidence.rows_by_identity[source.identity]:
            answer = row.answer
            if answer.verdict is Verdict.ALLOWED and not answer.through and _public(evidence, row.host):
                found.append(row.cell)
                addresses += [step.address for step in answer.steps if step.address]
                missing += answer.not_given
        if not found and source.meshed:
            without = evidence.ask(source, "https", UNLISTED, sidecar=False)
            if without.verdict is Verdict.ALLOWED:
                found.append(Cell(source.identity, "https", ANY_OTHER, Way.SIDECAR_LEFT_OUT))
                addresses += [step.address for step in without.steps if step.address]
                missing += without.not_given
        if found:
            yield Finding(
                kind=DIRECT,
                facts={
                    "subject": source.identity,
                    "hosts": some(map(host_text, found)),
                    "unless": f" ({some(NAMES[control] for control in missing)} not given)"
                    if missing
                    else "",
                },
                about=Subjects(
                    identities=(source.identity,),
                    hosts=tuple(dict.fromkeys(each.host for each in found if not is_other(each.host))),
                ),
                addresses=tuple(dict.fromkeys(addresses)),
                cells=tuple(found),
            )


UNLISTED = "unlisted.example"


def _public(evidence: Evidence, host: str) -> bool:
    name = target_of(host, "http").host
    return is_other(host) or evidence.cluster.names.resolve(name).addresses is INTERNET


def find_no_route(evidence: Evidence) -> Iterator[Finding]:
    """Registered hosts that a sidecar reaches directly as far as the mesh is concerned (the tutorial's D26)."""
    without: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in evidence.named_rows:
        steps = [step for step in row.answer.steps if step.outcome is not Outcome.NOT_GIVEN]
        straight = bool(steps) and steps[0].control is Control.SIDECAR_REGISTRY
        if straight and steps[0].address and _public(evidence, row.host):
            without[row.host, steps[0].address].append(row)
    for (host, address), rows in without.items():
        held = all(row.answer.verdict is Verdict.REFUSED for row in rows)
        yield Finding(
            kind=NO_ROUTE,
            facts={
                "who": some(dict.fromkeys(row.identity for row in rows)),
                "subject": host,
                "schemes": " and ".join(sorted({row.scheme for row in rows})),
                "held": ", where another control refuses it" if held else "",
            },
            about=Subjects(hosts=(host,), identities=tuple(dict.fromkeys(row.identity for row in rows))),
            addresses=(address,),
            cells=tuple(row.cell for row in rows),
        )


def find_google_direct(evidence: Evidence) -> Iterator[Finding]:
    """Google's hosts that a sidecar reaches directly, at addresses of the VPC's own (the tutorial's D26)."""
    straight: dict[str, list[Row]] = defaultdict(list)
    for row in evidence.named_rows:
        passes = row.answer.verdict in (Verdict.ALLOWED, Verdict.CONDITIONAL)
        if passes and not row.answer.through and _of_google(evidence, row.host):
            straight[row.host].append(row)
    for host, rows in straight.items():
        yield Finding(
            kind=GOOGLE_DIRECT,
            facts={
                "who": some(row.identity for row in rows),
                "subject": host,
                "held": _held_by(evidence, host),
            },
            about=Subjects(hosts=(host,), identities=tuple(dict.fromkeys(row.identity for row in rows))),
            addresses=tuple(
                dict.fromkeys(step.address for row in rows for step in row.answer.steps if step.address)
            ),
            cells=tuple(row.cell for row in rows),
        )


def _of_google(evidence: Evidence, host: str) -> bool:
    """True for Google's API addresses, and for its API names at any other address that is not the internet."""
    addresses = evidence.cluster.names.resolve(host).addresses
    if addresses is None or addresses is INTERNET:
        return False
    return addresses.covered_by(GOOGLE_API_VIPS) is Cover.ALL or host.endswith(".googleapis.com")


def _held_by(evidence: Evidence, host: str) -> str:
    """What still says which of Google's data are reached there."""
    addresses = evidence.cluster.names.resolve(host).addresses
    if addresses is not None and addresses.covered_by(RESTRICTED_VIP) is Cover.ALL:
        return (
            "its addresses are the restricted ones: a VPC Service Controls perimeter, which is not in the input, "
            "says whose data are reached"
        )
    if addresses is not None and addresses.covered_by(PRIVATE_VIP) is Cover.ALL:
        return "its addresses are the private ones: any bucket of any project is reached there"
    return (
        "its address is the VPC's own (Private Service Connect): what its endpoint offers is not in the input"
    )


def find_tenant_routing(evidence: Evidence) -> Iterator[Finding]:
    """VirtualServices, DestinationRules and Gateways of a team that win over the platform's."""
    platform, mesh = evidence.platform, evidence.cluster.mesh
    routed = {host for item in mesh.virtual_services.all for host in item.hosts if item.namespace in platform}
    ours = {s.host for gateway in evidence.gateways for s in evidence.servers(gateway).services} | routed
    for route in mesh.virtual_services.all:
        if route.namespace not in platform and (won := _won(evidence, route, routed)):
            yield _tenant(route.object, won)
    for rule in mesh.destination_rules.all:
        item = rule.objects[0]
        theirs = item.namespace not in platform and item.namespace in evidence.spaces
        if not theirs or not visible(rule.export, item.namespace):
            continue
        if covered := sorted(host for host in ours if subset_of(host, rule.host)):
            yield _tenant(item, covered[0])
    for item in mesh.gateway_objects:
        if item.namespace not in platform and _displaces(evidence, item):
            yield _tenant(item, None)


def _won(evidence: Evidence, route: VirtualService, routed: set[str]) -> str | None:
    """A host of the platform's that a VirtualService takes over, in some namespace or at a gateway."""
    services = evidence.cluster.mesh.virtual_services
    for host in route.hosts:
        if not any(subset_of(host, platforms) for platforms in routed):
            continue
        if MESH in route.gateways:
            for viewer in evidence.spaces:
                seen = services.for_host(MESH, host, viewer)
                best = most_specific(host, [own for item in seen for own in item.hosts])
                if next((item for item in seen if best in item.hosts), None) is route:
                    return host
        for gateway in evidence.gateways:
            for servers in evidence.servers(gateway).by_port.values():
                if any(route in evidence.servers(gateway).virtual_services(one, host) for one in servers):
                    return host
    return None


def _displaces(evidence: Evidence, item: KubernetesObject) -> bool:
    """True for a Gateway on the Pods of a gateway for which the platform has one of its own."""
    for gateway in evidence.gateways:
        servers = evidence.servers(gateway)
        taken = [server.gateway for listed in servers.by_port.values() for server in listed]
        all_of_them = [*taken, *(skipped.server.gateway for skipped in servers.skipped)]
        if item in taken and any(other.namespace in evidence.platform for other in all_of_them):
            return True
    return False


def _tenant(item: KubernetesObject, host: str | None) -> Finding:
    """A team's object that takes over a host; None for a Gateway, which takes over the gateway's Pods."""
    return Finding(
        kind=TENANT_ROUTING,
        facts={
            "kind": item.kind,
            "subject": f"{item.namespace}/{item.name}",
            "host": host or "the gateway's Pods",
        },
        about=Subjects(namespaces=(item.namespace,), hosts=(host,) if host else ()),
        addresses=(item.address,),
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
    external = evidence.cluster.mesh.registry.hosts
    for rule in evidence.cluster.mesh.destination_rules.all:
        if rule.host not in external:
            continue
        for subset in ("", *rule.subsets):
            for port in _ports(evidence, rule.host):
                tls = rule.tls(subset, port)
                if tls.mode in ("SIMPLE", "MUTUAL") and not tls.verified(rule.host):
                    cells = [
                        row.cell
                        for row in evidence.named_rows
                        if tls.address and tls.address in {step.address for step in row.answer.steps}
                    ]
                    yield Finding(
                        kind=UNCHECKED_NAME,
                        facts={
                            "subject": rule.host,
                            "why": "insecureSkipVerify is set"
                            if tls.insecure
                            else "sni is set without subjectAltNames",
                        },
                        about=Subjects(hosts=(rule.host,)),
                        addresses=(tls.address or rule.address,),
                        cells=tuple(cells),
                    )
                    break


def _ports(evidence: Evidence, host: str) -> list[int]:
    return sorted({port.number for s in evidence.cluster.mesh.registry.named(host) for port in s.ports})


ANALYZERS: Iterable[Analyzer] = (
    Analyzer(kind=DIRECT, find=find_direct),
    Analyzer(kind=NO_ROUTE, find=find_no_route),
    Analyzer(kind=TENANT_ROUTING, find=find_tenant_routing),
    Analyzer(kind=TENANTS_MAY_ROUTE, find=find_tenants_may_route),
    Analyzer(kind=UNCHECKED_NAME, find=find_unchecked_name),
    Analyzer(kind=GOOGLE_DIRECT, find=find_google_direct),
)
