"""The question that a log line holds: who asked for what."""

from collections.abc import Mapping
from typing import NamedTuple

from egress.logs.asked import Missing
from egress.logs.asked import asked as what_is_asked
from egress.logs.entry import Entry
from egress.review.cluster import Cluster
from egress.review.errors import ReviewError
from egress.review.objects.workloads import Workload
from egress.review.request import DEFAULT_PORT, Request, parse_request

SPIFFE = "spiffe://"
INSIDE = ("outbound_.", "outbound|")
"""How the SNI of a sidecar's own TLS to the gateway begins."""

FAILED = frozenset({403, 404, 502, 503})
BLOCKED = frozenset({"BlackHoleCluster", "block_all"})


class Asked(NamedTuple):
    """A request, as a person would write it down."""

    source: str
    url: str
    method: str

    def request(self) -> Request:
        """The same as a request. Raises ReviewError."""
        return parse_request(source=self.source, url=self.url, method=self.method)


def identity(text: str) -> str:
    """NAMESPACE/sa/ACCOUNT of a SPIFFE id; anything else as it is. Raises ReviewError."""
    if not text.startswith(SPIFFE):
        return text
    parts = text.removeprefix(SPIFFE).split("/")
    if len(parts) != 5 or parts[1] != "ns" or parts[3] != "sa" or not all(parts):
        raise ReviewError(f"{text}: must be spiffe://TRUST-DOMAIN/ns/NAMESPACE/sa/SERVICE-ACCOUNT")
    return f"{parts[2]}/sa/{parts[4]}"


def asked(entry: Entry, cluster: Cluster, source: str | None) -> Asked:
    """What a line asks. Raises ReviewError where it does not say who, or not for what."""
    return Asked(_source(entry, cluster, source), _url(entry), entry.method or "GET")


def failed(entry: Entry) -> bool:
    """Whether the line tells of a failure; of a site's own answer nobody can tell here."""
    return (
        entry.status in FAILED
        or bool(entry.flags)
        or entry.route in BLOCKED
        or entry.upstream_cluster in BLOCKED
        or bool(entry.downstream_failure or entry.upstream_failure)
        or "rbac_access_denied" in f"{entry.details} {entry.termination}"
    )


def logged(entry: Entry) -> str:
    """What the line itself says of the end, in a few words."""
    parts = [f"HTTP {entry.status}" if entry.status else "no HTTP status"]
    parts += [
        *entry.flags,
        entry.details,
        entry.termination,
        entry.downstream_failure,
        entry.upstream_failure,
    ]
    return ", ".join(filter(None, parts))


def _source(entry: Entry, cluster: Cluster, given: str | None) -> str:
    if given:
        return identity(given)
    if entry.principal:
        return identity(entry.principal)
    if entry.writer.pod and not at_gateway(entry):
        pods = [
            pod
            for pod in cluster.identities.all()
            if is_of(entry.writer.pod, pod) and entry.writer.namespace in ("", pod.namespace)
        ]
        if len(pods) == 1:
            return pods[0].identity
    raise ReviewError(
        f"line {entry.line} does not say who asked: name the workload with --from (only this platform's JSON format "
        "has the caller's identity)"
    )


def at_gateway(entry: Entry) -> bool:
    """Whether a gateway wrote the line: it receives what a sidecar wrapped, and routes to hosts themselves."""
    return entry.sni.startswith(INSIDE) or bool(entry.principal)


def is_of(pod: str, workload: Workload) -> bool:
    """Whether a Pod's name is one that a Deployment, StatefulSet or DaemonSet of the workload's name gives."""
    rest = pod.removeprefix(f"{workload.name}-")
    return pod == workload.name or (rest != pod and rest.count("-") <= 1)


UNSAID: Mapping[Missing, str] = {
    Missing.NO_HOST: "does not say which host was asked for",
    Missing.NO_NAME: "is a connection without a name (SNI): nobody can tell which host was meant",
    Missing.NO_ADDRESS: "is a connection without a name (SNI): nobody can tell which host was meant",
    Missing.INBOUND: "is of what a Pod received, and did not ask for",
    Missing.BAD_HOST: "has a host that is no host name",
    Missing.BAD_METHOD: "has a method that is none",
    Missing.BAD_PATH: "has a path that does not begin with a slash",
    Missing.LONG_PATH: "has a path that is too long to be asked",
}
"""What a line lacks of a question; a test enumerates."""


def _url(entry: Entry) -> str:
    what = what_is_asked(entry)
    if isinstance(what, Missing):
        raise ReviewError(f"line {entry.line} {UNSAID[what]}")
    if what.scheme == "tcp":
        raise ReviewError(f"line {entry.line} {UNSAID[Missing.NO_NAME]}")
    port = "" if what.port == DEFAULT_PORT[what.scheme] else f":{what.port}"
    return f"{what.scheme}://{what.host}{port}{what.path}"
