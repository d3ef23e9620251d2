"""The running mesh: API server, istiod, Pods and proxies, brought up from the stacks and changed with them."""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from egress.proof import istiod as istiod_module
from egress.proof import namespaces, sandbox, scheduling, services, static_checks
from egress.proof.api_server import ApiServer
from egress.proof.certificates import Authority, KeyPair, spiffe
from egress.proof.deployment import Deployed, difference, labels_of
from egress.proof.envoy import DRAIN_SECONDS, SECRETS_SOCKET, Envoy, node_id
from egress.proof.errors import ProofError
from egress.proof.fabric import Fabric
from egress.proof.istiod import Istiod
from egress.proof.kubernetes_api import RefusedError
from egress.proof.objects import Addressed
from egress.proof.pods import Pod, PodRequest, redirection
from egress.proof.secret_discovery import SecretDiscovery
from egress.proof.toolchain import Tools
from egress.proof.vpc import Vpc

_WORKLOADS = frozenset({"Deployment", "HorizontalPodAutoscaler", "PodDisruptionBudget"})
_ADMISSION = frozenset({"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"})
_ADMISSION_SECONDS = 2.5
"""The API server takes up changed admission policies once a second (policyRefreshIntervalDefault)."""
_FIRST = ("Namespace", "CustomResourceDefinition")
_PARALLEL = 4

Say = Callable[[str], None]


class Mesh:
    """A mesh in this sandbox."""

    deployed: Deployed
    trust_domain: str

    def __init__(self, vpc: Vpc, tools: Tools, say: Say) -> None:
        """Build the network and start the API server; `start` brings up the rest."""
        self._tools, self._say = tools, say
        self.outside_authority = Authority("outside")
        self.mesh_authority = Authority("mesh")
        self.fabric = Fabric(vpc, self.outside_authority)
        self.next_row = 0
        """The number of the next row: every row of a run has its own."""
        self.pods: dict[str, Pod] = {}
        self.envoys: dict[str, Envoy] = {}
        self._keys: dict[str, KeyPair] = {}
        self._judges = ThreadPoolExecutor(1)
        self._stored: dict[str, list[dict[str, Any]]] = {}
        self._say("starting the API server")
        self._server = ApiServer(
            self.fabric.control_plane, vpc.services_range, tools.etcd, tools.kube_apiserver
        )
        self.api = self._server.api
        self._secrets = SecretDiscovery(
            SECRETS_SOCKET,
            self._identity,
            self.mesh_authority.root.certificate,
            self.outside_authority.root.certificate,
        )

    def start(self, deployed: Deployed) -> None:
        """Bring everything up.

        Raises ProofError with the Terraform address of an object that is refused.
        """
        self.deployed = deployed
        self.trust_domain = istiod_module.trust_domain(deployed.mesh_config.object)
        self._server.wait()
        self._say("applying the mesh's objects")
        self._apply_mesh()
        control_planes = [r for r in self.deployed.workloads if _is_istiod(r)]
        if not control_planes:
            raise ProofError("the stacks install no istiod (a managed control plane cannot run here)")
        self._start_names()
        pod = self._create(control_planes[0])
        self.refresh()
        self._say("starting istiod")
        self.istiod = self._istiod(pod)
        self._say("applying the teams' objects")
        self.apply([item for item in self.deployed.objects if not self._is_mesh_layer(item)])
        self._judgement = self._judges.submit(self._judge)
        requests = [r for r in self.deployed.workloads if not _is_istiod(r)]
        self._say(f"starting {len(requests)} Pods")
        self.add_pods(requests)

    def apply(self, objects: Iterable[Addressed]) -> None:
        """Apply objects in parallel; all refusals are reported at once."""
        todo = [self._adapted(item) for item in objects if item.object["kind"] not in _WORKLOADS]
        problems: list[str] = []
        for wave in _waves(todo):
            with ThreadPoolExecutor(_PARALLEL) as pool:
                problems += [problem for problem in pool.map(self._apply_one, wave) if problem]
        if problems:
            raise ProofError("the API server refuses:\n" + "\n".join(sorted(problems)))
        if any(item.object["kind"] in _ADMISSION for item in todo):
            time.sleep(_ADMISSION_SECONDS)

    def change(self, after: Deployed) -> tuple[list[Addressed], list[Addressed]]:
        """Apply only the difference to another synthesis; return what was applied and what was deleted."""
        changed, gone = difference(self.deployed.objects, after.objects)
        self.apply(changed)
        for item in gone:
            if item.object["kind"] not in _WORKLOADS:
                self.api.delete(item.object)
        before = {f"{r.namespace}/{r.name}": r for r in self.deployed.workloads}
        now = {f"{r.namespace}/{r.name}": r for r in after.workloads}
        replaced = [k for k in before if k not in now or now[k].manifest != before[k].manifest]
        self.deployed = after
        self.fabric.vpc = after.vpc
        self.remove_pods(replaced)
        self.add_pods([r for k, r in now.items() if k not in before or k in replaced])
        self._judgement = self._judges.submit(self._judge)
        self.settle()
        return changed, gone

    def settle(self, quiet: float = 0.5, seconds: float = 20) -> None:
        """Wait until the proxies have received no new configuration for a while, and old listeners are drained."""
        end = time.monotonic() + seconds
        counted, since = self._updates(), time.monotonic()
        while time.monotonic() - since < quiet and time.monotonic() < end:
            time.sleep(0.05)
            now = self._updates()
            if now != counted:
                counted, since = now, time.monotonic()
        time.sleep(DRAIN_SECONDS)

    def _updates(self) -> dict[str, str]:
        return {key: envoy.admin("/stats?filter=update_success$") for key, envoy in self.envoys.items()}

    def try_pods(self, requests: Sequence[PodRequest]) -> dict[str, str]:
        """Add Pods of the harness; return the API server's reason for each that it refuses."""
        refused: dict[str, str] = {}
        created = []
        for request in requests:
            try:
                created.append(self._create(request))
            except RefusedError as error:
                refused[f"{request.namespace}/{request.name}"] = str(error)
        self._run(created)
        return refused

    def _istiod(self, pod: Pod) -> Istiod:
        """Start istiod in its Pod; it reaches the API server by the Service's address, as every Pod does."""
        service = next(s for s in self._list("Service") if s["metadata"]["name"] == "kubernetes")
        kubeconfig = self._server.kubeconfig(f"https://{service['spec']['clusterIP']}")
        started = Istiod(pod, self._tools.pilot_discovery, kubeconfig, self.mesh_authority)
        started.wait(self.api)
        return started

    def restart_istiod(self) -> None:
        """Start istiod anew."""
        self.istiod.process.stop()
        self.istiod = self._istiod(self.istiod.pod)

    def restart_proxy(self, key: str) -> Envoy:
        """Start a Pod's proxy anew and wait until it has its configuration."""
        self.envoys[key].process.stop()
        self.envoys[key] = Envoy(self.envoys[key].pod, self._tools.envoy)
        self.envoys[key].wait()
        return self.envoys[key]

    def add_pods(self, requests: Sequence[PodRequest]) -> None:
        """Create Pods, enforce the network for them and start their proxies."""
        created = []
        for request in requests:
            try:
                created.append(self._create(request))
            except RefusedError as error:
                raise ProofError(f"{request.address}: the API server refuses its Pod: {error}") from error
        self._run(created)

    def _run(self, created: Sequence[Pod]) -> None:
        self.refresh()
        started = []
        for pod in created:
            rules = redirection(pod)
            if rules:
                namespaces.load_ruleset(rules, pod.network)
            ports = self._application_ports(pod)
            if ports and not pod.is_gateway:
                self.fabric.serve(f"application {pod.key}", pod.network, ports, name=pod.key)
            if pod.proxy is not None:
                self.envoys[pod.key] = Envoy(pod, self._tools.envoy)
                started.append(self.envoys[pod.key])
        for envoy in started:
            envoy.wait()

    def remove_pods(self, keys: Iterable[str]) -> None:
        """Stop and delete Pods."""
        for key in keys:
            pod = self.pods.pop(key)
            if key in self.envoys:
                self.envoys.pop(key).process.stop()
            self.api.delete(pod.stored)
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
                self.api.apply(services.endpoint_slice(service, mine, by_address))
        kubernetes = next(s for s in stored if s["metadata"]["name"] == "kubernetes")
        backends.append(
            services.Backend(
                service="kubernetes",
                namespace="default",
                cluster_ip=kubernetes["spec"]["clusterIP"],
                port=443,
                name="https",
                protocol="TCP",
                endpoints=((self._server.address, 443),),
            )
        )
        self.fabric.names.set_services(services.names(stored, facts))
        self.fabric.enforce(
            facts,
            self.api.list("networking.k8s.io/v1", "NetworkPolicy"),
            labels_of(self.api.list("v1", "Namespace")),
            backends,
            {pod.ip: pod.nat for pod in self.pods.values()},
        )

    def rejections(self) -> list[str]:
        """Return every proxy that has rejected configuration, with the kind and the reason."""
        found = []
        for key, envoy in self.envoys.items():
            for name in envoy.rejected():
                reason = next(
                    (line for line in envoy.process.tail(200).splitlines() if "rejected" in line), ""
                )
                found.append(f"the proxy of {key} rejects configuration ({name}): {reason}")
        return found

    def judged(self) -> list[str]:
        """Return istioctl's warnings; raise ProofError with its errors (it runs beside everything else)."""
        return self._judgement.result()

    def _judge(self) -> list[str]:
        server = f"https://{self._server.address}"
        return static_checks.check(
            self.deployed.objects, self._tools.istioctl, self._server.kubeconfig(server)
        )

    def service_address(self, pod: Pod) -> str:
        """Return the address of the Service that selects a Pod."""
        for service in self._list("Service"):
            if services.selected(service, [pod.facts]):
                return str(service["spec"]["clusterIP"])
        raise ProofError(f"no Service selects {pod.key}")

    def identity(self, namespace: str, service_account: str) -> KeyPair:
        """Return the mesh certificate of a service account."""
        uri = spiffe(namespace, service_account, self.trust_domain)
        if uri not in self._keys:
            self._keys[uri] = self.mesh_authority.issue(uris=(uri,))
        return self._keys[uri]

    def memory(self) -> dict[str, int]:
        """Return each process's share of memory, in bytes."""
        found = {
            "etcd": self._server.etcd.resident(),
            "kube-apiserver": self._server.process.resident(),
            "istiod": self.istiod.process.resident(),
        }
        return found | {f"envoy {key}": envoy.process.resident() for key, envoy in self.envoys.items()}

    def _application_ports(self, pod: Pod) -> dict[int, str]:
        """Return the ports on which Services expect the Pod's application, which the harness answers for."""
        mine = [s for s in self._list("Service") if services.selected(s, [pod.facts])]
        backends = services.backends(mine, [pod.facts])
        return {port: "http" for b in backends if b.protocol == "TCP" for _, port in b.endpoints}

    def _identity(self, node: str) -> KeyPair:
        for pod in self.pods.values():
            if node_id(pod) == node:
                return self.identity(pod.namespace, pod.service_account)
        raise ProofError(f"no Pod has the node id {node}")

    def _is_mesh_layer(self, item: Addressed) -> bool:
        return item.address.partition(":")[0] == self.deployed.mesh_config.address.partition(":")[0]

    def _apply_mesh(self) -> None:
        self.apply([item for item in self.deployed.objects if self._is_mesh_layer(item)])

    def _start_names(self) -> None:
        """Start DNS as a Pod of kube-system, so that NetworkPolicies decide about it as in a cluster."""
        label = "node-local-dns" if self.deployed.vpc.node_local_dns else "kube-dns"
        self.api.apply(
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": "kube-dns", "namespace": "kube-system"},
                "spec": {
                    "selector": {"k8s-app": label},
                    "ports": [
                        {"name": "dns", "port": 53, "protocol": "UDP"},
                        {"name": "dns-tcp", "port": 53, "protocol": "TCP"},
                    ],
                },
            }
        )
        pod = self._create(PodRequest(manifest=_plain_pod("kube-system", label, {"k8s-app": label})))
        self.fabric.serve_names(pod.network)
        service = self.api.get(
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": "kube-dns", "namespace": "kube-system"},
            }
        )
        self.resolver = str(service["spec"]["clusterIP"])
        sandbox.use_resolver(self.resolver)

    def _create(self, request: PodRequest) -> Pod:
        where = request.address or f"Pod {request.namespace}/{request.name}"
        try:
            nodes = scheduling.candidates(request.manifest["spec"], self.fabric.nodes)
        except scheduling.UnschedulableError as error:
            raise ProofError(f"{where}: no node takes {request.namespace}/{request.name}: {error}") from error
        taken = [pod.node.name for pod in self.pods.values()]
        node = min(nodes, key=lambda n: taken.count(n.name))
        stored = self.api.bind(self.api.create(request.manifest), node.name)
        network, seen = self.fabric.join(node)
        pod = Pod(stored=stored, node=node, network=network, nat=seen)
        self.api.set_status(stored, _running(pod.ip, self.fabric.node_address(node.name)))
        self.pods[pod.key] = pod
        return pod

    def _adapted(self, item: Addressed) -> Addressed:
        if item.key == self.deployed.mesh_config.key:
            return Addressed(address=item.address, object=istiod_module.adapted_mesh(item.object))
        return item

    def _apply_one(self, item: Addressed) -> str:
        """Apply one object; return the problem, or nothing. A kind just added may take a moment to be served."""
        end = time.monotonic() + 5
        while True:
            try:
                if item.object["kind"] == "CustomResourceDefinition":
                    self.api.create(item.object)
                else:
                    self.api.apply(item.object)
                return ""
            except RefusedError as error:
                unserved = "serves no" in str(error) or "could not find the requested resource" in str(error)
                if not unserved or time.monotonic() > end:
                    _, kind, namespace, name = item.key
                    return f"  {item.address}: {kind} {namespace + '/' if namespace else ''}{name}: {error}"
                time.sleep(0.05)

    def _list(self, kind: str) -> list[dict[str, Any]]:
        return self.api.list("v1", kind)


def _waves(objects: Sequence[Addressed]) -> list[list[Addressed]]:
    """Order objects so that namespaces and CRDs come first."""
    first = [item for item in objects if item.object["kind"] in _FIRST]
    return [first, [item for item in objects if item.object["kind"] not in _FIRST]]


def _is_istiod(request: PodRequest) -> bool:
    return bool(request.manifest["metadata"]["labels"].get("app") == "istiod")


def _plain_pod(namespace: str, name: str, labels: dict[str, str]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {"containers": [{"name": "main", "image": "proof"}]},
    }


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
