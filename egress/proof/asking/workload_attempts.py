"""An attempt for each field of a Pod that takes a workload's ServiceAccount: the workload's own Pod with one change."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from egress.proof.asking.attempt import ADMISSION, ANYBODY, CREATED, Attempt
from egress.proof.asking.restricted import RESTRICTED

Object = dict[str, Any]

_EXEC = {"exec": {"command": ["sh"]}}
CONTAINER: Mapping[str, Sequence[Any]] = {
    "args": [["1"]],
    "command": [["/bin/sh", "-c", "curl https://api.github.com"], ["/bin/sleep\ninfinity"], None],
    "env": [[{"name": "LD_PRELOAD", "value": "/mine/a.so"}]],
    "envFrom": [[{"configMapRef": {"name": "mine"}}], [{"secretRef": {"name": "mine"}}]],
    "image": ["gcr.io/google.com/cloudsdktool/other"],
    "lifecycle": [{"postStart": _EXEC}, {"preStop": {"sleep": {"seconds": 5}}}],
    "livenessProbe": [_EXEC],
    "readinessProbe": [_EXEC],
    "restartPolicy": ["Always"],
    "restartPolicyRules": [[{"action": "Restart", "exitCodes": {"operator": "In", "values": [1]}}]],
    "startupProbe": [_EXEC],
    "stdin": [True],
    "stdinOnce": [True],
    "terminationMessagePath": ["/bin/sleep"],
    "terminationMessagePolicy": ["FallbackToLogsOnError"],
    "tty": [True],
    "volumeDevices": [[{"name": "raw", "devicePath": "/dev/x"}]],
    "volumeMounts": [
        [{"name": "mine", "mountPath": "/mine"}],
        [{"name": "mine", "mountPath": "/bin/sleep", "subPath": "sleep"}],
        [{"name": "mine", "mountPath": "/var/run/secrets/mine"}],
        [{"name": "mine", "mountPath": "/var/run/secrets/../../../bin"}],
        [{"name": "mine", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "readOnly": True}],
        [
            {
                "name": "kube-api-access-mine",
                "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
                "readOnly": True,
                "subPath": "x",
            }
        ],
    ],
    "workingDir": ["/mine"],
}
"""By field of the container: what the workload does not state."""

POD: Mapping[str, Sequence[Any]] = {
    "dnsConfig": [{"searches": ["elsewhere.example"]}, {"options": [{"name": "ndots", "value": "9"}]}],
    "dnsPolicy": ["Default"],
    "ephemeralContainers": [[{"name": "debug", "image": "gcr.io/some/image:1"}]],
    "hostAliases": [[{"ip": "10.1.2.3", "hostnames": ["example.com"]}]],
    "hostIPC": [True],
    "hostNetwork": [True],
    "hostPID": [True],
    "hostUsers": [False],
    "hostname": ["mine"],
    "hostnameOverride": ["mine"],
    "initContainers": [[{"name": "before", "image": "gcr.io/some/image:1"}]],
    "overhead": [{"cpu": "1"}],
    "priorityClassName": ["system-cluster-critical"],
    "resourceClaims": [[{"name": "device", "resourceClaimName": "mine"}]],
    "runtimeClassName": ["mine"],
    "setHostnameAsFQDN": [True],
    "shareProcessNamespace": [True],
    "subdomain": ["mine"],
}
"""By field of the Pod: what the workload does not state."""

_ANYBODYS = frozenset(
    {"ephemeralContainers", "hostNetwork", "priorityClassName", "runtimeClassName", "overhead"}
)
"""What somebody else of the API server's plugins, or its checks, may refuse first."""

_TOKEN = {"serviceAccountToken": {"path": "token"}}


def workload_attempts(
    namespace: str, account: str, runs: Sequence[str], groups: tuple[str, ...]
) -> Iterator[Attempt]:
    """Yield the workload's own Pod (`runs` is its image, then its command), then each change."""
    pod = _pod(namespace, account, runs)
    yield Attempt(what="the workload itself", by=groups, object=pod, refused=CREATED)
    for field, values in CONTAINER.items():
        for value in values:
            made = copy.deepcopy(pod)
            _set(made["spec"]["containers"][0], field, value)
            yield _attempt(made, f"containers.0.{field}", value, groups)
    beside = copy.deepcopy(pod)
    beside["spec"]["containers"].append(
        {"name": "beside", "image": "gcr.io/some/image:1", "securityContext": RESTRICTED}
    )
    yield _attempt(beside, "containers", "one beside the workload", groups)
    for field, values in POD.items():
        for value in values:
            made = copy.deepcopy(pod)
            _set(made["spec"], field, value)
            for container in made["spec"].get("initContainers", ()):
                container["securityContext"] = RESTRICTED
            yield _attempt(made, field, value, groups)


def _attempt(made: Object, place: str, value: Any, groups: tuple[str, ...]) -> Attempt:
    field = place.rpartition(".")[2]
    return Attempt(
        what=f"a workload's account with {place}: {value}",
        by=groups,
        object=made,
        refused=ANYBODY if field in _ANYBODYS else ADMISSION,
        field="" if value is None else place,
    )


def _set(target: Object, field: str, value: Any) -> None:
    if value is None:
        target.pop(field, None)
    else:
        target[field] = copy.deepcopy(value)


def _pod(namespace: str, account: str, runs: Sequence[str]) -> Object:
    image, *command = runs
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "attempt", "namespace": namespace},
        "spec": {
            "serviceAccountName": account,
            "containers": [
                {"name": "main", "image": image, "command": command, "securityContext": RESTRICTED}
            ],
            "volumes": [
                {"name": "mine", "configMap": {"name": "mine"}},
                {"name": "raw", "persistentVolumeClaim": {"claimName": "mine"}},
                {
                    "name": "kube-api-access-mine",
                    "projected": {"sources": [_TOKEN]},
                },
            ],
        },
    }
