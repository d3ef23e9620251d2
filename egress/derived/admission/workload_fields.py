"""Each field of a Pod, and of its container, that takes a workload's ServiceAccount.

The configuration states a workload's image, command, port and number, and nothing else of it. So whatever else could
make its container run or read something of the tenant's own is refused; what places, sizes or checks it is free.
"""

from collections.abc import Mapping

from egress.derived.admission.field_conditions import FREE, REFUSED
from egress.derived.admission.injected_container import TOKEN_MOUNT

_NO_PROGRAM = "!has(c.{probe}.exec)"

CONTAINER: Mapping[str, str] = {
    "args": REFUSED,
    "command": FREE,
    "env": REFUSED,
    "envFrom": REFUSED,
    "image": FREE,
    "imagePullPolicy": FREE,
    "lifecycle": REFUSED,
    "livenessProbe": _NO_PROGRAM.format(probe="livenessProbe"),
    "name": FREE,
    "ports": FREE,
    "readinessProbe": _NO_PROGRAM.format(probe="readinessProbe"),
    "resizePolicy": FREE,
    "resources": FREE,
    "restartPolicy": REFUSED,
    "restartPolicyRules": REFUSED,
    "securityContext": FREE,
    "startupProbe": _NO_PROGRAM.format(probe="startupProbe"),
    "stdin": REFUSED,
    "stdinOnce": REFUSED,
    "terminationMessagePath": "c.terminationMessagePath == '/dev/termination-log'",
    "terminationMessagePolicy": "c.terminationMessagePolicy == 'File'",
    "tty": REFUSED,
    "volumeDevices": REFUSED,
    "volumeMounts": f"c.volumeMounts.all(m, {TOKEN_MOUNT})",
    "workingDir": REFUSED,
}
"""Image and command are compared with the stated ones by a condition of their own."""

POD: Mapping[str, str] = {
    "activeDeadlineSeconds": FREE,
    "affinity": FREE,
    "automountServiceAccountToken": FREE,
    "containers": FREE,
    "dnsConfig": REFUSED,
    "dnsPolicy": "object.spec.dnsPolicy == 'ClusterFirst'",
    "enableServiceLinks": FREE,
    "ephemeralContainers": "object.spec.ephemeralContainers.size() == 0",
    "hostAliases": REFUSED,
    "hostIPC": REFUSED,
    "hostNetwork": REFUSED,
    "hostPID": REFUSED,
    "hostUsers": REFUSED,
    "hostname": REFUSED,
    "hostnameOverride": REFUSED,
    "imagePullSecrets": FREE,
    "initContainers": "object.spec.initContainers.all(c, c.name in INJECTED)",
    "nodeName": FREE,
    "nodeSelector": FREE,
    "os": FREE,
    "overhead": REFUSED,
    "preemptionPolicy": FREE,
    "priority": FREE,
    "priorityClassName": REFUSED,
    "readinessGates": FREE,
    "resourceClaims": REFUSED,
    "resources": FREE,
    "restartPolicy": FREE,
    "runtimeClassName": REFUSED,
    "schedulerName": FREE,
    "schedulingGates": FREE,
    "securityContext": FREE,
    "serviceAccount": FREE,
    "serviceAccountName": FREE,
    "setHostnameAsFQDN": REFUSED,
    "shareProcessNamespace": REFUSED,
    "subdomain": REFUSED,
    "terminationGracePeriodSeconds": FREE,
    "tolerations": FREE,
    "topologySpreadConstraints": FREE,
    "volumes": FREE,
}
"""What is free here, the policy for every Pod still judges. A volume that is not mounted is nowhere."""

WHY_FREE: Mapping[str, str] = {
    "activeDeadlineSeconds": "when it ends",
    "affinity": "where it runs",
    "automountServiceAccountToken": "whether it holds its own token",
    "command": "compared with the stated one",
    "containers": "each is judged by itself",
    "enableServiceLinks": "variables with the addresses of its namespace's Services, under their names",
    "image": "compared with the stated one",
    "imagePullPolicy": "when the stated image is pulled",
    "imagePullSecrets": "with what right the stated image is pulled",
    "name": "how the container is called",
    "nodeName": "where it runs",
    "nodeSelector": "where it runs",
    "os": "linux alone",
    "ports": "a text: what listens, the program decides",
    "preemptionPolicy": "where it runs",
    "priority": "0, or below",
    "readinessGates": "when it is ready",
    "resizePolicy": "whether a restart is needed for another size",
    "resources": "its size",
    "restartPolicy": "whether it starts again",
    "schedulerName": "the cluster's alone",
    "schedulingGates": "when it starts",
    "securityContext": "no rights; which user runs the stated program",
    "serviceAccount": "it is what the whole policy goes by",
    "serviceAccountName": "it is what the whole policy goes by",
    "terminationGracePeriodSeconds": "when it ends",
    "tolerations": "where it runs",
    "topologySpreadConstraints": "where it runs",
    "volumes": "one that is not mounted is nowhere",
}
"""The reason for each free field."""
