"""The egress gateway's facts, each stated once: ports, Service, namespace, selector, subsets, node taint."""

from dataclasses import dataclass

NAMESPACE = "istio-egress"
"""The gateway's namespace, and that of every routing and policy object."""

CONTROL_PLANE_NAMESPACE = "istio-system"
"""istiod's namespace and Istio's root namespace."""

RELEASE = "istio-egressgateway"
"""The Helm release; the gateway chart names Service and ServiceAccount after it."""

SELECTOR = {"istio": "egressgateway"}
"""The gateway Pods' label: the chart strips `istio-` from the release name."""

ISTIOD_SELECTOR = {"app": "istiod"}
"""istiod's Pods. The tutorial's `istio: istiod` exists only on a revisioned istiod (istiod chart,
templates/deployment.yaml), `app: istiod` always."""

GATEWAY = "egress-gateway"
"""The Istio Gateway object."""

DESTINATION_RULE = "target-egress-gateway"
"""The DestinationRule towards the gateway."""

MTLS_SUBSET = "target-egress-gateway-mTLS"
"""The subset that wraps requests in Istio mutual TLS."""

PASS_THROUGH_SUBSET = "target-egress-gateway-TLS-passthrough"  # noqa: S105 - a subset's name
"""The subset that sends the application's own TLS as it is."""

PASS_THROUGH_POLICY = "egress-all-443"  # noqa: S105 - a policy's name
"""The AuthorizationPolicy that opens the pass-through port to every caller (the tutorial's D2)."""

CLOSED_POLICY = "egress-nothing"
"""The AuthorizationPolicy that closes a gateway for which no grant exists yet."""

IDENTITY_POLICY = "egress-identity-https"
"""The AuthorizationPolicy that asks for a mesh identity on the identity port."""

ACCESS_LOG_PROVIDER = "egress-access-log"
"""The mesh's access log provider that writes source principal and SNI."""

TAINT_KEY = "dedicated"
TAINT_VALUE = "gateway"
"""The gateway pool's taint, dedicated=gateway:NoSchedule."""

POOL_LABEL = "cloud.google.com/gke-nodepool"
"""The node label GKE sets to the pool's name."""


@dataclass(frozen=True, kw_only=True)
class Port:
    """A port of the gateway: what its Service offers and what its proxy listens on."""

    name: str
    service: int
    target: int


HTTP = Port(name="http2", service=80, target=8080)
"""Plain HTTP from the application, in mutual TLS from its sidecar."""

TLS = Port(name="https", service=443, target=8443)
"""The application's own TLS."""

IDENTITY = Port(name="tls-identity", service=9443, target=9443)
"""The application's own TLS inside mutual TLS: what HTTPS by identity is authorized on."""

STATUS = Port(name="status-port", service=15021, target=15021)
"""The readiness probe of the proxy."""


def service_host() -> str:
    """The gateway Service's name in the mesh."""
    return f"{RELEASE}.{NAMESPACE}.svc.cluster.local"
