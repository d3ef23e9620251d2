"""Labels and annotations on each kind that a tenant writes: those that pass, and those that command something.

Every key stands on every kind, since what reads it may read it anywhere.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from egress.derived.admission.metadata_keys import APPLICATION_DOMAINS, KUBERNETES_KEYS, VALUES
from egress.proof.asking.attempt import ADMISSION, ANYBODY, CREATED, Attempt
from egress.proof.asking.restricted import RESTRICTED

Object = dict[str, Any]

ANNOTATIONS: Mapping[str, str] = {
    "ad.datadoghq.com/main.instances": '[{"prometheus_url": "http://elsewhere.example"}]',
    "applyset.kubernetes.io/additional-namespaces": "istio-egress",
    "argocd.argoproj.io/refresh": "hard",
    "autoscaling.k8s.io/mine": "a",
    "beta.cloud.google.com/backend-config": "mine",
    "cloud.google.com/backend-config": "mine",
    "cloud.google.com/load-balancer-type": "External",
    "cloud.google.com/neg": '{"exposed_ports": {"80": {}}}',
    "cloud.google.com/neg-status": "mine",
    "cni.projectcalico.org/ipAddrs": '["10.0.0.1"]',
    "cni.projectcalico.org/podIP": "10.0.0.1/32",
    "example.com/of-nobody": "a",
    "external-dns.alpha.kubernetes.io/hostname": "c2VjcmV0.tunnel.example",
    "external-dns.alpha.kubernetes.io/target": "elsewhere.example",
    "iam.gke.io/gcp-service-account": "others@x.iam.gserviceaccount.com",
    "io.cilium.proxy-visibility": "<Egress/53/UDP/DNS>",
    "io.cilium/global-service": "true",
    "istio-locality": "mine",
    "k8s.v1.cni.cncf.io/networks": "outside",
    "kubernetes.io/service-account.name": "test",
    "networking.gke.io/default-interface": "eth1",
    "networking.gke.io/interfaces": '[{"interfaceName": "eth1", "network": "outside"}]',
    "networking.gke.io/load-balancer-type": "Internal",
    "networking.istio.io/exportTo": "*",
    "node.alpha.kubernetes.io/ttl": "0",
    "policy.cilium.io/proxy-visibility": "<Egress/53/UDP/DNS>",
    "grafana_folder": "mine",
    "prometheus-io-path": "/",
    "prometheus.io/path": "@elsewhere.example/",
    "prometheus.io/port": "80@elsewhere.example",
    "prometheus_io_path": "@elsewhere.example/",
    "prometheus_io_scrape": "true",
    "pv.kubernetes.io/bind-completed": "yes",
    "pv.kubernetes.io/provisioned-by": "mine",
    "scheduler.alpha.kubernetes.io/critical-pod": "",
    "seccomp.security.alpha.kubernetes.io/pod": "unconfined",
    "secure-egress/tenant": "team-y",
    "service.cilium.io/global": "true",
    "service.cilium.io/node": "mine",
    "sidecar.opentelemetry.io/inject": "true",
    "v1.multus-cni.io/default-network": "outside",
    "volume.beta.kubernetes.io/mount-options": "a",
    "volume.beta.kubernetes.io/storage-class": "",
    "volume.kubernetes.io/selected-node": "gke-gateway-0",
    "volume.kubernetes.io/storage-provisioner": "mine",
}
"""By key: what somebody with more rights than a tenant would do because of it."""

LABELS: Mapping[str, str] = {
    "argocd.argoproj.io/secret-type": "repository",
    "grafana_dashboard": "1",
    "grafana_datasource": "1",
    "endpointslice.kubernetes.io/managed-by": "mine",
    "istio": "egressgateway",
    "io.cilium.k8s.policy.cluster": "mine",
    "io.kubernetes.pod.namespace": "istio-egress",
    "networking.istio.io/tunnel": "http",
    "node.kubernetes.io/exclude-from-external-load-balancers": "true",
    "service.kubernetes.io/headless": "",
    "service.kubernetes.io/service-proxy-name": "mine",
    "topology.istio.io/network": "mine",
}

_OWN = {
    **dict.fromkeys(KUBERNETES_KEYS, "1"),
    **{f"{domain}/mine": "a" for domain in APPLICATION_DOMAINS},
    "cloud.google.com/neg": '{"ingress":true}',
    "prometheus.io/path": "/metrics",
    "prometheus.io/port": "8080",
    "prometheus.io/scheme": "http",
    "prometheus.io/scrape": "true",
    "mine": "a",
    "of_mine-2": "a",
}
"""What every object may carry."""

INJECTION_REPLACES = frozenset({"prometheus-io-path", "prometheus_io_scrape"})
"""Keys of a Pod that Istio's injection takes for prometheus.io/ ones and replaces; what they say here is sound.

One with a path that leads elsewhere is refused by what it makes of the sidecar (injected_container.py).
"""

_POD = {
    "serviceAccountName": "proof-other",
    "containers": [{"name": "main", "image": "gcr.io/some/image:1", "securityContext": RESTRICTED}],
}
_LABELS = {"matchLabels": {"app": "a"}}
_TEMPLATE = {"metadata": {"labels": {"app": "a"}}, "spec": _POD}
_ENDING = {"template": {"spec": {**_POD, "restartPolicy": "Never"}}}
_CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
_SCALED = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "a"}

OBJECTS: Mapping[str, tuple[str, str, Mapping[str, Any]]] = {
    "/configmaps": ("v1", "ConfigMap", {"data": {"a": "b"}}),
    "/persistentvolumeclaims": ("v1", "PersistentVolumeClaim", {"spec": _CLAIM}),
    "/pods": ("v1", "Pod", {"spec": _POD}),
    "/secrets": ("v1", "Secret", {"type": "Opaque"}),
    "/services": ("v1", "Service", {"spec": {"selector": {"app": "a"}, "ports": [{"port": 80}]}}),
    "apps/daemonsets": ("apps/v1", "DaemonSet", {"spec": {"selector": _LABELS, "template": _TEMPLATE}}),
    "apps/deployments": ("apps/v1", "Deployment", {"spec": {"selector": _LABELS, "template": _TEMPLATE}}),
    "apps/replicasets": ("apps/v1", "ReplicaSet", {"spec": {"selector": _LABELS, "template": _TEMPLATE}}),
    "apps/statefulsets": (
        "apps/v1",
        "StatefulSet",
        {
            "spec": {
                "serviceName": "a",
                "selector": _LABELS,
                "template": _TEMPLATE,
                "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": _CLAIM}],
            }
        },
    ),
    "autoscaling/horizontalpodautoscalers": (
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        {"spec": {"scaleTargetRef": _SCALED, "maxReplicas": 2}},
    ),
    "batch/cronjobs": (
        "batch/v1",
        "CronJob",
        {"spec": {"schedule": "* * * * *", "jobTemplate": {"spec": _ENDING}}},
    ),
    "batch/jobs": ("batch/v1", "Job", {"spec": _ENDING}),
    "policy/poddisruptionbudgets": ("policy/v1", "PodDisruptionBudget", {"spec": {"selector": _LABELS}}),
}
"""By what the Role gives: the version, the kind and the least of an object."""

_TEMPLATES: Mapping[str, Sequence[str]] = {
    "apps/daemonsets": ("spec", "template"),
    "apps/deployments": ("spec", "template"),
    "apps/replicasets": ("spec", "template"),
    "apps/statefulsets": ("spec", "template"),
    "batch/cronjobs": ("spec", "jobTemplate", "spec", "template"),
    "batch/jobs": ("spec", "template"),
}
"""Where a template of Pods has its metadata."""


def key_attempts(namespace: str, groups: tuple[str, ...]) -> Iterator[Attempt]:
    """Yield for each kind an object with every key that passes, and one with each key that does not."""
    for resource in OBJECTS:
        yield from _of(resource, (), namespace, groups)
        if resource in _TEMPLATES:
            yield from _of(resource, _TEMPLATES[resource], namespace, groups)
    yield from _of("batch/cronjobs", ("spec", "jobTemplate"), namespace, groups)
    claims = ("spec", "volumeClaimTemplates", "0")
    yield from _of("apps/statefulsets", claims, namespace, groups)


def _of(resource: str, place: Sequence[str], namespace: str, groups: tuple[str, ...]) -> Iterator[Attempt]:
    def attempt(what: str, words: str, keys: Mapping[str, str], refused: str) -> Attempt:
        where = f"{' '.join(place)} " if place else ""
        made = _object(resource, place, namespace, words, keys)
        return Attempt(what=f"{where}{words} {what}", by=groups, object=made, refused=refused)

    # Keys of a claim, or a Job, that is made later pass whatever they say, or not at all.
    later = "volumeClaimTemplates" in place or place[-1:] == ("jobTemplate",)
    passing = {k: v for k, v in _OWN.items() if not later or k not in VALUES}
    yield attempt("that every object may carry", "annotations", passing, CREATED)
    for key, value in ANNOTATIONS.items():
        # A Pod's own injection refuses some by itself, and replaces others before admission sees them.
        refused = ANYBODY if resource == "/pods" and key.startswith("prometheus.io/") else ADMISSION
        if resource == "/pods" and key in INJECTION_REPLACES:
            refused = CREATED
        yield attempt(f"{key}: {value}", "annotations", {key: value}, refused)
    for key, value in LABELS.items():
        yield attempt(f"{key}: {value}", "labels", {key: value}, ADMISSION)


def _object(
    resource: str, place: Sequence[str], namespace: str, words: str, keys: Mapping[str, str]
) -> Object:
    version, kind, rest = OBJECTS[resource]
    made: Object = {
        "apiVersion": version,
        "kind": kind,
        "metadata": {"name": "attempt", "namespace": namespace},
        **copy.deepcopy(dict(rest)),
    }
    target: Any = made
    for step in place:
        target = target[int(step)] if step.isdigit() else target[step]
    metadata = target.setdefault("metadata", {})
    metadata[words] = {**metadata.get(words, {}), **keys}
    return made
