"""The Pods that run here: created through the API server, placed, connected, with their proxies.

What kube-controller-manager, kube-scheduler, kubelet and kube-proxy do in a cluster.
"""

import contextlib
from collections.abc import Iterable, Sequence
from typing import Any

from egress.proof.cluster import scheduling
from egress.proof.cluster.api_server import PORT, ApiServer
from egress.proof.cluster.deployment import labels_of
from egress.proof.cluster.envoy import START_SECONDS, Envoy
from egress.proof.cluster.kubernetes_api import RefusedError
from egress.proof.cluster.pods import CNI_NODES, Pod, PodRequest, redirection
from egress.proof.errors import ProofError
from egress.proof.network import namespaces, services
from egress.proof.network.fabric import Fabric
from egress.proof.toolchain.tools import Tools


class RunningPods:
    """Every Pod by `namespace/name`, and the proxy of each that has one."""

    def __init__(self, server: ApiServer, fabric: Fabric, tools: Tools) -> None:
        self._server, self._fabric, self._tools = server, fabric, tools
        self._api = server.api
        self.pods: dict[str, Pod] = {}
        self.envoys: dict[str, Envoy] = {}
        self._starting: list[Envoy] = []
        self._served: dict[str, set[int]] = {}
        """The ports on which each Pod's application answers."""

    def try_to_add(self, requests: Sequence[PodRequest]) -> dict[str, str]:
        """Like `add`, but return the API server's reason for each Pod that it refuses."""
        refused: dict[str, str] = {}
        created = []
        for request in requests:
            try:
                created.append(self.create(request))
            except RefusedError as error:
                refused[f"{request.namespace}/{request.name}"] = str(error)
        self._run(created)
        return refused

    def add(self, requests: Sequence[PodRequest]) -> None:
        """Create Pods, enforce the network for them and start their proxies; `wait` waits for these."""
        refused = self.try_to_add(requests)
        for request in requests:
            if reason := refused.get(f"{request.namespace}/{request.name}"):
                raise ProofError(f"{request.address}: the API server refuses its Pod: {reason}")

    def _run(self, created: Sequence[Pod]) -> None:
        self._served |= {pod.key: set() for pod in created if not pod.is_gateway}
        self.refresh()
        cni = any(d["metadata"]["name"] == CNI_NODES for d in self._api.list("apps/v1", "DaemonSet"))
        for pod in created:
            rules = redirection(pod, cni=cni)
            if rules:
                namespaces.load_ruleset(rules, pod.network)
            if pod.proxy is not None:
                self.envoys[pod.key] = Envoy(pod, self._tools.envoy)
                self._starting.append(self.envoys[pod.key])

    def wait(self, seconds: float = START_SECONDS) -> None:
        """Wait until every proxy that was started has its configuration."""
        while self._starting:
            self._starting.pop().wait(seconds)

    def remove(self, keys: Iterable[str]) -> None:
        """Stop and delete Pods."""
        for key in keys:
            pod = self.pods.pop(key)
            self._served.pop(key, None)
            if key in self.envoys:
                self.envoys.pop(key).process.stop()
            self._api.delete(pod.stored)
            namespaces.delete([pod.network])

    def refresh(self) -> None:
        """Bring EndpointSlices, DNS and the ruleset in line with the stored objects."""
        facts = [pod.facts for pod in self.pods.values()]
        by_address = {f.address: f for f in facts}
        stored = self._list("Service")
        backends = services.backends(stored, facts)
        for service in stored:
            metadata = service["metadata"]
            mine = [
                b for b in backends if (b.service, b.namespace) == (metadata["name"], metadata["namespace"])
            ]
            if service["spec"].get("selector"):
                self._api.apply(services.endpoint_slice(service, mine, by_address))
        self._serve(stored)
        backends.append(
            services.ServiceBackend(
                service="kubernetes",
                namespace="default",
                cluster_ip=self._server.service_address,
                port=PORT,
                name="https",
                protocol="TCP",
                endpoints=((self._server.address, PORT),),
            )
        )
        self._fabric.names.set_services(services.names(stored, facts))
        self._fabric.enforce(
            facts,
            self._api.list("networking.k8s.io/v1", "NetworkPolicy"),
            labels_of(self._api.list("v1", "Namespace")),
            backends,
            {pod.ip: pod.nat for pod in self.pods.values()},
        )

    def restart_proxy(self, key: str, seconds: float = START_SECONDS) -> Envoy:
        """Start a Pod's proxy anew and wait until it has its configuration."""
        self.envoys[key].process.stop()
        self.envoys[key] = Envoy(self.envoys[key].pod, self._tools.envoy)
        self.envoys[key].wait(seconds)
        return self.envoys[key]

    def rejections(self) -> list[str]:
        """Return every proxy that has rejected configuration, with the kind and the reason."""
        found = []
        for key, envoy in self.envoys.items():
            try:
                names = envoy.rejected()
            except OSError as error:
                found.append(f"the proxy of {key} does not answer: {error}")
                continue
            for name in names:
                reason = next(
                    (line for line in envoy.process.tail(200).splitlines() if "rejected" in line), ""
                )
                found.append(f"the proxy of {key} rejects configuration ({name}): {reason}")
        return found

    def updates(self) -> dict[str, str]:
        """Return each proxy's counts of accepted configuration; nothing for one that has ended."""
        found = {}
        for key, envoy in self.envoys.items():
            with contextlib.suppress(OSError):
                found[key] = envoy.admin("/stats?filter=update_success$")
        return found

    def service_address(self, pod: Pod) -> str:
        """Return the address of the Service that selects a Pod."""
        for service in self._list("Service"):
            if services.selected(service, [pod.facts]):
                return str(service["spec"]["clusterIP"])
        raise ProofError(f"no Service selects {pod.key}")

    def create(self, request: PodRequest) -> Pod:
        """Create a Pod on a node that admits it.

        Raises RefusedError where the API server refuses it, ProofError where no node takes it.
        """
        where = request.address or f"Pod {request.namespace}/{request.name}"
        try:
            nodes = scheduling.candidates(request.manifest["spec"], self._fabric.nodes)
        except scheduling.UnschedulableError as error:
            raise ProofError(f"{where}: no node takes {request.namespace}/{request.name}: {error}") from error
        taken = [pod.node.name for pod in self.pods.values()]
        node = min(nodes, key=lambda n: taken.count(n.name))
        stored = self._api.bind(self._api.create(request.manifest), node.name)
        network, seen = self._fabric.join(node)
        pod = Pod(stored=stored, node=node, network=network, nat=seen)
        self._api.set_status(stored, _running(pod.ip, self._fabric.node_address(node.name)))
        self.pods[pod.key] = pod
        return pod

    def _serve(self, stored: Sequence[dict[str, Any]]) -> None:
        """Answer for each Pod's application on the ports on which Services expect it."""
        for key, served in self._served.items():
            pod = self.pods[key]
            mine = [service for service in stored if services.selected(service, [pod.facts])]
            backends = services.backends(mine, [pod.facts])
            ports = {port for b in backends if b.protocol == "TCP" for _, port in b.endpoints} - served
            if ports:
                place = f"application {key}"
                self._fabric.serve(place, pod.network, dict.fromkeys(ports, "http"), name=key)
                served |= ports

    def _list(self, kind: str) -> list[dict[str, Any]]:
        return self._api.list("v1", kind)


def _running(address: str, host: str) -> dict[str, Any]:
    conditions = [{"type": kind, "status": "True"} for kind in ("Ready", "ContainersReady", "PodScheduled")]
    return {
        "phase": "Running",
        "podIP": address,
        "podIPs": [{"ip": address}],
        "hostIP": host,
        "hostIPs": [{"ip": host}],
        "conditions": conditions,
    }
