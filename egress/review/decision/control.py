"""The controls that a request can meet."""

from enum import Enum, StrEnum, auto


class Control(StrEnum):
    """One control. output/texts/controls.py names it for a person."""

    SOURCE = auto()
    NAMESPACE = auto()
    """Whether the sender's namespace asks for sidecars."""
    SIDECAR = auto()
    """The sender's sidecar, where it is not told which part of it."""
    SIDECAR_SCOPE = auto()
    SIDECAR_REGISTRY = auto()
    SIDECAR_ROUTE = auto()
    SIDECAR_TLS = auto()
    MESH_CONFIG = auto()
    GATEWAY = auto()
    GATEWAY_LISTENER = auto()
    GATEWAY_IDENTITY = auto()
    GATEWAY_PROTOCOL = auto()
    GATEWAY_ROUTE = auto()
    GATEWAY_TLS = auto()
    AUTHORIZATION_POLICY = auto()
    INBOUND_SIDECAR = auto()
    """The sidecar in front of the Pod that is reached; its decision names the Pod's workload."""
    SERVICE = auto()
    NETWORK_POLICY = auto()
    """The NetworkPolicies, where it is not told of which direction."""
    NETWORK_POLICY_EGRESS = auto()
    NETWORK_POLICY_INGRESS = auto()
    NETWORK_POLICY_DNS = auto()
    VPC_FIREWALL = auto()
    VPC_FIREWALL_INGRESS = auto()
    ROUTE_AND_NAT = auto()
    RESPONSE_POLICY = auto()
    """The network's DNS response policy."""
    PRIVATE_DNS = auto()
    METADATA_SERVER = auto()


class Proxy(Enum):
    """The two sorts of proxies that send a request on."""

    SIDECAR = auto()
    GATEWAY = auto()

    @property
    def route(self) -> Control:
        """Where its routes lead."""
        return Control.SIDECAR_ROUTE if self is Proxy.SIDECAR else Control.GATEWAY_ROUTE

    @property
    def tls(self) -> Control:
        """What it speaks there."""
        return Control.SIDECAR_TLS if self is Proxy.SIDECAR else Control.GATEWAY_TLS
