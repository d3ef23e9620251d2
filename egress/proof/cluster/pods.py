"""Pods of the cluster: from a Deployment's template, admitted and injected by the API server, to a namespace.

What kube-controller-manager, kube-scheduler and kubelet do is done here: one Pod object per replica, a node that its
spec admits, an address, the status, a network namespace.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from egress.proof.errors import ProofError
from egress.proof.network.namespaces import NetworkNamespace
from egress.proof.network.networkpolicy import PodFacts
from egress.proof.network.nodes import PlacedNode

Object = dict[str, Any]

PROXY, PROXY_USER = "istio-proxy", 1337
_PROXY_PORTS = frozenset({"15000", "15008", "15020", "15021", "15090"})


@dataclass(frozen=True, kw_only=True)
class PodRequest:
    """A Pod to be created."""

    manifest: Object
    address: str = ""
    """Terraform's address of the workload, for messages; empty for the harness's own."""

    @property
    def namespace(self) -> str:
        """The Pod's namespace."""
        return str(self.manifest["metadata"]["namespace"])

    @property
    def name(self) -> str:
        """The Pod's name."""
        return str(self.manifest["metadata"]["name"])


@dataclass(frozen=True, kw_only=True)
class Pod:
    """A placed Pod, as the API server stored it after injection."""

    stored: Object = field(repr=False)
    node: PlacedNode
    network: NetworkNamespace
    nat: str
    """The address under which the outside sees it."""

    @property
    def name(self) -> str:
        """The Pod's name."""
        return str(self.stored["metadata"]["name"])

    @property
    def namespace(self) -> str:
        """The Pod's namespace."""
        return str(self.stored["metadata"]["namespace"])

    @property
    def key(self) -> str:
        """`namespace/name`."""
        return f"{self.namespace}/{self.name}"

    @property
    def ip(self) -> str:
        """The Pod's address."""
        return self.network.addresses[0]

    @property
    def service_account(self) -> str:
        """The Kubernetes service account it runs as."""
        return str(self.stored["spec"].get("serviceAccountName") or "default")

    @property
    def labels(self) -> dict[str, str]:
        """The Pod's labels after injection."""
        return dict(self.stored["metadata"].get("labels") or {})

    @property
    def proxy(self) -> Object | None:
        """The istio-proxy container, where the Pod has one."""
        spec = self.stored["spec"]
        containers = [*spec.get("containers", ()), *spec.get("initContainers", ())]
        return next((container for container in containers if container["name"] == PROXY), None)

    @property
    def is_gateway(self) -> bool:
        """Whether the proxy is a gateway: it runs as a router."""
        return self.proxy is not None and "router" in (self.proxy.get("args") or ())

    @property
    def as_proxy_user(self) -> bool:
        """Whether its application runs as the proxy's user or group, whose connections nobody redirects."""
        spec = self.stored["spec"]
        whole = spec.get("securityContext") or {}
        for container in spec.get("containers") or ():
            context = {**whole, **(container.get("securityContext") or {})}
            if container["name"] != PROXY and PROXY_USER in (
                context.get("runAsUser"),
                context.get("runAsGroup"),
            ):
                return True
        return False

    @property
    def facts(self) -> PodFacts:
        """What NetworkPolicies and Services ask about it."""
        ports = {
            port["name"]: int(port["containerPort"])
            for container in self.stored["spec"]["containers"]
            for port in container.get("ports") or ()
            if port.get("name")
        }
        return PodFacts(
            name=self.name, namespace=self.namespace, address=self.ip, labels=self.labels, ports=ports
        )


def from_deployment(deployment: Mapping[str, Any], address: str) -> list[PodRequest]:
    """Return the Pods of a Deployment."""
    metadata, spec = deployment["metadata"], deployment["spec"]
    template = spec["template"]
    return [
        PodRequest(
            address=address,
            manifest={
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {
                    "name": f"{metadata['name']}-{number}",
                    "namespace": metadata["namespace"],
                    "labels": dict(template["metadata"].get("labels") or {}),
                    "annotations": dict(template["metadata"].get("annotations") or {}),
                },
                "spec": dict(template["spec"]),
            },
        )
        for number in range(int(spec.get("replicas", 1)))
    ]


INIT, VALIDATION = "istio-init", "istio-validation"
CNI_NODES = "istio-cni-node"
"""istio-cni's DaemonSet; it is what redirects where no init container does."""

_ANNOTATED = {
    "-i": "includeOutboundIPRanges",
    "-x": "excludeOutboundIPRanges",
    "-o": "excludeOutboundPorts",
    "-q": "includeOutboundPorts",
    "-d": "excludeInboundPorts",
}
"""istio-init's arguments, and the annotations of traffic.sidecar.istio.io that istio-cni reads in their place."""


def redirection(pod: Pod, *, cni: bool) -> str | None:
    """Return the nftables rules of the sidecar's redirect; None where the Pod has none.

    Reads the arguments that the injector gave istio-init, so that an annotation that excludes ports or ranges
    opens here what it would open in a cluster; with istio-cni (`cni`: its DaemonSet is there) the annotations, as
    its plugin does (cni/pkg/plugin/sidecar_redirect.go). The proxy's own traffic carries a packet mark, where
    both go by the proxy's user id (a user namespace has one user).

    Raises ProofError for a Pod that waits for an istio-cni that is not there: its first container would never end.
    """
    first = {c["name"]: c for c in pod.stored["spec"].get("initContainers", ())}
    if INIT in first:
        options = _options(first[INIT].get("args") or ())
    elif VALIDATION in first:
        if not cni:
            raise ProofError(f"{pod.key}: {VALIDATION} waits for istio-cni, which the stacks do not install")
        options = _annotated(pod)
    else:
        return None
    outbound = [f"meta mark {MARK} return", "ip daddr 127.0.0.0/8 return", "ip saddr 127.0.0.6 return"]
    outbound += [f"tcp dport {{ {options['-o']} }} return"] if options.get("-o") else []
    outbound += [f"ip daddr {{ {options['-x']} }} return"] if options.get("-x") else []
    outbound += [f"tcp dport {{ {options['-q']} }} redirect to :15001"] if options.get("-q") else []
    included = options.get("-i", "*")
    if included == "*":
        outbound.append("meta l4proto tcp redirect to :15001")
    elif included:
        outbound.append(f"ip daddr {{ {included} }} meta l4proto tcp redirect to :15001")
    excluded = sorted(_PROXY_PORTS | {port for port in options.get("-d", "").split(",") if port})
    inbound = [f"tcp dport {{ {', '.join(excluded)} }} return", "meta l4proto tcp redirect to :15006"]
    return _table(outbound, inbound)


MARK = 1337
"""The packet mark of a proxy's own traffic."""


def _annotated(pod: Pod) -> dict[str, str]:
    """Read the annotations that istio-cni goes by."""
    annotations = pod.stored["metadata"].get("annotations") or {}
    stated = {
        option: annotations.get(f"traffic.sidecar.istio.io/{name}") for option, name in _ANNOTATED.items()
    }
    return {option: value for option, value in stated.items() if value is not None}


def _options(arguments: Sequence[str]) -> dict[str, str]:
    """Read istio-init's `-x VALUE` arguments."""
    return {key: value for key, value in itertools.pairwise(arguments) if key.startswith("-")}


def _table(outbound: Sequence[str], inbound: Sequence[str]) -> str:
    def lines(rules: Sequence[str]) -> str:
        return "\n".join(f"    {rule}" for rule in rules)

    return f"""table ip sidecar {{
  chain output {{
    type nat hook output priority -100;
{lines(outbound)}
  }}
  chain prerouting {{
    type nat hook prerouting priority -100;
{lines(inbound)}
  }}
}}
"""
