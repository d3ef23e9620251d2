"""NetworkPolicies of a team, as data: what its Pods may connect to, whatever their sidecars do.

Source: the tutorial, "Use Kubernetes NetworkPolicy as an additional control"; additions say why.
"""

from dataclasses import dataclass
from typing import Literal

from egress.config.team import NetworkPolicies
from egress.derived import gateway
from egress.derived.vpc.google_apis import PRIVATE_VIP, RESTRICTED_VIP

NAMESPACE_LABEL = "kubernetes.io/metadata.name"
"""The label every namespace has, with its own name."""

DNS_PORT = 53


@dataclass(frozen=True, kw_only=True)
class Port:
    """A port and its protocol."""

    number: int
    protocol: Literal["TCP", "UDP"] = "TCP"


@dataclass(frozen=True, kw_only=True)
class Peer:
    """Pods of a namespace (all of the own one where none is named), or a range of addresses."""

    namespace: str | None = None
    pods: tuple[tuple[str, str], ...] | None = None
    cidr: str | None = None
    excluding: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Peers, and the ports they may be reached on; no ports means all."""

    peers: tuple[Peer, ...]
    ports: tuple[Port, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NetworkPolicy:
    """One policy for all Pods of a namespace; a direction that is None is left alone, an empty one is denied."""

    name: str
    egress: tuple[Rule, ...] | None = None
    ingress: tuple[Rule, ...] | None = None


DNS = (Port(number=DNS_PORT, protocol="UDP"), Port(number=DNS_PORT))

TO_CONTROL_PLANE = NetworkPolicy(
    name="allow-egress-to-control-plane",
    egress=(
        Rule(
            peers=(
                Peer(namespace=gateway.CONTROL_PLANE_NAMESPACE, pods=tuple(gateway.ISTIOD_SELECTOR.items())),
                Peer(namespace=gateway.NAMESPACE, pods=tuple(gateway.SELECTOR.items())),
            )
        ),
    ),
)

TO_DNS = NetworkPolicy(
    name="allow-egress-to-dns",
    egress=(
        # All of kube-system: on Dataplane V2 the answer comes from node-local-dns, not from kube-dns (D11).
        Rule(peers=(Peer(namespace="kube-system"),), ports=DNS),
        # Not in the tutorial: NodeLocal DNSCache's own address, where there is no Dataplane V2 (D11).
        Rule(peers=(Peer(cidr="169.254.20.10/32"),), ports=DNS),
    ),
)

TO_GOOGLE_APIS = NetworkPolicy(
    name="allow-egress-to-google-apis",
    egress=(Rule(peers=(Peer(cidr=RESTRICTED_VIP), Peer(cidr=PRIVATE_VIP))),),
)

TO_METADATA_SERVER = NetworkPolicy(
    name="allow-egress-to-metadata-server",
    egress=(
        # Dataplane V2.
        Rule(peers=(Peer(cidr="169.254.169.254/32"),)),
        # Before GKE 1.21 without Dataplane V2, as the tutorial has it.
        Rule(peers=(Peer(cidr="127.0.0.1/32"),), ports=(Port(number=988),)),
        # Not in the tutorial of 2023 but in Google's later text: GKE 1.21 and later without Dataplane V2.
        Rule(peers=(Peer(cidr="169.254.169.252/32"),), ports=(Port(number=987), Port(number=988))),
    ),
)

# The tutorial's policy has an ingress part and states no policyTypes, so Kubernetes reads it as both (D13).
WITHIN_NAMESPACE = NetworkPolicy(
    name="allow-egress-to-same-namespace",
    egress=(Rule(peers=(Peer(),)),),
    ingress=(Rule(peers=(Peer(),)),),
)


def team_policies(settings: NetworkPolicies) -> tuple[NetworkPolicy, ...]:
    """The policies of a team's namespace; together they deny every egress they do not name."""
    return (
        TO_CONTROL_PLANE,
        TO_DNS,
        TO_GOOGLE_APIS,
        TO_METADATA_SERVER,
        *((WITHIN_NAMESPACE,) if settings.same_namespace else ()),
        *(_to_team(team) for team in sorted(settings.to_teams)),
    )


def _to_team(team: str) -> NetworkPolicy:
    return NetworkPolicy(name=f"allow-egress-to-{team}", egress=(Rule(peers=(Peer(namespace=team),)),))
