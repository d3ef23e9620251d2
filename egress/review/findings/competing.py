"""Objects of which a proxy takes one and ignores the others: VirtualServices of one host, Sidecars of one workload.

Istio's analyzers call them IST0109, IST0110 and IST0111.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from egress.review.findings.evidence import Evidence
from egress.review.findings.finding import Analyzer, Family, Finding, Kind, Level, Subjects, some
from egress.review.istio.virtual_services import MESH, VirtualService
from egress.review.istio.visibility import visible
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.objects.selectors import matches_labels

ROUTES_COMPETE = Kind(
    code="EG222",
    name="routes-of-one-host-compete",
    family=Family.DEAD_POLICY,
    level=Level.WARNING,
    message="{subject} has routes for sidecars in {routes}: those of {who} use the first alone",
    fix="keep the routes of a host in one VirtualService, or export each to namespaces of its own",
)

SIDECARS_COMPETE = Kind(
    code="EG223",
    name="sidecars-compete",
    family=Family.DEAD_POLICY,
    level=Level.WARNING,
    message="{subject} has {sidecars}: the first alone is used",
    fix="keep one Sidecar without workloadSelector in a namespace, and let no two select one workload",
)


def find_routes(evidence: Evidence) -> Iterator[Finding]:
    """Hosts of which the sidecars of some namespace see several VirtualServices."""
    by_host: dict[str, list[VirtualService]] = defaultdict(list)
    for item in evidence.cluster.mesh.virtual_services.all:
        if MESH in item.gateways:
            for host in item.hosts:
                by_host[host].append(item)
    for host, items in sorted(by_host.items()):
        if len(items) < 2:
            continue
        told: dict[str, list[str]] = {}
        objects: dict[str, list[VirtualService]] = {}
        for viewer in sorted(evidence.spaces):
            seen = sorted(
                (item for item in items if visible(item.export, viewer)), key=lambda item: item.rank(viewer)
            )
            if len(seen) > 1:
                names = " and ".join(_name(item.object) for item in seen)
                told.setdefault(names, []).append(viewer)
                objects[names] = seen
        for names, viewers in told.items():
            yield Finding(
                kind=ROUTES_COMPETE,
                facts={"subject": host, "routes": names, "who": some(viewers)},
                about=Subjects(hosts=(host,)),
                addresses=tuple(item.address for item in objects[names]),
            )


def find_sidecars(evidence: Evidence) -> Iterator[Finding]:
    """Namespaces with several Sidecars for all, and workloads that several Sidecars select."""
    by_namespace: dict[str, list[KubernetesObject]] = defaultdict(list)
    for item in sorted(evidence.objects("Sidecar"), key=lambda item: item.age):
        by_namespace[item.namespace].append(item)
    for namespace, items in sorted(by_namespace.items()):
        general = [item for item in items if not item.spec.get("workloadSelector")]
        if len(general) > 1:
            yield _competing(namespace, general)
        selecting = [item for item in items if item.spec.get("workloadSelector")]
        for pod in evidence.cluster.mesh.workloads.values():
            if pod.namespace == namespace:
                own = [one for one in selecting if _selects(one, pod.labels)]
                if len(own) > 1:
                    yield _competing(pod.identity, own)


def _selects(item: KubernetesObject, labels: Mapping[str, str]) -> bool:
    return matches_labels((item.spec.get("workloadSelector") or {}).get("labels"), labels)


def _competing(subject: str, items: Iterable[KubernetesObject]) -> Finding:
    listed = list(items)
    namespace = listed[0].namespace
    return Finding(
        kind=SIDECARS_COMPETE,
        facts={"subject": subject, "sidecars": f"the Sidecars {' and '.join(map(_name, listed))}"},
        about=Subjects(namespaces=(namespace,)),
        addresses=tuple(item.address for item in listed),
    )


def _name(item: KubernetesObject) -> str:
    return f"{item.namespace}/{item.name}"


ANALYZERS = (
    Analyzer(kind=ROUTES_COMPETE, find=find_routes),
    Analyzer(kind=SIDECARS_COMPETE, find=find_sidecars),
)
