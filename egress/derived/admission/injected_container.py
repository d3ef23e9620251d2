"""Each field of the containers that injection adds: what it holds, or that it must not be there.

A container of the sidecar's name is trusted with the workload's identity, and nothing captures its connections. So
every field of Kubernetes' Container is decided about: a field that a later Kubernetes adds is refused here as well.
Source: istio/istio manifests/charts/istio-control/istio-discovery/files/injection-template.yaml.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from egress.config.platform import Platform
from egress.derived import gateway
from egress.derived.admission.field_conditions import FREE, REFUSED
from egress.derived.admission.known_fields import quoted
from egress.derived.admission.metadata_keys import PATH, PORT
from egress.derived.charts import istiod_release
from egress.derived.control_plane import trust_domain

PROXY = "istio-proxy"
VALIDATION = "istio-validation"
"""With istio-cni: it needs no rights, and ends where the Pod's connections are not redirected."""
INIT = "istio-init"
"""Without: it redirects the Pod's connections itself, and needs rights for it."""

_STATUS_PORT = "15020"
_IPTABLES = (
    *("istio-iptables", "-p", "15001", "-z", "15006", "-u", "1337", "-m", "REDIRECT", "-i", "*", "-x", ""),
    *("-b", "*", "-d", f"15090,15021,{_STATUS_PORT}", "--log_output_level=default:info"),
)
_VALIDATES = ("--run-validation", "--skip-rule-apply")
_PROXY_ARGUMENTS = (
    *("proxy", "sidecar", "--domain", "$(POD_NAMESPACE).svc.cluster.local", "--proxyLogLevel=warning"),
    *("--proxyComponentLogLevel=misc:error", "--log_output_level=default:info"),
)

_DRAINS = {
    "preStop": {
        "exec": {"command": ["pilot-agent", "request", f"--debug-port={_STATUS_PORT}", "POST", "drain"]}
    }
}
_METRICS_PORT = [{"containerPort": 15090, "name": "http-envoy-prom", "protocol": "TCP"}]
_READY = {"path": "/healthz/ready", "port": 15021, "scheme": "HTTP"}

_MOUNTS = {
    "credential-socket": "/var/run/secrets/credential-uds",
    "istio-ca-crl": "/var/run/secrets/istio/crl",
    "istio-data": "/var/lib/istio/data",
    "istio-envoy": "/etc/istio/proxy",
    "istio-podinfo": "/etc/istio/pod",
    "istio-token": "/var/run/secrets/tokens",
    "istiod-ca-cert": "/var/run/secrets/istio",
    "workload-certs": "/var/run/secrets/workload-spiffe-credentials",
    "workload-socket": "/var/run/secrets/workload-spiffe-uds",
}
TOKEN_VOLUME = "kube-api-access-"  # noqa: S105 - what a name begins with
TOKEN_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"  # noqa: S105 - a folder
TOKEN_MOUNT = (
    f"(m.name.startsWith('{TOKEN_VOLUME}') && m.mountPath == '{TOKEN_FOLDER}' && has(m.readOnly) && m.readOnly && "
    "dyn(m).all(f, f in ['mountPath', 'name', 'readOnly', 'recursiveReadOnly']))"
)
"""The API server mounts a token into each container."""

_FIELDS = {
    "HOST_IP": "status.hostIP",
    "INSTANCE_IP": "status.podIP",
    "ISTIO_META_NODE_NAME": "spec.nodeName",
    "POD_NAME": "metadata.name",
    "POD_NAMESPACE": "metadata.namespace",
    "SERVICE_ACCOUNT": "spec.serviceAccountName",
}
_RESOURCES = {
    "GOMAXPROCS": "limits.cpu",
    "GOMEMLIMIT": "limits.memory",
    "ISTIO_CPU_LIMIT": "limits.cpu",
}
_NAMES = r"^[A-Za-z0-9][-A-Za-z0-9_.,]*$"

_NO_HOST = (
    "[v.replace('\\\\u0026', '').replace('\\\\u003c', '').replace('\\\\u003e', '')].all(w, "
    "!w.contains('\\\\u') && !w.lowerAscii().matches('\"host\"[ ]*:'))"
)
"""The agent probes for the kubelet: no other host, in whatever spelling of JSON (which escapes &, < and > itself)."""


def container_fields(platform: Platform, name: str) -> Mapping[str, str]:
    """By field of Kubernetes' Container: the CEL condition on the container `c`; REFUSED where it must not be there.

    `image` and `securityContext` are compared by conditions of their own, and here allowed.
    """
    own = _proxy(platform) if name == PROXY else _before(name)
    return {
        "command": REFUSED,
        "envFrom": REFUSED,
        "image": FREE,
        "imagePullPolicy": FREE,
        "livenessProbe": REFUSED,
        "name": FREE,
        "resizePolicy": FREE,
        "resources": (
            "dyn(c.resources).all(f, f in ['limits', 'requests']) && "
            + " && ".join(
                f"(!has(c.resources.{part}) || c.resources.{part}.all(r, r in ['cpu', 'memory']))"
                for part in ("limits", "requests")
            )
        ),
        "restartPolicyRules": REFUSED,
        "securityContext": FREE,
        "stdin": REFUSED,
        "stdinOnce": REFUSED,
        "terminationMessagePath": "c.terminationMessagePath == '/dev/termination-log'",
        "terminationMessagePolicy": "c.terminationMessagePolicy == 'File'",
        "tty": REFUSED,
        "volumeDevices": REFUSED,
        "workingDir": REFUSED,
        **own,
    }


def _proxy(platform: Platform) -> dict[str, str]:
    mounts = literal([{"mountPath": path, "name": name} for name, path in _MOUNTS.items()])
    return {
        "args": f"dyn(c.args) == {literal(list(_PROXY_ARGUMENTS))}",
        "env": f"c.env.all(e, {_environment(platform)})",
        "lifecycle": f"dyn(c.lifecycle) == {literal(_DRAINS)}",
        "ports": f"dyn(c.ports) == {literal(_METRICS_PORT)}",
        "readinessProbe": _asks_itself("c.readinessProbe"),
        "restartPolicy": "c.restartPolicy == 'Always'",
        "startupProbe": _asks_itself("c.startupProbe"),
        "volumeMounts": f"c.volumeMounts.all(m, dyn(m) in {mounts} || {TOKEN_MOUNT})",
    }


def _before(name: str) -> dict[str, str]:
    """The container that stands before the sidecar."""
    added = _VALIDATES if name == VALIDATION else ()
    return {
        "args": f"dyn(c.args) == {literal([*_IPTABLES, *added])}",
        "env": REFUSED,
        "lifecycle": REFUSED,
        "ports": REFUSED,
        "readinessProbe": REFUSED,
        "restartPolicy": REFUSED,
        "startupProbe": REFUSED,
        "volumeMounts": f"c.volumeMounts.all(m, {TOKEN_MOUNT})",
    }


def _asks_itself(probe: str) -> str:
    """A probe of the sidecar's own port, however often."""
    return (
        f"has({probe}.httpGet) && dyn({probe}.httpGet) == {literal(_READY)} && "
        f"!has({probe}.exec) && !has({probe}.grpc) && !has({probe}.tcpSocket) && "
        f"!has({probe}.terminationGracePeriodSeconds)"
    )


def environment_values(platform: Platform) -> Mapping[str, str]:
    """By variable of the sidecar: the CEL condition on its value `v`."""
    control_planes = [
        f"{istiod_release(revision)}.{gateway.CONTROL_PLANE_NAMESPACE}.svc:15012"
        for revision in (
            platform.mesh.revision,
            *([platform.mesh.canary.revision] if platform.mesh.canary else []),
        )
    ]
    discovery = [f'{{"discoveryAddress":"{address}"}}' for address in control_planes]
    domain = trust_domain(platform)
    return {
        "CA_ADDR": f"v in {quoted(control_planes)}",
        "ISTIO_KUBE_APP_PROBERS": _NO_HOST,
        "ISTIO_META_APP_CONTAINERS": f"v.matches('{_NAMES}')",
        "ISTIO_META_CLUSTER_ID": "v == 'Kubernetes'",
        "ISTIO_META_INTERCEPTION_MODE": "v == 'REDIRECT'",
        "ISTIO_META_MESH_ID": f"v == '{domain}'",
        "ISTIO_META_OWNER": "v.matches('^kubernetes://apis/[-A-Za-z0-9_./]*$')",
        "ISTIO_META_POD_PORTS": "v.matches('^[-A-Za-z0-9{}:,_ \\\\[\\\\]\"\\\\n]*$')",
        "ISTIO_META_WORKLOAD_NAME": f"v.matches('{_NAMES}')",
        "ISTIO_PROMETHEUS_ANNOTATIONS": (
            r"""v.matches('^[{]"scrape":"(true|false)?","path":"(/"""
            + PATH
            + r""")?","port":"("""
            + PORT
            + r""")?"[}]$')"""
        ),
        "PILOT_CERT_PROVIDER": "v == 'istiod'",
        "PROXY_CONFIG": f"v.replace(' ', '').trim() in {quoted(discovery)}",
        "TRUST_DOMAIN": f"v == '{domain}'",
    }


def _environment(platform: Platform) -> str:
    """The condition on one variable `e`: its name is known, and its value, or where it comes from, is injection's."""
    values = " || ".join(
        f"(e.name == '{name}' && {condition})" for name, condition in environment_values(platform).items()
    )
    named = quoted([f"{name}={path}" for name, path in _FIELDS.items()])
    resources = quoted([f"{name}={path}" for name, path in _RESOURCES.items()])
    return (
        "has(e.valueFrom) ? (!has(e.value) && (has(e.valueFrom.fieldRef) ? "
        f"e.name + '=' + e.valueFrom.fieldRef.fieldPath in {named} : ("
        "has(e.valueFrom.resourceFieldRef) && !has(e.valueFrom.resourceFieldRef.containerName) && "
        f"e.name + '=' + e.valueFrom.resourceFieldRef.resource in {resources}))) : "
        f"[has(e.value) ? e.value : ''].all(v, {values})"
    )


def literal(value: Any) -> str:
    """Write a value as CEL; each is set aside its type, since a CEL map's values are otherwise of one type."""
    if isinstance(value, Mapping):
        return "dyn({" + ", ".join(f"'{key}': {literal(item)}" for key, item in value.items()) + "})"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "dyn([" + ", ".join(map(literal, value)) + "])"
    if isinstance(value, bool):
        return f"dyn({str(value).lower()})"
    return f"dyn({value})" if isinstance(value, int) else f"dyn('{value}')"
