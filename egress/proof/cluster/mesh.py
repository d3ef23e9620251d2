"""The running mesh: API server, istiod, Pods and proxies, brought up from the stacks and changed with them."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from egress.proof.cluster import applying, static_checks
from egress.proof.cluster import istiod as istiod_module
from egress.proof.cluster.api_server import ApiServer
from egress.proof.cluster.deployment import Deployed, difference
from egress.proof.cluster.envoy import DRAIN_SECONDS, SECRETS_SOCKET, START_SECONDS, node_id
from egress.proof.cluster.istiod import Istiod
from egress.proof.cluster.objects import Addressed
from egress.proof.cluster.pods import Pod, PodRequest
from egress.proof.cluster.running_pods import RunningPods
from egress.proof.cluster.secret_discovery import SecretDiscovery
from egress.proof.errors import ProofError
from egress.proof.network import sandbox
from egress.proof.network.certificates import Authority, KeyPair, spiffe
from egress.proof.network.fabric import Fabric
from egress.proof.network.vpc import ImitatedVpc
from egress.proof.toolchain.tools import Tools

_WORKLOADS = frozenset({"Deployment", "HorizontalPodAutoscaler", "PodDisruptionBudget"})
_STAYING = _WORKLOADS | {"Namespace"}
"""What is not deleted here: workloads never were there, and no controller finishes a namespace's deletion."""

_READ_SECONDS = 5
"""How long istiod may take to read a change."""

Say = Callable[[str], None]


class RunningMesh:
    """A mesh in this sandbox."""

    deployed: Deployed
    trust_domain: str

    def __init__(self, vpc: ImitatedVpc, tools: Tools, say: Say) -> None:
        """Build the network and start the API server; `start` brings up the rest."""
        self.tools, self._say = tools, say
        self.outside_authority = Authority("outside")
        self.mesh_authority = Authority("mesh")
        self.fabric = Fabric(vpc, self.outside_authority)
        self.next_row = 0
        """The number of the next row: every row of a run has its own."""
        self.source_ports: dict[str, Iterator[int]] = {}
        """For each Pod (`namespace/name`) the ports that its next requests are sent from."""
        self._keys: dict[str, KeyPair] = {}
        self._judges = ThreadPoolExecutor(1)
        self._say("starting the API server")
        self._server = ApiServer(
            self.fabric.control_plane, vpc.services_range, tools.etcd, tools.kube_apiserver
        )
        self.api = self._server.api
        self.running = RunningPods(self._server, self.fabric, tools)
        self.pods, self.envoys = self.running.pods, self.running.envoys
        self._secrets = SecretDiscovery(
            SECRETS_SOCKET,
            self._identity,
            self.mesh_authority.root.certificate,
            self.outside_authority.root.certificate,
        )

    def start(self, deployed: Deployed, *, judged: bool = True) -> None:
        """Bring everything up; `running.wait` waits for the proxies. istioctl judges the objects, unless told not to.

        Raises ProofError with the Terraform address of an object that is refused.
        """
        self.deployed = deployed
        self.trust_domain = istiod_module.trust_domain(deployed.mesh_config.object)
        self._server.wait()
        self._say("applying the mesh's objects")
        self._apply_mesh()
        self._start_names()
        self._start_istiod()
        self._say("applying the teams' objects")
        self.apply([item for item in self.deployed.objects if not self._is_mesh_layer(item)])
        if judged:
            self._judgement = self._judges.submit(self._judge)
        requests = self.deployed.beside_istiod
        self._say(f"starting {len(requests)} Pods")
        self.running.add(requests)

    def apply(self, objects: Iterable[Addressed]) -> None:
        """Apply objects; workloads come as Pods, later."""
        todo = [self.adapted(item) for item in objects if item.object["kind"] not in _WORKLOADS]
        applying.apply(self.api, todo)

    def change(self, after: Deployed, *, judged: bool = True) -> tuple[list[Addressed], list[Addressed]]:
        """Apply only the difference to another synthesis; return what was applied and what was deleted."""
        changed, gone = difference(self.deployed.objects, after.objects)
        anew = self.deployed.injection != after.injection
        self.apply(changed)
        for item in gone:
            if item.object["kind"] not in _STAYING:
                self.api.delete(item.object)
        before = {f"{r.namespace}/{r.name}": r for r in self.deployed.beside_istiod}
        now = {f"{r.namespace}/{r.name}": r for r in after.beside_istiod}
        replaced = [k for k in before if anew or k not in now or now[k].manifest != before[k].manifest]
        self.deployed = after
        self.fabric.vpc = after.vpc
        if anew:
            self.istiod.process.stop()
            self.running.remove([self.istiod.pod.key])
            self._start_istiod()
        self._wait_until_read(changed, gone)
        # One that the API server has refused before never came to run.
        self.running.remove([key for key in replaced if key in self.pods])
        self.running.add([r for k, r in now.items() if k not in before or k in replaced])
        self.running.wait()
        if judged:
            self._judgement = self._judges.submit(self._judge)
        self.settle()
        return changed, gone

    def _wait_until_read(self, changed: Sequence[Addressed], gone: Sequence[Addressed]) -> None:
        """Wait until istiod has read the changes: a quiet mesh may be one that does not know of them yet.

        What istiod never reads (of another revision, in a namespace that it does not discover) is waited for in vain.
        """
        versions = {
            item.key[1:]: str(self.api.get(item.object)["metadata"]["resourceVersion"])
            for item in changed
            if _is_istios(item)
        }
        left = [item.key[1:] for item in gone if _is_istios(item) and item.key[1:] not in versions]
        if not versions and not left:
            return
        end = time.monotonic() + _READ_SECONDS
        while not self.istiod.holds(versions, left) and time.monotonic() < end:
            time.sleep(0.05)

    def settle(self, quiet: float = 0.5, seconds: float = 20) -> None:
        """Wait until the proxies have received no new configuration for a while, and old listeners are drained."""
        end = time.monotonic() + seconds
        counted, since = self.running.updates(), time.monotonic()
        while time.monotonic() - since < quiet and time.monotonic() < end:
            time.sleep(0.05)
            now = self.running.updates()
            if now != counted:
                counted, since = now, time.monotonic()
        time.sleep(DRAIN_SECONDS)

    def _start_istiod(self) -> None:
        """Run one Pod of istiod's, the first: more of them would give out the same."""
        pod = self.running.create(self.deployed.control_plane)
        self.running.refresh()
        self._say("starting istiod")
        self.istiod = self._istiod(pod)

    def _istiod(self, pod: Pod, seconds: float = START_SECONDS) -> Istiod:
        """Start istiod in its Pod; it reaches the API server by the Service's address, as every Pod does."""
        kubeconfig = self._server.kubeconfig(f"https://{self._server.service_address}")
        started = Istiod(pod, self.tools.pilot_discovery, kubeconfig, self.mesh_authority)
        started.wait(self.api, seconds)
        return started

    def restart_istiod(self, seconds: float = START_SECONDS) -> None:
        """Start istiod anew, and wait so long for it."""
        self.istiod.process.stop()
        self.istiod = self._istiod(self.istiod.pod, seconds)

    def refusals(self) -> list[str]:
        """Return what the network has refused since the last table: the usual reason why something does not start."""
        found = {
            f"{p.source} to {p.destination}:{p.destination_port} refused by {p.rule}"
            for p in self.fabric.packets.packets()
        }
        return sorted(found)

    def judged(self) -> list[str]:
        """Return istioctl's warnings; raise ProofError with its errors (it runs beside everything else)."""
        return self._judgement.result()

    def _judge(self) -> list[str]:
        server = f"https://{self._server.address}"
        return static_checks.check(
            self.deployed.objects, self.tools.istioctl, self._server.kubeconfig(server)
        )

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
        pod = self.running.create(PodRequest(manifest=_plain_pod("kube-system", label, {"k8s-app": label})))
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

    def adapted(self, item: Addressed) -> Addressed:
        """Return an object as it is applied here: with what the evidence needs logged."""
        if item.key == self.deployed.mesh_config.key:
            return Addressed(address=item.address, object=istiod_module.adapted_mesh(item.object))
        if item.object["kind"] == "Telemetry":
            return Addressed(address=item.address, object=istiod_module.adapted_telemetry(item.object))
        return item


def _is_istios(item: Addressed) -> bool:
    group = str(item.object["apiVersion"]).partition("/")[0]
    return group.endswith(".istio.io")


def _plain_pod(namespace: str, name: str, labels: dict[str, str]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {"containers": [{"name": "main", "image": "proof"}]},
    }
