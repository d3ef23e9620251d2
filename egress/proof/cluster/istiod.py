"""istiod, run from its own Deployment and mesh configuration as Helm renders them."""

import http
import http.client
import json
import os
import socket
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import yaml

from egress.proof.cluster.envoy import FILTERED_LOG
from egress.proof.cluster.kubernetes_api import KubernetesApi, RefusedError
from egress.proof.cluster.pods import Pod
from egress.proof.cluster.processes import Process
from egress.proof.errors import ProofError
from egress.proof.network.certificates import Authority
from egress.proof.network.namespaces import command, inside
from egress.proof.network.sandbox import RUN

Object = Mapping[str, Any]
Key = tuple[str, str, str]
"""Kind, namespace (empty for none) and name."""

SWITCHES = {
    "PILOT_ENABLE_ALPN_FILTER": "false",
    "PILOT_ENABLE_METADATA_EXCHANGE": "false",
    "ENABLE_LEADER_ELECTION": "false",
}
"""Upstream Envoy lacks two filters that only istio-proxy has; neither touches routing, TLS or authorization. One
istiod needs no election, which would cost two seconds."""


def adapted_mesh(config_map: Object) -> dict[str, Any]:
    """Return the mesh ConfigMap with what the harness needs changed.

    Metrics go (their filter is istio-proxy's), the access log comes as JSON, since it is the rows' evidence.
    """
    mesh = yaml.safe_load(config_map["data"]["mesh"]) or {}
    mesh["defaultProviders"] = {
        k: v for k, v in (mesh.get("defaultProviders") or {}).items() if k != "metrics"
    }
    mesh |= {"accessLogFile": "/dev/stdout", "accessLogEncoding": "JSON"}
    mesh.pop("accessLogFormat", None)
    providers = mesh.get("extensionProviders") or []
    for provider in providers:
        if "envoyFileAccessLog" in provider:
            # Istio's own labels, whatever a Telemetry's provider would write: the evidence reads these.
            provider["envoyFileAccessLog"] = {"path": "/dev/stdout", "logFormat": {"labels": {}}}
    mesh["extensionProviders"] = [*providers, EVERYTHING, FILTERED]
    return {**config_map, "data": {**config_map["data"], "mesh": yaml.safe_dump(mesh)}}


EVERYTHING: dict[str, Any] = {
    "name": "proof-everything",
    "envoyFileAccessLog": {"path": "/dev/stdout", "logFormat": {"labels": {}}},
}
FILTERED: dict[str, Any] = {
    "name": "proof-filtered",
    "envoyFileAccessLog": {
        "path": "/dev/stdout",
        "logFormat": {"labels": {FILTERED_LOG: "%RESPONSE_FLAGS%", "code": "%RESPONSE_CODE%"}},
    },
}
"""What a proxy logs through a filter, told apart from what the evidence needs."""


def adapted_telemetry(telemetry: Object) -> dict[str, Any]:
    """Return a Telemetry whose filters are kept, with everything logged beside them."""
    entries = []
    for entry in telemetry["spec"].get("accessLogging") or ():
        if "filter" in entry:
            entries.append({"providers": [{"name": EVERYTHING["name"]}]})
            entries.append({**entry, "providers": [{"name": FILTERED["name"]}]})
        else:
            entries.append(entry)
    return {**telemetry, "spec": {**telemetry["spec"], "accessLogging": entries}}


def trust_domain(config_map: Object) -> str:
    """Return the mesh's trust domain."""
    mesh = yaml.safe_load(config_map["data"]["mesh"]) or {}
    return str(mesh.get("trustDomain") or "cluster.local")


class Istiod:
    """A running istiod, in the namespace of its Pod."""

    def __init__(self, pod: Pod, binary: Path, kubeconfig: str, authority: Authority) -> None:
        """Start it with its container's own arguments and environment."""
        container = next(c for c in pod.stored["spec"]["containers"] if c["name"] == "discovery")
        folder = RUN / f"istiod-{pod.name}"
        certificates = folder / "etc" / "cacerts"
        certificates.mkdir(parents=True, exist_ok=True)
        root = authority.root
        for name in ("ca-cert.pem", "root-cert.pem", "cert-chain.pem"):
            (certificates / name).write_bytes(root.certificate)
        (certificates / "ca-key.pem").write_bytes(root.key)
        (folder / "kubeconfig").write_text(kubeconfig)
        environment = {e["name"]: e["value"] for e in container.get("env") or () if "value" in e}
        environment |= {
            "POD_NAME": pod.name,
            "POD_NAMESPACE": pod.namespace,
            "SERVICE_ACCOUNT": pod.service_account,
            "KUBECONFIG": str(folder / "kubeconfig"),
            "GOMAXPROCS": "2",
            "PATH": os.environ["PATH"],
            **SWITCHES,
        }
        argv = [str(binary), *container["args"], "--kubeconfig", str(folder / "kubeconfig")]
        self.pod = pod
        self.revision = environment.get("REVISION", "default")
        self.process = Process("istiod", command(pod.network, argv), env=environment, cwd=folder)

    def wait(self, api: KubernetesApi, seconds: float = 30) -> None:
        """Wait until its webhooks are usable: it has written its root into their configurations."""
        end = time.monotonic() + seconds
        while not (self._serving() and self._webhooks_ready(api)):
            self.process.require_alive()
            if time.monotonic() > end:
                raise ProofError(f"istiod is not ready after {seconds:.0f} s:\n{self.process.tail()}")
            time.sleep(0.05)

    def holds(self, versions: Mapping[Key, str], gone: Collection[Key]) -> bool:
        """Tell whether it has read these versions of objects (by kind, namespace and name), and no longer holds others.

        Raises ProofError where its debug endpoint does not answer.
        """
        held = {
            (item["kind"], item["metadata"].get("namespace", ""), item["metadata"]["name"]): item[
                "metadata"
            ].get("resourceVersion")
            for item in self._configuration()
        }
        return not any(key in held for key in gone) and all(held.get(k) == v for k, v in versions.items())

    def metrics(self) -> str:
        """Return what it measures of itself, in Prometheus' format. Raises ProofError where it does not answer."""
        return self._asked(15014, "/metrics").decode()

    def _configuration(self) -> list[Object]:
        """Return every object of Istio's that it works with."""
        try:
            found: list[Object] = json.loads(self._asked(8080, "/debug/configz"))
        except ValueError as error:
            raise ProofError(f"istiod does not say what it has read: {error}") from error
        return found

    def _asked(self, port: int, path: str) -> bytes:
        def connect() -> socket.socket:
            return socket.create_connection(("127.0.0.1", port), 10)

        connection = http.client.HTTPConnection("127.0.0.1", port)
        try:
            connection.sock = inside(self.pod.network, connect)
            connection.request("GET", path)
            return connection.getresponse().read()
        except (OSError, http.client.HTTPException) as error:
            raise ProofError(f"istiod does not answer at {path}: {error}") from error
        finally:
            connection.close()

    def _serving(self) -> bool:
        """Ask its readiness probe."""
        connection = http.client.HTTPConnection(self.pod.ip, 8080, timeout=1)
        try:
            connection.request("GET", "/ready")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _webhooks_ready(self, api: KubernetesApi) -> bool:
        """Tell whether istiod has given its webhooks their root, and refuses what is wrong.

        It makes its validation strict a second later (failurePolicy), which matters only where it is unreachable.
        """
        kinds = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
        found = [item for kind in kinds for item in api.list("admissionregistration.k8s.io/v1", kind)]
        hooks = [hook for item in found for hook in item.get("webhooks") or ()]
        if not hooks or not all(hook["clientConfig"].get("caBundle") for hook in hooks):
            return False
        try:
            api.try_out(_INVALID)
        except RefusedError as error:
            return "admission webhook" in str(error)
        return False


_INVALID = {
    "apiVersion": "networking.istio.io/v1",
    "kind": "Gateway",
    "metadata": {"name": "without-servers", "namespace": "default"},
    "spec": {},
}
"""What istiod's validation refuses."""
