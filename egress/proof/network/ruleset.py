"""The fabric's whole ruleset: Service translation, NetworkPolicies, VPC firewall, NAT.

A packet of a new connection passes, in this order: Service address to Pod address, egress policies of the source
Pod, egress firewall of its node, ingress firewall of the destination's node, ingress policies of the destination
Pod, source NAT towards the outside.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from egress.proof.network import firewall, networkpolicy, services
from egress.proof.network.firewall import LOG_GROUP, Node
from egress.proof.network.names import INTERNET
from egress.proof.network.networkpolicy import PodFacts
from egress.proof.network.vpc import ImitatedVpc

GOOGLE_RANGES = ("199.36.153.4/30", "199.36.153.8/30")
"""restricted.googleapis.com and private.googleapis.com."""


def build(
    vpc: ImitatedVpc,
    nodes: Sequence[Node],
    pods: Sequence[PodFacts],
    policies: Sequence[Mapping[str, Any]],
    namespaces: Mapping[str, Mapping[str, str]],
    backends: Sequence[services.ServiceBackend],
    nat: Mapping[str, str],
    named: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """Return the ruleset that replaces the whole table.

    `nat` maps a Pod's address to the one the outside sees, `named` a firewall policy's names to their addresses.
    """
    google = ", ".join(GOOGLE_RANGES)
    cluster = f"{{ {vpc.pods_range}, {vpc.nodes_range} }}"
    beyond = (
        [] if vpc.private_google_access else [_refused(f"ip saddr {cluster} ip daddr {{ {google} }}", "off")]
    )
    if not vpc.nat:
        beyond.append(_refused(f"ip saddr {cluster} ip daddr {INTERNET}", "nat"))
    translations = ", ".join(f"{pod} : {seen}" for pod, seen in nat.items())
    source_nat = f"ip daddr {INTERNET} snat to ip saddr map {{ {translations} }}" if nat else ""
    refuse_unserved = f"ip daddr {vpc.services_range} reject with icmp port-unreachable"
    return f"""
table ip proof
delete table ip proof
table ip proof {{
{firewall.ruleset(vpc, nodes, named or {})}
{networkpolicy.ruleset(policies, pods, namespaces)}
{services.ruleset(backends)}
chain forward {{
  type filter hook forward priority 0; policy accept;
  ct state established,related accept
  {refuse_unserved}
  jump policy_egress
  jump vpc_egress
  jump vpc_ingress
  jump policy_ingress
  {chr(10).join(beyond)}
}}
chain prerouting {{
  type nat hook prerouting priority -100;
  jump services
}}
chain postrouting {{
  type nat hook postrouting priority 100;
  {source_nat}
}}
}}
"""


def _refused(match: str, reason: str) -> str:
    names = {"off": "subnet: private Google access is off", "nat": "network: no Cloud NAT"}
    prefix = f'log prefix "{names[reason]}" group {LOG_GROUP} queue-threshold 1'
    return f"{match} {prefix} reject with icmp admin-prohibited"
