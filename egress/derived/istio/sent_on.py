"""What of an HTTP request leaves the cluster: the headers that proxies add, and how the gateway takes them off.

An outside host would otherwise read the caller's certificate, its SPIFFE id, the Pod's address and the mesh's trace
context (D29). Two settings work together: the gateway's own ProxyConfig, so that it adds nothing, and `headers` of
its routes, which take off what sidecars added. Names are written out, since a route removes no wildcard.
"""

import json
from typing import Any, TypedDict

from egress.config.mesh import Mesh

IDENTITY = ("x-forwarded-client-cert",)
"""The caller's certificate and SPIFFE id. Gateways set it by default (istio: pilot/pkg/networking/core/gateway.go,
SANITIZE_SET)."""

ADDRESSES = (
    "forwarded",
    "via",
    "x-envoy-external-address",
    "x-envoy-internal",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-forwarded-scheme",
    "x-real-ip",
)
"""Where the request came from (Envoy, "HTTP header manipulation"); proxies of applications write the others."""

OPERATION = (
    "x-envoy-attempt-count",
    "x-envoy-decorator-operation",
    "x-envoy-downstream-service-cluster",
    "x-envoy-downstream-service-node",
    "x-envoy-expected-rq-timeout-ms",
    "x-envoy-ip-tags",
    "x-envoy-is-timeout-retry",
    "x-envoy-original-dst-host",
    "x-envoy-original-host",
    "x-envoy-original-path",
    "x-envoy-peer-metadata",
    "x-envoy-peer-metadata-id",
)
"""What the mesh calls caller and route, and how it tries (Envoy, "HTTP header manipulation" and "Router"; Istio's
metadata exchange)."""

TRACE_CONTEXT = (
    "b3",
    "baggage",
    "grpc-trace-bin",
    "sw8",
    "traceparent",
    "tracestate",
    "uber-trace-id",
    "x-b3-flags",
    "x-b3-parentspanid",
    "x-b3-sampled",
    "x-b3-spanid",
    "x-b3-traceid",
    "x-client-trace-id",
    "x-cloud-trace-context",
    "x-datadog-origin",
    "x-datadog-parent-id",
    "x-datadog-sampling-priority",
    "x-datadog-tags",
    "x-datadog-trace-id",
    "x-envoy-force-trace",
    "x-ot-span-context",
    "x-request-id",
)
"""Which request of the inside this one belongs to, in the words of each of Envoy's tracers. An application's own
trace context ends at the gateway too: nothing tells it from a sidecar's."""

TAKEN_OFF = tuple(sorted((*IDENTITY, *ADDRESSES, *OPERATION, *TRACE_CONTEXT)))
"""Every name that no outside host reads."""


def is_asked_for(mesh: Mesh) -> bool:
    """Whether the outside is to read the application's own headers alone."""
    return mesh.gateway.headers == "as-sent"


class RequestHeaders(TypedDict):
    """What becomes of a request's headers."""

    remove: list[str]


class Headers(TypedDict):
    """A route's `headers`."""

    request: RequestHeaders


def as_sent() -> Headers:
    """The `headers` of a route that sends on what the application sent."""
    return {"request": {"remove": list(TAKEN_OFF)}}


PROXY_CONFIG_ANNOTATION = "proxy.istio.io/config"


def proxy_config() -> dict[str, Any]:
    """The gateway's ProxyConfig.

    `attemptCount` is not left to the routes: Envoy's router writes it again at a retry, after the route's headers.
    """
    return {
        "gatewayTopology": {"forwardClientCertDetails": "SANITIZE"},
        "proxyHeaders": {
            "forwardedClientCert": "SANITIZE",
            "requestId": {"disabled": True},
            "attemptCount": {"disabled": True},
            "envoyDebugHeaders": {"disabled": True},
            "metadataExchangeHeaders": {"mode": "IN_MESH"},
        },
    }


def proxy_config_annotation() -> dict[str, str]:
    """The annotation of the gateway's Pods that carries it."""
    return {PROXY_CONFIG_ANNOTATION: json.dumps(proxy_config(), sort_keys=True)}
