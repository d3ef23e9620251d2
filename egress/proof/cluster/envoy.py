"""An Envoy with the bootstrap that istio-proxy's agent would give it for a Pod."""

import http.client
import json
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from egress.config.istio_releases import DEFAULT
from egress.proof.cluster.pods import MARK, Pod
from egress.proof.cluster.processes import Process
from egress.proof.errors import ProofError
from egress.proof.network.namespaces import NetworkNamespace, command, inside
from egress.proof.network.sandbox import RUN

SECRETS_SOCKET = str(RUN / "secrets.sock")
ADMIN_PORT = 15000
DRAIN_SECONDS = 1
"""How long connections of a replaced listener live; 45 in istio-proxy. Only the waiting is shorter."""
START_SECONDS = 30.0
"""How long a proxy or istiod may take until it is ready, where nothing else is said."""
FILTERED_LOG = "proof_filtered"
"""The field that marks an entry of a log with a filter."""
_ISTIO_VERSION = DEFAULT
_SO_MARK = 36


class Envoy:
    """A running proxy of a Pod."""

    def __init__(self, pod: Pod, binary: Path) -> None:
        """Start it in the Pod's namespace."""
        self.pod = pod
        file = RUN / f"{pod.namespace}.{pod.name}.envoy.json"
        file.write_text(json.dumps(bootstrap(pod)))
        argv = [
            *(str(binary), "-c", str(file), "--concurrency", "1", "--log-level", "warning"),
            *("--file-flush-interval-msec", "50", "--drain-time-s", str(DRAIN_SECONDS)),
            *("--drain-strategy", "immediate", "--disable-hot-restart"),
        ]
        self.process = Process(
            f"{pod.namespace}.{pod.name}.envoy", command(pod.network, argv), env={"PATH": os.environ["PATH"]}
        )

    def wait(self, seconds: float = START_SECONDS) -> None:
        """Wait until it has its listeners; raise ProofError with its log where it does not come."""
        end = time.monotonic() + seconds
        while not self.live():
            self.process.require_alive()
            if time.monotonic() > end:
                raise ProofError(f"the proxy of {self.pod.key} is not ready:\n{self.process.tail()}")
            time.sleep(0.03)

    def live(self) -> bool:
        """Tell whether it has received its configuration."""
        try:
            return self.admin("/ready").strip() == "LIVE"
        except OSError:
            return False

    def admin(self, path: str, method: str = "GET") -> str:
        """Ask its administration interface."""
        return admin(self.pod.network, path, method)

    def rejected(self) -> list[str]:
        """Return the kinds of configuration it has rejected (`update_rejected` above 0)."""
        lines = self.admin("/stats?filter=update_rejected$").splitlines()
        return [name for name, _, count in (line.partition(": ") for line in lines) if int(count)]

    def access_log(self) -> Iterator[dict[str, Any]]:
        """Yield its access log's entries so far."""
        return (entry for entry in self._entries() if FILTERED_LOG not in entry)

    def filtered_log(self) -> list[dict[str, Any]]:
        """Return what a Telemetry with a filter has let it log so far."""
        return [entry for entry in self._entries() if FILTERED_LOG in entry]

    def _entries(self) -> Iterator[dict[str, Any]]:
        for line in self.process.log.read_text(errors="replace").splitlines():
            if line.startswith("{"):
                try:
                    yield json.loads(line)
                except ValueError:
                    continue

    def logged(self) -> int:
        """How many bytes it has logged so far."""
        return self.process.log.stat().st_size


def admin(network: NetworkNamespace, path: str, method: str = "GET") -> str:
    """Ask the administration interface of the proxy in a network namespace."""

    def connect() -> socket.socket:
        return socket.create_connection(("127.0.0.1", ADMIN_PORT), 10)

    connection = http.client.HTTPConnection("127.0.0.1", ADMIN_PORT)
    connection.sock = inside(network, connect)
    try:
        connection.request(method, path)
        return connection.getresponse().read().decode(errors="replace")
    except http.client.HTTPException as error:
        raise OSError(str(error)) from error
    finally:
        connection.close()


def node_id(pod: Pod) -> str:
    """Return the node id that istiod and the secret server know the proxy by."""
    role = "router" if pod.is_gateway else "sidecar"
    return f"{role}~{pod.ip}~{pod.name}.{pod.namespace}~{pod.namespace}.svc.cluster.local"


def bootstrap(pod: Pod) -> dict[str, Any]:
    """Return Envoy's bootstrap for a Pod's proxy."""
    environment = _environment(pod)
    proxy_config = json.loads(environment.get("PROXY_CONFIG") or "{}")
    discovery = proxy_config.get("discoveryAddress", "istiod.istio-system.svc:15012")
    mark = {"level": socket.SOL_SOCKET, "name": _SO_MARK, "int_value": MARK, "state": "STATE_PREBIND"}
    return {
        "node": {
            "id": node_id(pod),
            "cluster": f"{pod.labels.get('app', pod.name)}.{pod.namespace}",
            "metadata": _metadata(pod, environment, proxy_config),
        },
        "admin": {"address": _address("127.0.0.1", ADMIN_PORT)},
        "cluster_manager": {"upstream_bind_config": {"socket_options": [mark]}},
        "dynamic_resources": {
            "lds_config": {"ads": {}, "initial_fetch_timeout": "0s", "resource_api_version": "V3"},
            "cds_config": {"ads": {}, "initial_fetch_timeout": "0s", "resource_api_version": "V3"},
            "ads_config": {
                "api_type": "GRPC",
                "set_node_on_first_message_only": True,
                "transport_api_version": "V3",
                "grpc_services": [{"envoy_grpc": {"cluster_name": "xds-grpc"}}],
            },
        },
        "static_resources": {"clusters": [_secrets_cluster(), _discovery_cluster(discovery)]},
    }


def _environment(pod: Pod) -> dict[str, str]:
    proxy = pod.proxy or {}
    return {entry["name"]: entry["value"] for entry in proxy.get("env") or () if "value" in entry}


def _metadata(pod: Pod, environment: dict[str, str], proxy_config: dict[str, Any]) -> dict[str, Any]:
    """Return the node metadata that istio-proxy's agent derives from its environment."""
    given: dict[str, Any] = {
        name.removeprefix("ISTIO_META_"): value
        for name, value in environment.items()
        if name.startswith("ISTIO_META_")
    }
    return {
        "INTERCEPTION_MODE": "REDIRECT",
        "MESH_ID": "cluster.local",
        **given,
        "ANNOTATIONS": pod.stored["metadata"].get("annotations") or {},
        "INSTANCE_IPS": pod.ip,
        "ISTIO_VERSION": _ISTIO_VERSION,
        "LABELS": pod.labels,
        "NAME": pod.name,
        "NAMESPACE": pod.namespace,
        "NODE_NAME": pod.node.name,
        "PILOT_SAN": ["istiod.istio-system.svc"],
        "PROXY_CONFIG": proxy_config,
        "SERVICE_ACCOUNT": pod.service_account,
    }


def _address(host: str, port: int) -> dict[str, Any]:
    return {"socket_address": {"address": host, "port_value": port}}


def _http2() -> dict[str, Any]:
    return {
        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
            "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
            "explicit_http_config": {"http2_protocol_options": {}},
        }
    }


def _cluster(name: str, kind: str, address: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "type": kind,
        "connect_timeout": "1s",
        "dns_lookup_family": "V4_ONLY",
        "typed_extension_protocol_options": _http2(),
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}],
        },
    }


def _secrets_cluster() -> dict[str, Any]:
    return _cluster("sds-grpc", "STATIC", {"pipe": {"path": SECRETS_SOCKET}})


def _discovery_cluster(discovery: str) -> dict[str, Any]:
    """Return the connection to istiod, in mutual TLS with the Pod's own certificate."""
    host, _, port = discovery.rpartition(":")
    secret = {
        "resource_api_version": "V3",
        "initial_fetch_timeout": "0s",
        "api_config_source": {
            "api_type": "GRPC",
            "set_node_on_first_message_only": True,
            "transport_api_version": "V3",
            "grpc_services": [{"envoy_grpc": {"cluster_name": "sds-grpc"}}],
        },
    }
    tls = {
        "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        "sni": host,
        "common_tls_context": {
            "alpn_protocols": ["h2"],
            "tls_certificate_sds_secret_configs": [{"name": "default", "sds_config": secret}],
            "combined_validation_context": {
                "default_validation_context": {
                    "match_typed_subject_alt_names": [{"san_type": "DNS", "matcher": {"exact": host}}]
                },
                "validation_context_sds_secret_config": {"name": "ROOTCA", "sds_config": secret},
            },
        },
    }
    cluster = _cluster("xds-grpc", "STRICT_DNS", _address(host, int(port)))
    keepalive = {"tcp_keepalive": {"keepalive_time": 300}}
    return cluster | {
        "transport_socket": {"name": "envoy.transport_sockets.tls", "typed_config": tls},
        "upstream_connection_options": keepalive,
    }
