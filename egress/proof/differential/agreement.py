"""The review held against a real mesh: each row of a proof's report, asked of the review as well."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from egress.proof.asking.requests import GATEWAY_POD, GATEWAY_SERVICE, ProofRequest, parse
from egress.proof.differential.ended import End, Ended, parse_ended
from egress.proof.errors import ProofError
from egress.review.answer import Answer, Verdict
from egress.review.cluster import Cluster
from egress.review.decision.arrival import AtPod, AtSite, Spoken
from egress.review.decision.client import ClientSees
from egress.review.decision.control import Control
from egress.review.decision.decision import Decision
from egress.review.decision.reason import Why
from egress.review.errors import ReviewError
from egress.review.objects.workloads import Workload
from egress.review.output.texts.controls import control_text
from egress.review.output.texts.reasons import reason_text
from egress.review.path.evaluation import ask
from egress.review.request import OwnTls, Request, parse_request

STAND_INS = {"unmeshed": "sa/default", "intruder": ""}
"""The proof's own Pods: one without a sidecar, one with a mesh certificate and without a sidecar."""

WORDS = {
    ClientSees.TLS_FAILURE: "tls-failure",
    ClientSees.RESET: "reset",
    ClientSees.NO_CONNECTION: "refused",
    ClientSees.TIME_OUT: "time-out",
    ClientSees.NO_NAME: "no-name",
    ClientSees.WRONG_CERTIFICATE: "wrong-certificate",
}
"""What a client sees where no HTTP answer arrives, in the proof's words."""

_OF_SIDECAR = frozenset(
    {
        Control.SIDECAR,
        Control.SIDECAR_SCOPE,
        Control.SIDECAR_REGISTRY,
        Control.SIDECAR_ROUTE,
        Control.SIDECAR_TLS,
        Control.INBOUND_SIDECAR,
    }
)
_OF_GATEWAY = frozenset(
    {
        Control.GATEWAY,
        Control.GATEWAY_LISTENER,
        Control.GATEWAY_IDENTITY,
        Control.GATEWAY_PROTOCOL,
        Control.GATEWAY_ROUTE,
        Control.GATEWAY_TLS,
    }
)
CONTROLS = {
    # A gateway that ends a handshake, or does not listen, leaves no line in its log: the sidecar's is the last.
    End.SIDECAR: _OF_SIDECAR
    | {
        Control.METADATA_SERVER,
        Control.SERVICE,
        Control.GATEWAY_PROTOCOL,
        Control.GATEWAY_LISTENER,
        Control.GATEWAY_IDENTITY,
    },
    End.GATEWAY: _OF_GATEWAY,
    End.NETWORK_POLICY: frozenset(
        {
            Control.NETWORK_POLICY,
            Control.NETWORK_POLICY_EGRESS,
            Control.NETWORK_POLICY_INGRESS,
            Control.NETWORK_POLICY_DNS,
        }
    ),
    End.FIREWALL: frozenset({Control.VPC_FIREWALL, Control.VPC_FIREWALL_INGRESS}),
    End.NAME_SERVER: frozenset(
        {Control.PRIVATE_DNS, Control.RESPONSE_POLICY, Control.NETWORK_POLICY_DNS, Control.SERVICE}
    ),
    End.WAY_OUT: frozenset({Control.ROUTE_AND_NAT}),
    End.NOBODY: frozenset({Control.GATEWAY_LISTENER, Control.SERVICE, Control.METADATA_SERVER}),
}
"""The controls that may have decided where a request ended."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A row on which the review and the mesh differ."""

    identity: str
    request: str
    mesh: str
    review: str
    falsely_refused: bool = False
    """The review refuses what the mesh lets arrive: the worst there is."""

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


def compare(cluster: Cluster, rows: Iterable[Mapping[str, Any]]) -> Agreement:
    """Ask every row of a proof's report of the review as well."""
    compared = left_out = undecided = 0
    differences: list[Difference] = []
    for row in rows:
        ended = parse_ended(str(row["ended"]))
        if ended.end is End.ADMISSION:
            left_out += 1
            continue
        source, request = _asked(cluster, str(row["identity"]), str(row["request"]))
        answer = ask(cluster, source, request)
        if answer.verdict is Verdict.UNKNOWN:
            undecided += 1
            continue
        compared += 1
        ours, got = seen(answer), str(row["got"])
        if not agree(answer, got, ended):
            step = answer.decisive
            differences.append(
                Difference(
                    identity=str(row["identity"]),
                    request=str(row["request"]),
                    mesh=f"{got} at {row['ended']}",
                    review=f"{ours} by {control_text(step)}: {reason_text(step.reason)}" if step else ours,
                    falsely_refused=answer.verdict is Verdict.REFUSED
                    and ended.end in (End.SITE, End.APPLICATION),
                )
            )
    return Agreement(
        compared=compared, left_out=left_out, undecided=undecided, differences=tuple(differences)
    )


def agree(answer: Answer, got: str, ended: Ended) -> bool:
    """True when both say the same: what the client sees, where it ended, and who decided."""
    arrival = answer.arrival
    if answer.verdict is Verdict.ALLOWED and ended.end is End.APPLICATION:
        at_pod = isinstance(arrival, AtPod) and _is_pod_of(arrival.workload, ended.pod)
        return at_pod and not ended.upgraded and seen(answer) in ("200", got)
    if answer.verdict is Verdict.ALLOWED and answer.client.status is None:
        by_proxy = isinstance(arrival, AtSite) and arrival.spoken is Spoken.PROXY_TLS
        return (
            ended.end is End.SITE
            and bool(answer.through) == ended.through_gateway
            and by_proxy == ended.upgraded
            and seen(answer) in ("200", got)
        )
    if answer.verdict is Verdict.REFUSED and answer.sooner:
        return ended.end not in (End.SITE, End.APPLICATION)
    # Which status a route of its own answers with is the route's, and no refusal of the mesh's.
    same = got.isdigit() if answer.client is ClientSees.PROXY_ANSWER else seen(answer) == got
    return same and _same_control(answer, ended)


def seen(answer: Answer) -> str:
    """What the client sees, in the proof's words; `200` is the site's own answer."""
    if answer.verdict is Verdict.UNKNOWN:
        return "unknown"
    if answer.client.status is not None:
        return str(answer.client.status)
    return WORDS.get(answer.client, "200")


def _same_control(answer: Answer, ended: Ended) -> bool:
    """True when the control that decides is one that ends a request there."""
    step = answer.decisive
    if step is None:
        return False
    match ended.end:
        case End.POD | End.APPLICATION:
            # A handshake that fails leaves no line in a log: it ends at the Pod, or at an application that reads TLS.
            return _is_pod_of(step.workload, ended.pod)
        case End.PROXY:
            return _at_proxy(answer, step, ended)
        case End.GATEWAY if ended.policy:
            return step.control is Control.AUTHORIZATION_POLICY
        case End.GATEWAY if step.reason.why is Why.NOBODYS_ADDRESS:
            # Nobody is there to record the gateway's connection: its own log is the last.
            return True
        case End.FIREWALL | End.WAY_OUT if step.control is Control.GATEWAY_IDENTITY:
            # On a TCP chain the gateway connects on while its own handshake is under way: either ends it.
            return True
        case End.FIREWALL if step.reason.facts.get("rule") != ended.rule:
            return False
    return step.control in CONTROLS.get(ended.end, ())


def _at_proxy(answer: Answer, step: Decision, ended: Ended) -> bool:
    """True when the sidecar in front of a Pod decides, its filter chains or its policies."""
    at = [own for own in answer.steps if own.control is Control.INBOUND_SIDECAR]
    if not at or not _is_pod_of(at[-1].workload, ended.pod):
        return False
    return step.control is Control.AUTHORIZATION_POLICY if ended.policy else step is at[-1]


def _is_pod_of(workload: str, pod: str) -> bool:
    """True when a Pod (`team-y/test-0`) is one of a workload's (`team-y/test`)."""
    return pod == workload or re.fullmatch(re.escape(workload) + r"-\d+", pod) is not None


def _asked(cluster: Cluster, identity: str, line: str) -> tuple[Workload, Request]:
    """The row's question for the review."""
    try:
        row = parse(line)
    except ProofError as error:
        raise ReviewError(str(error)) from error
    source = _source(cluster, identity)
    bare = row.past_sidecar or identity.rpartition("/")[2] in STAND_INS
    named = row.host if row.scheme == "http" else row.sni if row.mesh_tls is None else ""
    request = parse_request(
        source=source.identity,
        url=row.url,
        method=row.method,
        headers={**dict(row.headers), **({"host": named} if named else {})},
        dial=_dial(cluster, row),
        sidecar=False if bare else None,
    )
    if row.mesh_tls is not None:
        request = replace(
            request,
            own_tls=OwnTls.MESH_CERTIFICATE if row.mesh_tls else OwnTls.NO_CERTIFICATE,
            own_sni=row.sni or request.host,
        )
    return source, request


def _dial(cluster: Cluster, row: ProofRequest) -> str | None:
    if not row.to:
        return None
    gateway = cluster.mesh.gateways[0]
    if row.to == GATEWAY_POD:
        return f"pod:{gateway.namespace}/{gateway.name}:{row.port}"
    if row.to == GATEWAY_SERVICE:
        service = cluster.servers(gateway).services[0]
        return f"service:{service.namespace}/{service.object.name}:{row.port}"
    return f"pod:{_workload_of(cluster, row.to)}:{row.port}"


def _workload_of(cluster: Cluster, pod: str) -> str:
    """The workload that a Pod is one of."""
    for workload in cluster.mesh.workloads.values():
        if _is_pod_of(workload.identity, pod):
            return workload.identity
    raise ReviewError(f"no workload in the input has the Pod {pod}")


def _source(cluster: Cluster, identity: str) -> Workload:
    namespace, _, name = identity.partition("/")
    if name == "intruder":
        pods = [pod for pod in cluster.identities.all() if pod.namespace == namespace]
        return replace(pods[0], name=name, labels={"app": name}, meshed=False)
    if name == "unmeshed":
        return replace(
            cluster.identities.find(f"{namespace}/sa/default"), name=name, labels={"app": name}, meshed=False
        )
    try:
        return cluster.identities.find(identity)
    except ReviewError:
        return cluster.identities.find(f"{namespace}/sa/{name}")
