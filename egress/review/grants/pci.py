"""PCI DSS 4.0.1, requirements 1.2 and 1.3: what of each the platform and its evidence support, and what not.

Source: PCI DSS v4.0.1 (June 2024), "Requirement 1: Install and Maintain Network Security Controls": a limited revision
of v4.0, which added and removed no requirement. Numbers and meaning were compared with public summaries of both
versions, not with the standard itself. The wording is abridged; the standard decides.
"""

from typing import NamedTuple


class Requirement(NamedTuple):
    """One requirement."""

    number: str
    asks: str
    supported_by: str
    not_covered: str


REQUIREMENTS: tuple[Requirement, ...] = (
    Requirement(
        "1.2.1",
        "standards for the configuration of network security controls are defined, applied and kept up",
        "the models and rules that each configuration passes; docs/hardening.md",
        "your own standard, and controls outside these stacks",
    ),
    Requirement(
        "1.2.2",
        "changes to network connections and to the controls are approved and managed by the change process",
        "the pull request's page, CODEOWNERS, and the commit of each grant in this list",
        "whether your host enforces reviews and protects the branch",
    ),
    Requirement(
        "1.2.3",
        "an accurate network diagram of the connections between the cardholder data environment and other networks",
        "docs/architecture.svg, for the platform alone",
        "the diagram of your own environment with its card data",
    ),
    Requirement(
        "1.2.4",
        "an accurate diagram of all flows of account data",
        "this list names which workload sends to which host",
        "which of these flows carry account data",
    ),
    Requirement(
        "1.2.5",
        "allowed services, protocols and ports are identified, approved, and have a business need",
        "host, scheme, methods and paths of each grant with its reason, owner and ticket",
        "grants without these notes, until `tenants.grants_state` asks for them; Google's APIs (google_apis)",
    ),
    Requirement(
        "1.2.6",
        "security features for the services, protocols and ports in use that count as insecure",
        "`http: originate-tls`; the findings about plain HTTP and TLS that passes unread",
        "plain HTTP beyond the gateway to a destination with `http: plain`",
    ),
    Requirement(
        "1.2.7",
        "configurations are reviewed at least once every six months",
        "`until`, and `egress due`, which lists what ends",
        "a record that somebody did review; grants without `until`",
    ),
    Requirement(
        "1.2.8",
        "configuration files are secured, and consistent with the active configurations",
        "the commit of this list, the state of Terraform, and `egress drift` for the kinds of objects that it compares",
        "access to the repository and to the state; other kinds of objects, and what runs outside the cluster",
    ),
    Requirement(
        "1.3.1",
        "inbound traffic to the cardholder data environment is restricted to what is necessary, all other is denied",
        "NetworkPolicies and the VPC firewall for what these stacks create",
        "inbound traffic from outside, load balancers, and everything that other stacks create",
    ),
    Requirement(
        "1.3.2",
        "outbound traffic from the cardholder data environment is restricted to what is necessary, all other is denied",
        "each row of this list; `list` shows that everything else is refused, `prove` that a mesh does so",
        "machines outside the cluster; accepted findings, each with its reason",
    ),
    Requirement(
        "1.3.3",
        "controls between all wireless networks and the cardholder data environment",
        "nothing",
        "all of it",
    ),
)
