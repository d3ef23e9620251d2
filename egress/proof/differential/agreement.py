"""The review held against a real mesh: each row of a proof's report, asked of the review as well."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from egress.review.answer import Answer, Step, Verdict
from egress.review.errors import ReviewError
from egress.review.objects.workloads import Workload
from egress.review.request import Request, parse_request
from egress.review.review import Review

_LINE = re.compile(
    r"(?P<method>[A-Z]+) (?P<url>https?://\S+)(?: Host: (?P<host>\S+))?(?P<past> past the sidecar)?"
    r"(?: to (?P<to>[a-z0-9./-]+):(?P<port>\d+))?(?: with (?P<with>mesh certificate|no certificate))?"
    r"(?: sni (?P<sni>\S+))?"
)
"""A request as the proof's report writes it (egress/proof/asking/requests.py)."""

STAND_INS = {"unmeshed": "sa/default", "intruder": ""}
"""The proof's own Pods: one without a sidecar, one with a mesh certificate and without a sidecar."""

WORDS = {
    "curl exit 35)": "tls-failure",
    "curl exit 52 or 56)": "reset",
    "curl exit 7)": "refused",
    "curl exit 28)": "time-out",
    "curl exit 6)": "no-name",
    "curl exit 60)": "wrong-certificate",
}
SIDECAR_OF = "sidecar of "
"""The control in front of a Pod's application, with the workload's name behind it."""
CONTROLS = {
    # A gateway that ends a handshake, or does not listen, leaves no line in its log: the sidecar's is the last.
    "sidecar": (
        "sidecar",
        "metadata server",
        "service",
        "gateway protocol",
        "gateway listener",
        "gateway identity",
    ),
    "gateway policy": ("authorization policy",),
    "gateway": ("gateway",),
    "networkpolicy": ("network policy",),
    "firewall": ("VPC firewall",),
    "name server": ("private DNS", "network policy (DNS)"),
}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A row on which the review and the mesh differ."""

    identity: str
    request: str
    mesh: str
    review: str

    def __str__(self) -> str:
        return f"{self.identity} {self.request}: the mesh says {self.mesh}, the review {self.review}"


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """What was compared."""

    compared: int
    left_out: int
    """Rows from Pods that admission refused."""
    undecided: int
    """Rows that the review leaves open: it says so, and states no verdict to be wrong about."""
    differences: tuple[Difference, ...]


def compare(review: Review, rows: Iterable[Mapping[str, Any]]) -> Agreement:
    """Ask every row of a proof's report of the review as well."""
    compared = left_out = undecided = 0
    differences: list[Difference] = []
    for row in rows:
        if row["ended"] == "admission":
            left_out += 1
            continue
        source, request = _asked(review, str(row["identity"]), str(row["request"]))
        answer = review.ask(source, request)
        if answer.verdict is Verdict.UNKNOWN:
            undecided += 1
            continue
        compared += 1
        ours, theirs = seen(answer), (str(row["got"]), str(row["ended"]))
        if not agree(answer, *theirs):
            step = answer.decisive
            differences.append(
                Difference(
                    identity=str(row["identity"]),
                    request=str(row["request"]),
                    mesh=f"{theirs[0]} at {theirs[1]}",
                    review=f"{ours} by {step.control}: {step.reason}" if step else ours,
                )
            )
    return Agreement(
        compared=compared, left_out=left_out, undecided=undecided, differences=tuple(differences)
    )


def agree(answer: Answer, got: str, ended: str) -> bool:
    """True when both say the same: what the client sees, where it ended, and who decided."""
    if answer.verdict is Verdict.ALLOWED and ended.startswith("application "):
        return _is_pod_of(answer.arrives.partition(":")[0], ended.split()[1]) and seen(answer) in ("200", got)
    if answer.verdict is Verdict.ALLOWED and answer.client.status is None:
        if ended.startswith(("outside", "google", "metadata")):
            through = ended.startswith("outside through the gateway")
            upgraded = "upgraded to TLS" in ended
            ours = bool(answer.through)
            return (
                ours == through
                and upgraded == answer.arrives.endswith("TLS of the proxy")
                and (seen(answer) in ("200", got))
            )
        return False
    return seen(answer) == got and _same_control(answer, ended)


def seen(answer: Answer) -> str:
    """What the client sees, in the proof's words; `200` is the site's own answer."""
    if answer.verdict is Verdict.UNKNOWN:
        return "unknown"
    if answer.client.status is not None:
        return str(answer.client.status)
    found = next((word for text, word in WORDS.items() if text in answer.client.text), None)
    return found or "200"


def _same_control(answer: Answer, ended: str) -> bool:
    step = answer.decisive
    if step is None:
        return False
    at_pod = re.fullmatch(r"(?:application )?(?P<pod>[^ /]+/[^ /]+)", ended)
    if at_pod:
        # A handshake that fails leaves no line in a log: it ends at the Pod, or at an application that reads TLS.
        return _is_pod_of(step.control.removeprefix(SIDECAR_OF), at_pod["pod"])
    if ended.startswith("proxy of "):
        return _at_proxy(answer, step, ended.split()[2], policy=ended.endswith(" policy"))
    for word, controls in CONTROLS.items():
        if ended == word or ended.startswith(word + " "):
            if word == "firewall":
                return step.control.startswith(controls) and step.reason.startswith(ended.split()[1])
            return step.control.startswith(controls)
    return ended == "nobody answers" and step.control in ("gateway listener", "service", "metadata server")


def _at_proxy(answer: Answer, step: Step, pod: str, *, policy: bool) -> bool:
    """True when the sidecar in front of a Pod decides, its filter chains or (`policy`) its policies."""
    at = [own for own in answer.steps if own.control.startswith(SIDECAR_OF)]
    if not at or not _is_pod_of(at[-1].control.removeprefix(SIDECAR_OF), pod):
        return False
    return step.control == "authorization policy" if policy else step is at[-1]


def _is_pod_of(workload: str, pod: str) -> bool:
    """True when a Pod (`team-y/test-0`) is one of a workload's (`team-y/test`)."""
    return pod == workload or re.fullmatch(re.escape(workload) + r"-\d+", pod) is not None


def _asked(review: Review, identity: str, line: str) -> tuple[Workload, Request]:
    """The row's question for the review."""
    found = _LINE.fullmatch(line)
    if found is None:
        raise ReviewError(f"not a request of a proof: {line!r}")
    source = _source(review, identity)
    dial = None
    if found["to"]:
        gateway = review.mesh.gateways[0]
        if found["to"] == "gateway-pod":
            dial = f"pod:{gateway.namespace}/{gateway.name}:{found['port']}"
        elif found["to"] == "gateway-service":
            service = review.servers(gateway).services[0]
            dial = f"service:{service.namespace}/{service.object.name}:{found['port']}"
        else:
            dial = f"pod:{_workload_of(review, found['to'])}:{found['port']}"
    bare = bool(found["past"]) or identity.rpartition("/")[2] in STAND_INS
    request = parse_request(
        source=source.identity,
        url=found["url"],
        method=found["method"],
        headers={"host": found["host"]} if found["host"] else None,
        dial=dial,
        sidecar=False if bare else None,
    )
    if found["with"]:
        request = replace(
            request,
            own_tls="with mesh certificate" if found["with"] == "mesh certificate" else "without certificate",
            own_sni=found["sni"] or request.host,
        )
    return source, request


def _workload_of(review: Review, pod: str) -> str:
    """The workload that a Pod is one of."""
    for workload in review.mesh.workloads.values():
        if _is_pod_of(workload.identity, pod):
            return workload.identity
    raise ReviewError(f"no workload in the input has the Pod {pod}")


def _source(review: Review, identity: str) -> Workload:
    namespace, _, name = identity.partition("/")
    if name == "intruder":
        pods = [pod for pod in review.identities.all() if pod.namespace == namespace]
        return replace(pods[0], name=name, labels={"app": name}, meshed=False)
    if name == "unmeshed":
        return replace(
            review.identities.find(f"{namespace}/sa/default"), name=name, labels={"app": name}, meshed=False
        )
    try:
        return review.identities.find(identity)
    except ReviewError:
        return review.identities.find(f"{namespace}/sa/{name}")
