"""What is measured and what raises an incident, as data: refusals at the gateway, its saturation, NAT ports.

Sources: Cloud Logging, "Log-based metrics"; Cloud Monitoring, "Google Cloud metrics"; Cloud NAT, "Monitor".
A refusal in the handshake (HTTPS by identity) is no policy's: it leaves no `rbac_access_denied`. It is counted by the
port and the reason that the log gives for a handshake that failed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from egress.config.platform import Platform
from egress.derived import gateway
from egress.derived.access_log import GATEWAY_ADDRESS, HANDSHAKE_FAILURE, SOURCE_PRINCIPAL
from egress.derived.control_plane import has_istiod

REFUSALS = "egress-gateway-refusals"
PROXY = "istio-proxy"
FIVE_MINUTES = "300s"
AT_ONCE = "0s"


@dataclass(frozen=True, kw_only=True)
class LogMetric:
    """A counter of log lines, with labels taken out of them."""

    name: str
    description: str
    filter: str
    labels: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Alert:
    """A threshold, the aligner that brings the metric to one value in five minutes, and what to do."""

    id: str
    name: str
    filter: str
    aligner: Literal["ALIGN_SUM", "ALIGN_MEAN", "ALIGN_COUNT_TRUE", "ALIGN_DELTA"]
    total: bool
    above: float
    for_: str
    severity: Literal["WARNING", "ERROR", "CRITICAL"]
    advice: str


def refusal_metric(platform: Platform) -> LogMetric:
    """Lines of the gateway's log that name RBAC as what ended a request or connection, or a handshake that failed.

    On the identity port the handshake is what refuses; only a log of fields tells its reason.
    """
    json = has_istiod(platform) and platform.mesh.access_log == "json"
    refused = '"rbac_access_denied"'
    if json and platform.mesh.gateway.identity_https:
        refused = (
            f'({refused} OR (jsonPayload.{GATEWAY_ADDRESS}=~":{gateway.IDENTITY.target}$" AND '
            f'jsonPayload.{HANDSHAKE_FAILURE}=~"[^-]"))'
        )
    return LogMetric(
        name=REFUSALS,
        description="Requests, connections and handshakes that the egress gateway refused",
        filter=f"{_gateway_containers(platform)} AND {refused}",
        labels={"source": f"EXTRACT(jsonPayload.{SOURCE_PRINCIPAL})"} if json else {},
    )


def alerts(platform: Platform) -> tuple[Alert, ...]:
    """Every alert; those of the NAT where the NAT is this project's."""
    if platform.alerts is None:
        return ()
    refusals = Alert(
        id="refusals",
        name="Egress gateway: many refusals",
        filter=f'metric.type="logging.googleapis.com/user/{REFUSALS}" AND resource.type="k8s_container"',
        aligner="ALIGN_DELTA",
        total=True,
        above=platform.alerts.refusals,
        for_=AT_ONCE,
        severity="WARNING",
        advice="Something asks without a grant: the grant is missing, or the workload should not ask. "
        "The log lines name the caller (source_principal) and the host (authority or sni).",
    )
    saturation = tuple(
        Alert(
            id=f"{resource}-saturation",
            name=f"Egress gateway: {resource} almost used up",
            filter=f'metric.type="kubernetes.io/container/{resource}/limit_utilization"'
            f" AND {_gateway_containers(platform)}",
            aligner="ALIGN_MEAN",
            total=False,
            above=0.85,
            for_=FIVE_MINUTES,
            severity="ERROR",
            advice="Raise mesh.gateway.replicas.max, or the gateway pool's nodes.",
        )
        for resource in ("cpu", "memory")
    )
    own_nat = () if platform.network.existing else _nat_alerts(platform)
    return (refusals, *saturation, *own_nat)


def _nat_alerts(platform: Platform) -> tuple[Alert, ...]:
    nat = platform.network.cloud_nat
    if nat is None:
        return ()
    advice = "Raise network.nat.addresses or ports_per_vm (docs/nat.md): new connections to the outside fail."
    return (
        Alert(
            id="nat-allocation-failed",
            name="Cloud NAT: a node got no ports",
            filter='metric.type="router.googleapis.com/nat/nat_allocation_failed"'
            f' AND resource.type="nat_gateway" AND resource.labels.gateway_name="{nat.name}"',
            aligner="ALIGN_COUNT_TRUE",
            total=False,
            above=0,
            for_=AT_ONCE,
            severity="CRITICAL",
            advice=advice,
        ),
        Alert(
            id="nat-ports-exhausted",
            name="Cloud NAT: packets dropped for want of ports",
            filter='metric.type="compute.googleapis.com/nat/dropped_sent_packets_count"'
            ' AND resource.type="gce_instance" AND metric.labels.reason="OUT_OF_RESOURCES"'
            f' AND metric.labels.nat_gateway_name="{nat.name}"',
            aligner="ALIGN_DELTA",
            total=True,
            above=0,
            for_=AT_ONCE,
            severity="CRITICAL",
            advice=advice,
        ),
    )


def _gateway_containers(platform: Platform) -> str:
    return (
        'resource.type="k8s_container"'
        f' AND resource.labels.cluster_name="{platform.cluster.name}"'
        f' AND resource.labels.namespace_name="{gateway.NAMESPACE}"'
        f' AND resource.labels.container_name="{PROXY}"'
    )
