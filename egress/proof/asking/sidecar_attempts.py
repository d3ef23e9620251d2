"""An attempt for each field of the containers that injection adds: the stored Pod with that one field changed.

The Pod is taken as the mesh's own injection made it, and tried where nobody injects: so what the containers hold is
the tenant's own text, and admission alone says no.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from egress.proof.asking.attempt import ADMISSION, CREATED, Attempt

Object = dict[str, Any]

PROXY, VALIDATION = "istio-proxy", "istio-validation"

_PROBE = {"exec": {"command": ["sh"]}}
_OF_GOOGLES = "199.36.153.4"


def _variable(name: str, value: str) -> list[Object]:
    return [{"name": name, "value": value}]


def _probers(host: str) -> list[Object]:
    return _variable(
        "ISTIO_KUBE_APP_PROBERS", f'{{"/p":{{"httpGet":{{{host}:"{_OF_GOOGLES}","port":443}}}}}}'
    )


def _scrape(value: str) -> list[Object]:
    return _variable("ISTIO_PROMETHEUS_ANNOTATIONS", value)


_ADDS = frozenset({"args", "env", "ports", "volumeMounts"})
"""Lists to which a value is added; other fields are set."""

_OF_BOTH: Mapping[str, Sequence[Any]] = {
    "args": [["--"], ["--domain", "elsewhere.example"]],
    "command": [["sh"]],
    "envFrom": [[{"configMapRef": {"name": "mine"}}]],
    "image": ["gcr.io/some/image:1"],
    "resources": [{"limits": {"example.com/tun": "1"}, "requests": {"example.com/tun": "1"}}],
    "restartPolicyRules": [[{"action": "Restart", "exitCodes": {"operator": "In", "values": [1]}}]],
    "securityContext": [{"runAsUser": 1000, "runAsGroup": 1000, "runAsNonRoot": True}],
    "stdin": [True],
    "stdinOnce": [True],
    "terminationMessagePath": ["/var/run/secrets/tokens/istio-token"],
    "terminationMessagePolicy": ["FallbackToLogsOnError"],
    "tty": [True],
    "volumeDevices": [[{"name": "data", "devicePath": "/dev/x"}]],
    "volumeMounts": [
        [{"name": "mine", "mountPath": "/etc/istio/mine"}],
        [{"name": "istio-data", "mountPath": "/elsewhere"}],
        [{"name": "istio-data", "mountPath": "/var/lib/istio/more", "subPath": "more"}],
    ],
    "workingDir": ["/tmp"],  # noqa: S108 - in the container
}
CHANGES: Mapping[str, Mapping[str, Sequence[Any]]] = {
    PROXY: {
        **_OF_BOTH,
        "env": [
            _variable("PROXY_CONFIG", '{"discoveryAddress":"elsewhere.example:15012"}'),
            _variable("CA_ADDR", "elsewhere.example:15012"),
            _variable("TRUST_DOMAIN", "elsewhere.example"),
            _variable("ISTIO_META_INTERCEPTION_MODE", "NONE"),
            _variable("ISTIO_META_MESH_ID", "mine"),
            _variable("ISTIO_META_CLUSTER_ID", "mine"),
            _variable("ISTIO_META_DNS_CAPTURE", "true"),
            _variable("ISTIO_BOOTSTRAP_OVERRIDE", "/tmp/mine.json"),  # noqa: S108 - in the container
            _variable("PILOT_CERT_PROVIDER", "kubernetes"),
            _probers('"host"'),
            _probers('"\\u0068ost"'),
            _probers('"Host" '),
            _scrape('{"scrape":"true","path":"@elsewhere.example/","port":"80"}'),
            _scrape('{"targets":[{"port":"80","path":"@elsewhere.example/"}]}'),
            _variable("ISTIO_META_OWNER", "mine"),
            _variable("ISTIO_META_APP_CONTAINERS", "a\nb"),
            _variable("ISTIO_META_POD_PORTS", "\\u0000"),
            _variable("ISTIO_META_WORKLOAD_NAME", "a b"),
            _variable("HTTPS_PROXY", "http://elsewhere.example"),
            _variable("POD_NAMESPACE", "istio-egress"),
            [{"name": "SERVICE_ACCOUNT", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['a']"}}}],
            [{"name": "GOMEMLIMIT", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}}],
            [{"name": "CA_ADDR", "valueFrom": {"configMapKeyRef": {"name": "mine", "key": "a"}}}],
            [{"name": "CA_ADDR", "valueFrom": {"secretKeyRef": {"name": "mine", "key": "a"}}}],
        ],
        "lifecycle": [
            {"preStop": {"exec": {"command": ["sh"]}}},
            {"postStart": {"exec": {"command": ["pilot-agent", "wait"]}}},
            {"preStop": {"httpGet": {"port": 80, "path": "/"}}},
        ],
        "livenessProbe": [_PROBE],
        "ports": [[{"containerPort": 8443, "name": "mine"}]],
        "readinessProbe": [_PROBE, {"httpGet": {"path": "/", "port": 80}}],
        "restartPolicy": [None],
        "startupProbe": [_PROBE, {"tcpSocket": {"port": 80}}],
    },
    VALIDATION: {
        **_OF_BOTH,
        "env": [[{"name": "A", "value": "b"}]],
        "lifecycle": [{"preStop": {"exec": {"command": ["sh"]}}}],
        "livenessProbe": [_PROBE],
        "ports": [[{"containerPort": 8443, "name": "mine"}]],
        "readinessProbe": [_PROBE],
        "restartPolicy": ["Always"],
        "startupProbe": [_PROBE],
    },
}
"""By container: for each field a value that injection does not write there."""

FREE: Mapping[str, str] = {
    "imagePullPolicy": "the image is the mesh's, whenever it is pulled",
    "name": "it says which container this is; others that begin with istio- are refused by it",
    "resizePolicy": "whether a restart is needed for another size",
}
"""Fields of which any value passes."""

NEEDS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    (VALIDATION, field): {"restartPolicy": "Always"}
    for field in ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe")
}
"""What the API server asks for beside a field."""

VOLUMES: Mapping[str, Sequence[Any]] = {
    "credential-socket": [{"persistentVolumeClaim": {"claimName": "mine"}}],
    "istio-ca-crl": [{"configMap": {"name": "mine", "optional": True}}],
    "istio-data": [{"configMap": {"name": "mine"}}],
    "istio-envoy": [{"configMap": {"name": "mine"}}],
    "istio-podinfo": [
        {"downwardAPI": {"items": [{"path": "labels", "fieldRef": {"fieldPath": "metadata.annotations"}}]}},
        {"configMap": {"name": "mine"}},
    ],
    "istio-token": [
        {
            "projected": {
                "sources": [{"serviceAccountToken": {"path": "istio-token", "audience": "elsewhere"}}]
            }
        },
        {"projected": {"sources": [{"serviceAccountToken": {"path": "istio-token"}}]}},
        {"projected": {"sources": [{"configMap": {"name": "mine"}}]}},
        {"secret": {"secretName": "mine"}},
    ],
    "istiod-ca-cert": [
        {"configMap": {"name": "mine"}},
        {"configMap": {"name": "istio-ca-root-cert", "items": [{"key": "a", "path": "root-cert.pem"}]}},
    ],
    "kube-api-access-mine": [{"configMap": {"name": "mine"}}, {"emptyDir": {}}],
    "workload-certs": [{"secret": {"secretName": "mine"}}],
    "workload-socket": [{"persistentVolumeClaim": {"claimName": "mine"}}],
}
"""By volume of the sidecar: what else it could hold."""


def sidecar_attempts(stored: Mapping[str, Any], namespace: str, groups: tuple[str, ...]) -> Iterator[Attempt]:
    """Yield the Pod as injection made it, then each change of its sidecar."""
    pod = _anew(stored, namespace)
    yield Attempt(what="the sidecar as injection makes it", by=groups, object=pod, refused=CREATED)
    for name, changes in CHANGES.items():
        for field, values in changes.items():
            for value in values:
                yield Attempt(
                    what=f"{name}.{field}: {value}",
                    by=groups,
                    object=_changed(pod, name, field, value),
                    refused=ADMISSION,
                    field="" if value is None else f"initContainers.{_position(pod, name)}.{field}",
                )
    for volume, sources in VOLUMES.items():
        for source in sources:
            made = copy.deepcopy(pod)
            made["spec"]["volumes"] = [v for v in pod["spec"]["volumes"] if v["name"] != volume]
            made["spec"]["volumes"].append({"name": volume, **source})
            yield Attempt(what=f"volume {volume}: {source}", by=groups, object=made, refused=ADMISSION)


def _anew(stored: Mapping[str, Any], namespace: str) -> Object:
    """Return a stored Pod as somebody could send it: without what the API server adds."""
    metadata = {key: stored["metadata"][key] for key in ("annotations", "labels")}
    spec = copy.deepcopy(dict(stored["spec"]))
    spec.pop("nodeName", None)
    spec["volumes"].append({"name": "mine", "emptyDir": {}})
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "attempt", "namespace": namespace, **metadata},
        "spec": spec,
    }


def _position(pod: Object, name: str) -> int:
    return [container["name"] for container in pod["spec"]["initContainers"]].index(name)


def _changed(pod: Object, name: str, field: str, value: Any) -> Object:
    made = copy.deepcopy(pod)
    container = made["spec"]["initContainers"][_position(pod, name)]
    if value is None:
        # A container that does not go on running beside the others may have none of these.
        for gone in (field, "lifecycle", "readinessProbe", "startupProbe"):
            container.pop(gone, None)
        return made
    container.update(copy.deepcopy(NEEDS.get((name, field), {})))
    if field in _ADDS:
        container[field] = [*container.get(field, ()), *copy.deepcopy(value)]
    else:
        container[field] = copy.deepcopy(value)
    if field == "volumeDevices":
        made["spec"]["volumes"].append({"name": "data", "persistentVolumeClaim": {"claimName": "mine"}})
    return made
