"""Istio's ProxyConfig: the settings of a proxy that change no verdict; any other is not modelled."""

from collections.abc import Iterator, Mapping
from typing import Any

INERT = frozenset(
    {
        *("availabilityZone", "binaryPath", "concurrency", "configPath", "controlPlaneAuthPolicy"),
        *("discoveryAddress", "drainDuration", "envoyAccessLogService", "envoyMetricsService"),
        *("extraStatTags", "fileFlushInterval", "holdApplicationUntilProxyStarts", "image", "meshId"),
        *("parentShutdownDuration", "privateKeyProvider", "proxyAdminPort", "proxyStatsMatcher"),
        *("readinessProbe", "sds", "serviceCluster", "statNameLength", "statsCompression"),
        *("statsdUdpAddress", "statusPort", "terminationDrainDuration", "tracing", "tracingServiceName"),
        "zipkinAddress",
    }
)

UNDERSTOOD_PROXY_HEADERS = frozenset(
    {
        *("attemptCount", "envoyDebugHeaders", "forwardedClientCert", "metadataExchangeHeaders", "requestId"),
        *("server", "setCurrentClientCertDetails", "xForwardedHost", "xForwardedPort"),
    }
)
"""Headers that a proxy adds or leaves out (outgoing_headers.py reads those of the gateways)."""

CAPTURING_MODES = ("", "REDIRECT", "TPROXY")

INERT_VARIABLES = (
    *("BOOTSTRAP_XDS_AGENT", "EXIT_ON_ZERO_ACTIVE_CONNECTIONS", "MINIMUM_DRAIN_DURATION"),
    *("ISTIO_META_HTTP10", "ISTIO_META_IDLE_TIMEOUT", "ISTIO_META_UNPRIVILEGED_POD"),
    *("ISTIO_META_MESH_ID", "ISTIO_META_CLUSTER_ID", "ISTIO_META_WORKLOAD_NAME", "ISTIO_META_OWNER"),
    *("ISTIO_META_APP_CONTAINERS", "ISTIO_META_POD_PORTS", "ISTIO_META_NODE_NAME"),
    *("ISTIO_META_INTERCEPTION_MODE", "ISTIO_META_ROUTER_MODE", "ISTIO_META_ENABLE_HBONE"),
    *("ISTIO_META_IPTABLES_LOOPBACK", "ISTIO_META_ISTIO_VERSION", "ISTIO_META_ISTIO_PROXY_SHA"),
)
"""What injection and the gateway's template set themselves, and what says how long a proxy drains."""

OFF = frozenset({"", "false", "0"})


def of_proxy_config(config: Mapping[str, Any]) -> Iterator[str]:
    """Paths of settings that are not understood."""
    for key, value in config.items():
        if value in (None, "", [], {}) or key in INERT:
            continue
        if key == "interceptionMode" and value in CAPTURING_MODES:
            continue
        if key == "gatewayTopology" and set(value) <= {"forwardClientCertDetails"}:
            continue
        if key == "proxyHeaders" and set(value) <= UNDERSTOOD_PROXY_HEADERS:
            continue
        if key in ("proxyMetadata", "environmentVariables") and isinstance(value, Mapping):
            yield from (f"{key}.{one}" for one in of_variables(value))
        else:
            yield key


def of_variables(variables: Mapping[str, Any]) -> Iterator[str]:
    """Names of a proxy's environment variables that are not understood (ISTIO_META_DNS_CAPTURE, say)."""
    for name, value in variables.items():
        if (
            name.startswith("ISTIO_META_")
            and name not in INERT_VARIABLES
            and str(value or "").lower() not in OFF
        ):
            yield name
