"""Whom every Pod needs, whichever form its NetworkPolicies have: each peer, address and port stated once."""

from egress.derived import gateway
from egress.derived.network_policies.policy import Peer, Port, Rule

DNS_PORT = 53
DNS = (Port(number=DNS_PORT, protocol="UDP"), Port(number=DNS_PORT))

ISTIOD = Peer(namespace=gateway.CONTROL_PLANE_NAMESPACE, pods=tuple(gateway.ISTIOD_SELECTOR.items()))
GATEWAY = Peer(namespace=gateway.NAMESPACE, pods=tuple(gateway.SELECTOR.items()))

CLUSTER_DNS = Rule(peers=(Peer(namespace="kube-system"),), ports=DNS)
"""All of kube-system: on Dataplane V2 the answer comes from node-local-dns, not from kube-dns (D11)."""

NODE_LOCAL_DNS = Rule(peers=(Peer(cidr="169.254.20.10/32"),), ports=DNS)
"""NodeLocal DNSCache's own address, where there is no Dataplane V2 (D11)."""

METADATA_SERVER = Peer(cidr="169.254.169.254/32")
"""GKE's metadata server on Dataplane V2 (GKE, "Workload Identity Federation", network policy)."""

METADATA_SERVER_V1 = Rule(
    peers=(Peer(cidr="169.254.169.252/32"),), ports=(Port(number=987), Port(number=988))
)
"""The same without Dataplane V2, from GKE 1.21 on."""
