"""Which labels and annotations a tenant's objects may carry: an allow-list by the key's domain.

A domain belongs to whoever reads its keys, and many are read by something that runs with more rights than the tenant:
a CNI plugin, a load balancer's controller, an agent on the node that connects wherever an annotation says. So a domain
passes only where somebody stated it: here, or in `tenants.metadata_domains`. Istio's own are in `istio_keys`.
"""

from collections.abc import Iterable, Mapping

from egress.derived.admission.known_fields import quoted
from egress.derived.admission.refusal import Refusal

APPLICATION_DOMAINS: Mapping[str, str] = {
    "app.kubernetes.io": "names of an application, for people and dashboards",
    "checksum": "charts restart Pods by it where a ConfigMap changes",
    "helm.sh": "what Helm writes on what it deploys",
    "toolkit.fluxcd.io": "what Flux writes on what it deploys",
}
"""Domains whose keys move nothing outside the object they stand on, each with its reason. Subdomains are part of it."""

KUBERNETES_KEYS: Mapping[str, str] = {
    "applyset.kubernetes.io/contains-group-kinds": "kubectl alone reads it",
    "applyset.kubernetes.io/id": "kubectl alone reads it",
    "applyset.kubernetes.io/part-of": "kubectl alone reads it",
    "applyset.kubernetes.io/tooling": "kubectl alone reads it",
    "apps.kubernetes.io/pod-index": "the StatefulSet controller's",
    **{
        f"argocd.argoproj.io/{name}": "how Argo CD deploys the object"
        for name in (
            "compare-options",
            "hook",
            "hook-delete-policy",
            "ignore-healthcheck",
            "instance",
            "sync-options",
            "sync-wave",
            "tracking-id",
        )
    },
    "autoscaling.alpha.kubernetes.io/behavior": "an autoscaler of version v1 holds its fields there",
    "autoscaling.alpha.kubernetes.io/conditions": "an autoscaler of version v1 holds its fields there",
    "autoscaling.alpha.kubernetes.io/current-metrics": "an autoscaler of version v1 holds its fields there",
    "autoscaling.alpha.kubernetes.io/metrics": "an autoscaler of version v1 holds its fields there",
    "batch.kubernetes.io/controller-uid": "the Job controller's",
    "batch.kubernetes.io/cronjob-scheduled-timestamp": "the CronJob controller's",
    "batch.kubernetes.io/job-completion-index": "the Job controller's",
    "batch.kubernetes.io/job-index-failure-count": "the Job controller's",
    "batch.kubernetes.io/job-index-ignored-failure-count": "the Job controller's",
    "batch.kubernetes.io/job-name": "the Job controller's",
    "batch.kubernetes.io/job-tracking": "the Job controller's",
    "cluster-autoscaler.kubernetes.io/safe-to-evict": "whether a node may be drained",
    "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes": "whether a node may be drained",
    "control-plane.alpha.kubernetes.io/leader": "which replica of an application leads",
    "controller.kubernetes.io/pod-deletion-cost": "which replica goes first",
    "cronjob.kubernetes.io/instantiate": "kubectl create job --from writes it",
    "deployment.kubernetes.io/desired-replicas": "the Deployment controller's",
    "deployment.kubernetes.io/max-replicas": "the Deployment controller's",
    "deployment.kubernetes.io/revision": "the Deployment controller's",
    "deployment.kubernetes.io/revision-history": "the Deployment controller's",
    "deprecated.daemonset.template.generation": "the API server's, on a DaemonSet",
    "kubectl.kubernetes.io/default-container": "kubectl alone reads it",
    "kubectl.kubernetes.io/default-logs-container": "kubectl alone reads it",
    "kubectl.kubernetes.io/last-applied-configuration": "kubectl alone reads it",
    "kubectl.kubernetes.io/restartedAt": "kubectl rollout restart writes it",
    "kubernetes.io/change-cause": "a text for people",
    "kubernetes.io/description": "a text for people",
    "kubernetes.io/egress-bandwidth": "it makes a Pod slower",
    "kubernetes.io/ingress-bandwidth": "it makes a Pod slower",
    "kubernetes.io/limit-ranger": "the API server's, where a LimitRange has defaults",
    "service.kubernetes.io/topology-mode": "which of the Service's own Pods is near",
    "statefulset.kubernetes.io/pod-name": "the StatefulSet controller's",
    "topology.kubernetes.io/region": "the API server's, from the Pod's node",
    "topology.kubernetes.io/zone": "the API server's, from the Pod's node",
}
"""Single keys that pass, each with its reason: what applications use, what controllers write on Pods that they make
from a tenant's template, and what Argo CD reads on the object alone (others of its keys make a Secret a repository)."""

PATH = "[-A-Za-z0-9_./?=&%]*"
PORT = "[1-9][0-9]{0,4}"
VALUES: Mapping[str, str] = {
    "cloud.google.com/neg": """ in ['{"ingress":true}', '{"ingress": true}']""",
    "prometheus.io/path": f".matches('^/{PATH}$')",
    "prometheus.io/port": f".matches('^{PORT}$')",
    "prometheus.io/scheme": " in ['http', 'https']",
    "prometheus.io/scrape": " in ['true', 'false']",
}
"""Keys that pass with some values alone.

GKE's own webhook writes `cloud.google.com/neg` on each Service at its creation, in the name of whoever creates it; an
Ingress, which no tenant writes, would read it. The sidecar's agent, whose connections nothing captures, pastes port
and path into http://localhost:PORT/PATH: `@elsewhere.example/` as a path would make that another host."""

BARE = "^[A-Za-z0-9_-]+$"
"""A key without a domain is the object's own. One with a dot but no slash may be a data plane's (`io.cilium...`)."""

READ_WITHOUT_DOMAIN: Mapping[str, str] = {
    "grafana": "Grafana takes dashboards and data sources from objects with such a label, of any namespace",
    "istio": "the mesh picks gateways and its own objects by them",
    "prometheus": "Prometheus reads prometheus_io_path as it reads prometheus.io/path",
}
"""What no key without a domain begins with, in whatever case. The list names what is known: a controller of the cluster
that goes by other keys without a domain is the platform's to keep to its own namespaces."""

APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/"
APP_ARMOR_KEPT = " == 'runtime/default'"
ISTIO = "(k.split('/')[0] == 'istio.io' || k.split('/')[0].endsWith('.istio.io'))"

MESSAGE = (
    "a label or annotation of a domain that nobody stated (tenants.metadata_domains in platform.yaml), or of a value "
    "that is refused: what reads it may have more rights than a tenant"
)


def domain_refusal(domains: Iterable[str], by_a_tenant: str, what: str = "object") -> Refusal:
    """The condition on labels and annotations of `variables.metadata`, with Istio's left out.

    On UPDATE it goes by what changes: what a controller has written stays, and only who may write a key may take it
    away. Kubernetes' own accounts may write any key on an object that exists, and none on one that they create from a
    tenant's template.
    """
    wrong = f"variables.changed_keys.filter(k, !({_allowed(domains)}))"
    exempt = f"(request.operation == 'UPDATE' && !({by_a_tenant}))"
    return Refusal(
        expression=f"{exempt} || {wrong}.size() == 0",
        message=f"a tenant's {what} must not carry {MESSAGE}",
        named=f"{wrong}.join(', ')",
    )


def domain_variables(metadata: str, old: str = "") -> tuple[tuple[str, str], ...]:
    """Variables of `domain_refusal`: the keys that are new, changed or taken away, and every value by key.

    `old` is where the object before the change has its metadata; none where each key counts (a template).
    """
    places = tuple((words, f"{metadata}.{words}", f"{old}.{words}") for words in ("labels", "annotations"))
    stated = tuple((f"own_{words}", f"has({now}) ? {now} : {{}}") for words, now, _ in places)
    if not old:
        changed = tuple((f"changed_{words}", f"variables.own_{words}.map(k, k)") for words, _, _ in places)
    else:
        changed = tuple(
            (
                f"changed_{words}",
                f"request.operation != 'UPDATE' || !has({before}) ? variables.own_{words}.map(k, k) : "
                f"variables.own_{words}.filter(k, !(k in {before}) || {before}[k] != variables.own_{words}[k]) + "
                f"{before}.filter(k, !(k in variables.own_{words}))",
            )
            for words, _, before in places
        )
    together = ("changed_keys", "variables.changed_labels + variables.changed_annotations")
    return (*stated, *changed, together)


def plain_key(domains: Iterable[str]) -> str:
    """The condition on one key `k` that it passes whatever its value."""
    known = quoted(sorted({*APPLICATION_DOMAINS, *domains}))
    return " || ".join(
        (
            f"(k.matches('{BARE}') && !{quoted(READ_WITHOUT_DOMAIN)}.exists(p, k.lowerAscii().startsWith(p)))",
            f"k in {quoted(sorted(KUBERNETES_KEYS))}",
            f"{known}.exists(d, k.split('/')[0] == d || k.split('/')[0].endsWith('.' + d))",
        )
    )


def _allowed(domains: Iterable[str]) -> str:
    """The condition on one key `k`; a key may stand among the labels and among the annotations."""
    return " || ".join(
        (
            plain_key(domains),
            ISTIO,
            *(f"(k == '{key}' && {_each_value(test)})" for key, test in VALUES.items()),
            f"(k.startsWith('{APP_ARMOR}') && {_each_value(APP_ARMOR_KEPT)})",
        )
    )


def _each_value(test: str) -> str:
    return " && ".join(
        f"(!(k in variables.own_{words}) || variables.own_{words}[k]{test})"
        for words in ("labels", "annotations")
    )
