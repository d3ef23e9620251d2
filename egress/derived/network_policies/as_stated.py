"""The tutorial's NetworkPolicies of a team (`tenants.network: as-stated`): what its Pods may connect to.

Source: the tutorial, "Use Kubernetes NetworkPolicy as an additional control"; comments say what was added and why.
"""

from egress.config.team import NetworkPolicies
from egress.derived.network_policies.peers import (
    CLUSTER_DNS,
    GATEWAY,
    ISTIOD,
    METADATA_SERVER,
    METADATA_SERVER_V1,
    NODE_LOCAL_DNS,
)
from egress.derived.network_policies.policy import NetworkPolicy, Peer, Port, Rule
from egress.derived.vpc.google_apis import PRIVATE_VIP, RESTRICTED_VIP

TO_CONTROL_PLANE = NetworkPolicy(
    name="allow-egress-to-control-plane",
    egress=(
        Rule(
            peers=(
                ISTIOD,
                GATEWAY,
            )
        ),
    ),
)

TO_DNS = NetworkPolicy(
    name="allow-egress-to-dns",
    # Not in the tutorial: NodeLocal DNSCache's own address.
    egress=(CLUSTER_DNS, NODE_LOCAL_DNS),
)

TO_GOOGLE_APIS = NetworkPolicy(
    name="allow-egress-to-google-apis",
    egress=(Rule(peers=(Peer(cidr=RESTRICTED_VIP), Peer(cidr=PRIVATE_VIP))),),
)

TO_METADATA_SERVER = NetworkPolicy(
    name="allow-egress-to-metadata-server",
    egress=(
        Rule(peers=(METADATA_SERVER,)),
        # Before GKE 1.21 without Dataplane V2, as the tutorial has it.
        Rule(peers=(Peer(cidr="127.0.0.1/32"),), ports=(Port(number=988),)),
        # Not in the tutorial of 2023 but in Google's later text.
        METADATA_SERVER_V1,
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
