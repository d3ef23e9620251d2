"""Where an allowed request ends, as text."""

from collections.abc import Mapping

from egress.review.decision.arrival import Arrival, AtPod, Spoken

SPOKEN: Mapping[Spoken, str] = {
    Spoken.PLAIN: "plain",
    Spoken.APPLICATION_TLS: "the application's TLS",
    Spoken.PROXY_TLS: "TLS of the proxy",
    Spoken.MESH_MTLS: "mesh mTLS",
    Spoken.CALLERS_OWN_TLS: "the caller's own TLS",
    Spoken.TLS_INSIDE_PROXY_TLS: "TLS inside the proxy's own",
}


def arrival_text(arrival: Arrival | None) -> str:
    """HOST:PORT, and how; empty for a request that does not arrive."""
    if arrival is None:
        return ""
    if isinstance(arrival, AtPod):
        return f"{arrival.workload}:{arrival.port}, inside the cluster"
    ends = " or ".join(f"{host}:{port}" for host, port in arrival.ends)
    return f"{ends}, {SPOKEN[arrival.spoken]}"
