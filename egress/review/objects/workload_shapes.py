"""The fields that the review understands of what makes Pods, and of the plain objects beside them."""

from collections.abc import Mapping

from egress.review.objects.shapes import INERT, READ, Field, Shape


def _all(field: Field, *names: str) -> dict[str, Field]:
    return dict.fromkeys(names, field)


_USER = _all(READ, "runAsGroup", "runAsUser")
# What a process may do on its node; none of it makes a connection pass another way.
_PROCESS = _all(
    INERT,
    *("allowPrivilegeEscalation", "appArmorProfile", "capabilities", "privileged", "procMount"),
    *("readOnlyRootFilesystem", "runAsNonRoot", "seLinuxOptions", "seccompProfile", "windowsOptions"),
)
_PROCESSES = _all(
    INERT,
    *("appArmorProfile", "fsGroup", "fsGroupChangePolicy", "runAsNonRoot", "seLinuxChangePolicy"),
    *("seLinuxOptions", "seccompProfile", "supplementalGroups", "supplementalGroupsPolicy", "sysctls"),
    "windowsOptions",
)
_CONTAINER: Shape = {
    **_all(READ, "args", "env", "name", "ports"),
    "securityContext": {**_USER, **_PROCESS},
    # What runs, how it starts and ends, its files and its share of the node.
    **_all(
        INERT,
        *("command", "envFrom", "image", "imagePullPolicy", "lifecycle", "livenessProbe", "readinessProbe"),
        *("resizePolicy", "resources", "restartPolicy", "restartPolicyRules", "startupProbe", "stdin"),
        *("stdinOnce", "terminationMessagePath", "terminationMessagePolicy", "tty", "volumeDevices"),
        *("volumeMounts", "workingDir"),
    ),
}
_NODE_AFFINITY: Shape = {
    "requiredDuringSchedulingIgnoredDuringExecution": {
        # A Pod's node by name: the review then asks every pool.
        "nodeSelectorTerms": {"matchExpressions": READ, "matchFields": INERT}
    },
    "preferredDuringSchedulingIgnoredDuringExecution": INERT,
}
POD_SPEC: Shape = {
    "affinity": {"nodeAffinity": _NODE_AFFINITY, **_all(INERT, "podAffinity", "podAntiAffinity")},
    "containers": _CONTAINER,
    "initContainers": _CONTAINER,
    # Whom a debugging container runs as decides whether its connections reach the sidecar: that is refused.
    "ephemeralContainers": {**_CONTAINER, "securityContext": _PROCESS, "targetContainerName": INERT},
    "dnsConfig": {"nameservers": READ, **_all(INERT, "options", "searches")},
    "securityContext": {**_USER, **_PROCESSES},
    **_all(
        READ,
        *("dnsPolicy", "hostAliases", "hostNetwork", "nodeName", "nodeSelector", "serviceAccount"),
        *("serviceAccountName", "tolerations"),
    ),
    # How long, how many, which of equal nodes, the Pod's own names, files and share of the node. Whichever
    # scheduler puts a Pod on a node is taken to keep to its selectors and taints.
    **_all(
        INERT,
        *(
            "activeDeadlineSeconds",
            "automountServiceAccountToken",
            "enableServiceLinks",
            "evictionResponders",
        ),
        *("hostIPC", "hostPID", "hostUsers", "hostname", "hostnameOverride", "imagePullSecrets", "os"),
        *("overhead", "preemptionPolicy", "priority", "priorityClassName", "readinessGates"),
        *("resourceClaims", "resources", "restartPolicy", "schedulerName", "schedulingGates"),
        *(
            "schedulingGroup",
            "setHostnameAsFQDN",
            "shareProcessNamespace",
            "subdomain",
            "terminationGracePeriodSeconds",
        ),
        *("topologySpreadConstraints", "volumes"),
    ),
}
"""A runtimeClassName is missing on purpose: its RuntimeClass may choose nodes and tolerate taints."""

_TEMPLATE: Shape = {
    # The template's labels and annotations are looked at as an object's are.
    "metadata": {
        **_all(READ, "annotations", "labels"),
        **_all(INERT, "creationTimestamp", "finalizers", "generateName", "name", "namespace"),
    },
    "spec": POD_SPEC,
}
_REPLICATED: Shape = {
    "template": _TEMPLATE,
    **_all(
        INERT,
        *("minReadySeconds", "ordinals", "paused", "persistentVolumeClaimRetentionPolicy"),
        *("podManagementPolicy", "progressDeadlineSeconds", "replicas", "revisionHistoryLimit", "selector"),
        *("serviceName", "strategy", "updateStrategy", "volumeClaimTemplates"),
    ),
}
_JOB: Shape = {
    "template": _TEMPLATE,
    **_all(
        INERT,
        *("activeDeadlineSeconds", "backoffLimit", "backoffLimitPerIndex", "completionMode", "completions"),
        *("managedBy", "manualSelector", "maxFailedIndexes", "parallelism", "podFailurePolicy"),
        *("podReplacementPolicy", "scheduling", "selector", "successPolicy", "suspend"),
        "ttlSecondsAfterFinished",
    ),
}

WORKLOADS: Mapping[tuple[str, str], Shape] = {
    **{("apps", kind): _REPLICATED for kind in ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet")},
    ("", "ReplicationController"): _REPLICATED,
    ("", "Pod"): POD_SPEC,
    ("batch", "Job"): _JOB,
    ("batch", "CronJob"): {
        "jobTemplate": {"metadata": INERT, "spec": _JOB},
        **_all(
            INERT,
            *("concurrencyPolicy", "failedJobsHistoryLimit", "schedule", "startingDeadlineSeconds"),
            *("successfulJobsHistoryLimit", "suspend", "timeZone"),
        ),
    },
    ("", "Namespace"): {"finalizers": INERT},
    ("", "ServiceAccount"): _all(INERT, "automountServiceAccountToken", "imagePullSecrets", "secrets"),
    ("", "ConfigMap"): {"data": READ, **_all(INERT, "binaryData", "immutable")},
}
