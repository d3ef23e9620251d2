"""Requests that Jobs send in the running cluster, and what the review says of each.

A Job runs as a ServiceAccount that its team deploys itself (`service_accounts`). The accounts of stated workloads run
those workloads alone, by admission: their rows cannot be probed, and that is told.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from egress.derived.admission.workload_accounts import RUNS
from egress.observed.verification.errors import VerificationError
from egress.review.answer import Answer, Verdict
from egress.review.cluster import Cluster
from egress.review.matrix import Matrix
from egress.review.objects.kubernetes_object import of_kind
from egress.review.objects.workloads import Workload
from egress.review.output.texts.clients import client_text
from egress.review.targets import Target, is_other
from egress.review.why.symptoms import SYMPTOMS

IMAGE = "gcr.io/google.com/cloudsdktool/cloud-sdk:slim"
"""What both configurations allow and has curl and a shell."""

MARK = "egress-probe"
SECONDS = 20
OF_A_PROXY = frozenset({403, 502, 503})
"""Answers to an allowed request that may be a proxy's, or the site's own."""

SCRIPT = f"""\
who=$1; shift
for row in "$@"; do
  method=${{row%% *}} url=${{row#* }} how=(--request "${{row%% *}}")
  if [ "$method" = HEAD ]; then how=(--head); fi
  how+=(--silent --output /dev/null --max-time {SECONDS} --write-out '%{{http_code}} %{{exitcode}}')
  got=$(curl "${{how[@]}}" "$url")
  echo "{MARK} $who $method $url $got"
done
"""

_LINE = re.compile(rf"{MARK} (\S+) ([A-Z]+) (https?://\S+) ([0-9]{{3}}) ([0-9]{{1,3}})\s*")


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One request with the review's answer."""

    identity: str
    namespace: str
    account: str
    method: str
    url: str
    answer: Answer


@dataclass(frozen=True, kw_only=True)
class Probed:
    """One request with what the review expects and what the cluster gave."""

    asked: str
    expected: str
    got: str
    differs: bool

    def document(self) -> dict[str, Any]:
        """For the statement."""
        return {"asked": self.asked, "expected": self.expected, "got": self.got, "differs": self.differs}


def probes(cluster: Cluster) -> tuple[list[Probe], list[str]]:
    """What can be probed: allowed and refused requests of every account that is free; and who cannot, with why."""
    matrix = Matrix(cluster)
    bound = {
        (item.name, key.removeprefix(f"{RUNS}/"))
        for item in of_kind(cluster.inventory.objects, "Namespace")
        for key in item.annotations
        if key.startswith(f"{RUNS}/")
    }
    stated = {(item.namespace, item.name) for item in of_kind(cluster.inventory.objects, "ServiceAccount")}
    found: list[Probe] = []
    left: list[str] = []
    for source in matrix.identities:
        account = (source.namespace, source.service_account)
        if account in bound:
            left.append(f"{source.identity}: its ServiceAccount runs its workload alone (admission)")
        elif account not in stated:
            left.append(f"{source.identity}: no stack states its ServiceAccount")
        elif not source.meshed:
            left.append(f"{source.identity}: it has no sidecar")
        else:
            found += _of(matrix, source)
    return found, left


def _of(matrix: Matrix, source: Workload) -> Iterator[Probe]:
    for host in matrix.hosts:
        for target in matrix.targets(host):
            if target.scheme == "tcp" or is_other(target.shown) or "*" in host:
                continue
            for method, path, answer in matrix.asked(source, target):
                if answer.verdict in (Verdict.ALLOWED, Verdict.REFUSED):
                    yield Probe(
                        identity=source.identity,
                        namespace=source.namespace,
                        account=source.service_account,
                        method=method,
                        url=_url(target, path),
                        answer=answer,
                    )


def _url(target: Target, path: str) -> str:
    return f"{target.scheme}://{target.shown}{path}"


def jobs(asked: Iterable[Probe], image: str) -> str:
    """The Jobs as YAML, one for each ServiceAccount."""
    by_account: dict[tuple[str, str], list[Probe]] = {}
    for each in asked:
        by_account.setdefault((each.namespace, each.account), []).append(each)
    documents = [_job(namespace, account, found, image) for (namespace, account), found in by_account.items()]
    return yaml.safe_dump_all(documents, sort_keys=False, width=1000)


def _job(namespace: str, account: str, asked: list[Probe], image: str) -> Mapping[str, Any]:
    name = f"egress-probe-{account}"[:63].rstrip("-.")
    labels = {"app": name}
    container = {
        "name": "probe",
        "image": image,
        "command": ["/bin/bash", "-c", SCRIPT, "probe", asked[0].identity],
        "args": list(dict.fromkeys(f"{each.method} {each.url}" for each in asked)),
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    pod = {
        "serviceAccountName": account,
        "automountServiceAccountToken": False,
        "restartPolicy": "Never",
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 1000,
            "runAsGroup": 1000,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "namespace": namespace, "labels": dict(labels)},
        "spec": {
            "backoffLimit": 0,
            "activeDeadlineSeconds": 60 + (SECONDS + 1) * len(asked),
            "ttlSecondsAfterFinished": 3600,
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }


def compared(asked: Iterable[Probe], results: str, where: str) -> list[Probed]:
    """Hold results against the review; a request without a result differs. Raises VerificationError."""
    got: dict[tuple[str, str, str], tuple[int, int]] = {}
    for line in results.splitlines():
        if f"{MARK} " not in line:
            continue
        found = _LINE.fullmatch(line[line.index(f"{MARK} ") :])
        if found is None:
            raise VerificationError(f"{where}: this is no result of a probe: {line[:80]!r}")
        got[found[1], found[2], found[3]] = (int(found[4]), int(found[5]))
    if not got:
        raise VerificationError(
            f"{where}: there is no result of a probe in it: give what `kubectl logs` printed"
        )
    expected = {(each.identity, each.method, each.url): each for each in asked}
    foreign = sorted(set(got) - set(expected))
    if foreign:
        raise VerificationError(
            f"{where}: {' '.join(foreign[0])} is none of the probes of these stacks: write and run them anew"
        )
    return [_compared(" ".join(key), each.answer, got.get(key)) for key, each in expected.items()]


def _compared(asked: str, answer: Answer, got: tuple[int, int] | None) -> Probed:
    allowed = answer.verdict is Verdict.ALLOWED
    expected = "allowed" if allowed else f"refused: {client_text(answer)}"
    if got is None:
        return Probed(asked=asked, expected=expected, got="no result", differs=True)
    status, code = got
    told = f"HTTP {status}" if status else f"curl exit {code}"
    if allowed:
        differs = code != 0 or (asked.split(" ")[2].startswith("http:") and status in OF_A_PROXY)
    elif answer.client.status:
        differs = status != answer.client.status
    else:
        differs = code not in SYMPTOMS[answer.client].curl_exits
    return Probed(asked=asked, expected=expected, got=told, differs=differs)
