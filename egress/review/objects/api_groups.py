"""API groups and their versions: which are read, and which decide on no request whatever they hold.

Any other group is one that nobody here knows: its objects are named, and what they may bring about is open.
"""

from collections.abc import Mapping
from typing import Any

VERSIONS: Mapping[str, frozenset[str]] = {
    "": frozenset({"v1"}),
    "apps": frozenset({"v1", "v1beta1", "v1beta2"}),
    "batch": frozenset({"v1", "v1beta1"}),
    "networking.k8s.io": frozenset({"v1"}),
    "networking.istio.io": frozenset({"v1", "v1beta1", "v1alpha3"}),
    "security.istio.io": frozenset({"v1", "v1beta1"}),
}
"""The versions of the groups whose objects are read; between those of one group no field that is read differs."""

BUILT_IN = frozenset(
    {
        *("admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "apps"),
        *("authentication.k8s.io", "authorization.k8s.io", "autoscaling", "batch", "certificates.k8s.io"),
        *("coordination.k8s.io", "discovery.k8s.io", "events.k8s.io", "flowcontrol.apiserver.k8s.io"),
        *("internal.apiserver.k8s.io", "metrics.k8s.io", "node.k8s.io", "policy"),
        *("rbac.authorization.k8s.io", "resource.k8s.io", "scheduling.k8s.io", "storage.k8s.io"),
        *("storagemigration.k8s.io", "snapshot.storage.k8s.io", "networking.k8s.io", ""),
    }
)
"""Kubernetes' own. What of them decides is read; the kinds below are what is left of them."""

MUTATING = frozenset({"MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"})
"""They change objects as they are stored."""

OF_CORE = frozenset(
    {
        *("Binding", "ComponentStatus", "ConfigMap", "Endpoints", "Event", "LimitRange", "Namespace", "Node"),
        *("PersistentVolume", "PersistentVolumeClaim", "Pod", "PodTemplate", "ReplicationController"),
        *("ResourceQuota", "Secret", "Service", "ServiceAccount"),
    }
)
OF_APPS = frozenset({"ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"})
OF_BATCH = frozenset({"CronJob", "Job"})

KINDS: Mapping[str, frozenset[str]] = {"": OF_CORE, "apps": OF_APPS, "batch": OF_BATCH}
"""All there is in the groups whose kinds are read one by one."""

INERT = frozenset(
    {
        *("cert-manager.io", "acme.cert-manager.io", "monitoring.coreos.com", "monitoring.googleapis.com"),
        *("external-secrets.io", "bitnami.com", "secrets-store.csi.x-k8s.io", "keda.sh"),
        *("autoscaling.k8s.io", "autoscaling.gke.io", "cloud.google.com", "hub.gke.io", "kiali.io"),
        *("metrics.gke.io", "warden.gke.io", "nodemanagement.gke.io", "snapshot.storage.k8s.io"),
        *(
            "velero.io",
            "externaldns.k8s.io",
            "gatekeeper.sh",
            "spiffe.io",
            "wgpolicyk8s.io",
            "aquasecurity.github.io",
        ),
    }
)
"""Certificates, secrets, metrics, scaling, backups, reports, load balancers for traffic into the cluster."""

CONFIG_CONNECTOR = "cnrm.cloud.google.com"
"""How the groups end whose objects are resources of Google's."""

OF_THE_NETWORK = ("compute", "container", "dns", "networksecurity", "networkservices", "networkconnectivity")
"""Those of Config Connector on which names, nodes and what leaves them hang."""

CARRIERS = frozenset(
    {
        *("helm.toolkit.fluxcd.io", "kustomize.toolkit.fluxcd.io", "source.toolkit.fluxcd.io"),
        *("helm.cattle.io", "operators.coreos.com", "configmanagement.gke.io", "configsync.gke.io"),
        *("sailoperator.io", "install.istio.io", "apiextensions.crossplane.io", "pkg.crossplane.io"),
        *("kyverno.io", "mutations.gatekeeper.sh", "addons.cluster.x-k8s.io", "app.k8s.io"),
    }
)
"""Their objects make or change objects of any kind, in any namespace."""


DECIDING = (
    "istio.io",
    "networking.k8s.io",
    "policy.networking.k8s.io",
    "gateway.networking.k8s.io",
    "networking.gke.io",
    "cilium.io",
    "projectcalico.org",
)
"""API groups whose objects may decide on a request; an unknown kind of theirs is named."""


def deciding(group: str) -> bool:
    """True for a group whose objects may decide on a request, or one below it."""
    return group in DECIDING or group.endswith(tuple(f".{one}" for one in DECIDING))


def knows_version(api_version: str) -> bool:
    """True for a version that is read, or of a group whose versions decide on nothing here."""
    group, _, version = api_version.rpartition("/")
    return group not in VERSIONS or version in VERSIONS[group]


def is_known(group: str, kind: str) -> bool:
    """True for an object of which it is known what it decides, be it nothing."""
    if kind in MUTATING or carries(group, kind):
        return False
    if group in KINDS:
        return kind in KINDS[group]
    return group in BUILT_IN or in_groups(group, INERT)


def carries(group: str, kind: str) -> bool:
    """True for an object that makes or changes objects of any kind, in any namespace."""
    return in_groups(group, CARRIERS) or (group, kind) in CARRYING


CARRYING = frozenset(("argoproj.io", kind) for kind in ("Application", "ApplicationSet", "AppProject"))
"""Of a group whose other kinds stay in their namespaces."""

ANY_POD = ("*", "pods")


def mutates_pods(item: Any) -> bool:
    """True for webhooks of others than Istio that may change Pods as they are stored."""
    hooks = item.spec.get("webhooks") if isinstance(item.spec, Mapping) else None
    for hook in hooks if isinstance(hooks, list) else ():
        rules = hook.get("rules") if isinstance(hook, Mapping) else None
        for rule in rules if isinstance(rules, list) else ():
            resources = rule.get("resources") if isinstance(rule, Mapping) else None
            named = resources if isinstance(resources, list) else ()
            if any(one in ANY_POD for one in named) and not _of_istio(hook):
                return True
    return False


def _of_istio(hook: Mapping[str, Any]) -> bool:
    return str(hook.get("name", "")).endswith((".istio.io", "istio.io"))


def in_groups(group: str, groups: frozenset[str]) -> bool:
    """True for one of some groups, or one below them."""
    return group in groups or any(group.endswith(f".{one}") for one in groups)
