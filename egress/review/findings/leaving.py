"""What leaves beside the requests that are meant to: names, headers, and data to Google's APIs of others."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from egress.review.answer import Verdict
from egress.review.cell import Cell
from egress.review.errors import Undecided
from egress.review.findings.around_nodes import gateway_pools
from egress.review.findings.evidence import Evidence
from egress.review.findings.finding import Analyzer, Family, Finding, Kind, Level, Subjects, some
from egress.review.network.addresses import GOOGLE_API_VIPS, INTERNET, Cover
from egress.review.network.endpoint import Endpoint, Flow
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.objects.pods import makes_pods, pod_annotations
from egress.review.objects.workloads import Workload

NAMES_LEAVE = Kind(
    code="EG127",
    name="names-leave-by-dns",
    family=Family.WAY_AROUND,
    level=Level.WARNING,
    message="a Pod may have name servers outside asked for {subject}, and a name can carry data",
    fix="bind a DNS response policy to the network that answers every name itself but those of granted hosts",
)

NO_PERIMETER = Kind(
    code="EG128",
    name="google-apis-without-perimeter",
    family=Family.WAY_AROUND,
    level=Level.WARNING,
    message="{who} may reach {subject} through the gateway, and nothing in the input says whose data it takes",
    fix="put the project inside a VPC Service Controls perimeter, and reach Google's APIs at the restricted addresses",
)

GATEWAY_TELLS = Kind(
    code="EG305",
    name="gateway-tells-of-the-inside",
    family=Family.EXPOSURE,
    level=Level.WARNING,
    message="{subject} sends on what proxies add to a request: {hosts} may read {headers}",
    fix="take the headers off in the gateway's routes (headers.request.remove) and turn them off in its ProxyConfig",
)

GATEWAY_NODES_REACH_ALL = Kind(
    code="EG306",
    name="gateway-nodes-reach-the-internet",
    family=Family.EXPOSURE,
    level=Level.WARNING,
    message="the firewall lets the gateway's nodes ({subject}) reach every address of the internet on port {port}",
    fix="let a network firewall policy name the granted hosts (FQDN rules), and deny the rest",
)

NOBODYS_HOST = "a-host-that-nobody-names.invalid"
WEB_PORTS = (80, 443)

ADDED = (
    "x-forwarded-client-cert",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-envoy-external-address",
    "x-envoy-attempt-count",
    "x-envoy-decorator-operation",
    "x-envoy-peer-metadata",
    "x-envoy-peer-metadata-id",
    "x-request-id",
)
"""What Istio's sidecars and gateways add to a request where nothing says otherwise; seen on a real mesh."""

INSIDE = ("internal.", "cluster.local.")


def find_names(evidence: Evidence) -> Iterator[Finding]:
    """Names that the VPC's resolver asks outside although no host of the input has them."""
    vpc = evidence.cluster.vpc
    if vpc is None or not any(_may_ask(evidence, pod) for pod in evidence.identities):
        return
    if not vpc.answered.closes_names:
        addresses = tuple(address for address in (vpc.network,) if address)
        yield Finding(kind=NAMES_LEAVE, facts={"subject": "any name"}, addresses=addresses)
        return
    zones = {zone.dns_name for zone in vpc.zones}
    for rule in vpc.answered.rules:
        domain = rule.dns_name.removeprefix("*.")
        hidden = any(domain == own or domain.endswith(f".{own}") for own in (*zones, *INSIDE))
        if rule.bypass and rule.dns_name.startswith("*.") and not hidden:
            subject = f"any name below {domain.rstrip('.') or 'the root'}"
            yield Finding(kind=NAMES_LEAVE, facts={"subject": subject}, addresses=(rule.address,))


def _may_ask(evidence: Evidence, pod: Workload) -> bool:
    cluster = evidence.cluster
    decision = cluster.name_servers.asked_by(cluster.endpoint(pod))
    return decision is None or not decision.refuses


def find_no_perimeter(evidence: Evidence) -> Iterator[Finding]:
    """Google's APIs that somebody reaches through the gateway while no perimeter is in the input."""
    vpc = evidence.cluster.vpc
    if vpc is None or vpc.perimeter_address is not None:
        return
    by_host: dict[str, list[Any]] = {}
    for row in evidence.named_rows:
        if row.answer.verdict is Verdict.ALLOWED and row.answer.through and _of_google(evidence, row.host):
            by_host.setdefault(row.host, []).append(row)
    for host, rows in sorted(by_host.items()):
        yield Finding(
            kind=NO_PERIMETER,
            facts={"subject": host, "who": some(sorted(row.identity for row in rows))},
            addresses=tuple(
                service.address
                for service in evidence.cluster.mesh.registry.named(host)
                if service.external and service.address
            )[:1],
            about=Subjects(hosts=(host,), identities=tuple(sorted({row.identity for row in rows}))),
            cells=tuple(Cell(row.identity, row.scheme, host) for row in rows),
        )


def _of_google(evidence: Evidence, host: str) -> bool:
    addresses = evidence.cluster.names.resolve(host).addresses
    return (
        addresses is not None
        and bool(addresses.ranges)
        and addresses.covered_by(GOOGLE_API_VIPS) is Cover.ALL
    )


def find_gateway_tells(evidence: Evidence) -> Iterator[Finding]:
    """Headers of proxies that a gateway's routes out of the cluster leave on, gateway by gateway."""
    templates = {(item.namespace, item.name): item for item in evidence.inventory.objects if makes_pods(item)}
    for gateway in evidence.egress_gateways:
        config = proxy_config(evidence, templates.get((gateway.namespace, gateway.name)))
        left: dict[str, set[str]] = {}
        routes: set[str] = set()
        for item in _attached(evidence, gateway):
            for hosts, removed in _outside_routes(evidence, item):
                told = [name for name in ADDED if not _taken_off(name, removed, config)]
                if told:
                    routes.add(item.address)
                for host in hosts if told else ():
                    left.setdefault(host, set()).update(told)
        if left:
            headers = [name for name in ADDED if any(name in told for told in left.values())]
            yield Finding(
                kind=GATEWAY_TELLS,
                facts={
                    "subject": gateway.identity,
                    "hosts": some(sorted(left)),
                    "headers": some(headers, limit=4),
                },
                about=Subjects(identities=(gateway.identity,), hosts=tuple(sorted(left))),
                addresses=tuple(sorted(routes)),
            )


def proxy_config(evidence: Evidence, item: KubernetesObject | None) -> Mapping[str, Any]:
    """The ProxyConfig of a gateway's Pods: the mesh's own with the annotation's over it, key by key."""
    stated = yaml.safe_load(str(pod_annotations(item).get("proxy.istio.io/config") or "")) if item else None
    return {**evidence.inventory.mesh.proxy, **(stated or {})}


def _taken_off(name: str, removed: set[str], config: Mapping[str, Any]) -> bool:
    topology, headers = config.get("gatewayTopology") or {}, config.get("proxyHeaders") or {}
    if name == "x-forwarded-client-cert" and topology.get("forwardClientCertDetails") == "SANITIZE":
        return True
    if name == "x-envoy-attempt-count":
        # Envoy writes it again at a retry, when the route's headers are done.
        return name in removed and bool((headers.get("attemptCount") or {}).get("disabled"))
    return name in removed


def _attached(evidence: Evidence, gateway: Workload) -> list[KubernetesObject]:
    servers = evidence.servers(gateway)
    addresses = {
        item.address
        for found in servers.by_port.values()
        for server in found
        for item in servers.attached(server)
        if item.http
    }
    return [item for item in evidence.objects("VirtualService") if item.address in addresses]


def _outside_routes(evidence: Evidence, item: KubernetesObject) -> Iterator[tuple[list[str], set[str]]]:
    """The HTTP routes of gateways to hosts outside, with the headers that each takes off."""
    registry = evidence.cluster.mesh.registry
    default = item.spec.get("gateways") or ("mesh",)
    for route in item.spec.get("http") or ():
        matches: Iterable[Mapping[str, Any]] = route.get("match") or ({},)
        if all(set(match.get("gateways") or default) == {"mesh"} for match in matches):
            continue
        for target in route.get("route") or ():
            host = str((target.get("destination") or {}).get("host") or "")
            if any(not service.external for service in registry.named(registry.canonical(host))):
                continue
            yield [host], {name.lower() for one in (route, target) for name in _removed(one)}


def _removed(block: Mapping[str, Any]) -> Iterable[str]:
    return ((block.get("headers") or {}).get("request") or {}).get("remove") or ()


def find_gateway_nodes(evidence: Evidence) -> Iterator[Finding]:
    """Pools of gateways from which a host that nobody names is reached."""
    firewall, internet = evidence.cluster.firewall, evidence.cluster.outside(INTERNET)
    if firewall is None:
        return
    for pool in gateway_pools(evidence):
        for port in sorted(WEB_PORTS, reverse=True):
            flow = Flow(Endpoint(pool.name, None, pools=(pool,)), internet, port, host=NOBODYS_HOST)
            try:
                step = firewall.egress(flow)
            except Undecided:
                continue
            if not step.refuses:
                yield Finding(
                    kind=GATEWAY_NODES_REACH_ALL,
                    facts={"subject": pool.name, "port": str(port)},
                    addresses=tuple(address for address in (step.address, pool.address) if address),
                )
                break


ANALYZERS: Iterable[Analyzer] = (
    Analyzer(kind=NAMES_LEAVE, find=find_names),
    Analyzer(kind=NO_PERIMETER, find=find_no_perimeter),
    Analyzer(kind=GATEWAY_TELLS, find=find_gateway_tells),
    Analyzer(kind=GATEWAY_NODES_REACH_ALL, find=find_gateway_nodes),
)
