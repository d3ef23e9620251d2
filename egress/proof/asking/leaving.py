"""What the outside learns of a stage beside its requests: the names it is asked for, the headers it reads.

A stage's `leaving.yaml` lists `ask` (who asks for which name, and whether it is `asked-outside` or `answered-inside`),
`names` (all that may reach a name server outside, whoever asks) and `headers` (all that a request carried which the
gateway sent on). A row fails where a name is one more, or a header one more or one less.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from egress.proof.asking.asking import ProofRow
from egress.proof.cluster.mesh import RunningMesh
from egress.proof.errors import ProofError
from egress.proof.network import names, namespaces

FILE = "leaving.yaml"
OUTSIDE, INSIDE, NOT_ANSWERED = "asked-outside", "answered-inside", "no-name"
EVERYBODY = "everybody"


@dataclass(frozen=True, kw_only=True)
class NameQuestion:
    """A name that a Pod asks for."""

    by: str
    name: str
    got: str

    def __str__(self) -> str:
        return f"ASK {self.name}"


@dataclass(frozen=True, kw_only=True)
class Leaving:
    """What a stage expects; None where it expects nothing in particular."""

    questions: tuple[NameQuestion, ...] = ()
    names: tuple[str, ...] | None = None
    headers: tuple[str, ...] | None = None


def read_leaving(folder: Path) -> Leaving:
    """Read a stage's expectations; none where it has no file. Raises ProofError where an entry is none."""
    file = folder / FILE
    if not file.exists():
        return Leaving()
    data = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    if odd := sorted(set(data) - {"ask", "names", "headers"}):
        raise ProofError(f"{file}: {odd[0]}: give ask, names and headers")
    return Leaving(
        questions=tuple(_question(file, entry) for entry in data.get("ask") or ()),
        names=_listed(data, "names"),
        headers=_listed(data, "headers"),
    )


def _question(file: Path, entry: Mapping[str, Any]) -> NameQuestion:
    if set(entry) != {"by", "name", "got"} or entry["got"] not in (OUTSIDE, INSIDE, NOT_ANSWERED):
        raise ProofError(f"{file}: {entry}: give by, name and got ({OUTSIDE}, {INSIDE} or {NOT_ANSWERED})")
    return NameQuestion(by=entry["by"], name=entry["name"], got=entry["got"])


def _listed(data: Mapping[str, Any], key: str) -> tuple[str, ...] | None:
    return tuple(sorted(data[key] or ())) if key in data else None


def ask(mesh: RunningMesh, pods: Mapping[str, str], expected: Leaving, since: int) -> list[ProofRow]:
    """Ask the names, then compare what left during the stage; `pods` gives each identity's Pod.

    `since` is how many arrivals there were before the stage.
    """
    rows = [_asked(mesh, pods, question) for question in expected.questions]
    if expected.names is not None:
        left = sorted(mesh.fabric.names.asked_outside)
        rows.append(_compared("names asked outside", left, expected.names, at_most=True))
    if expected.headers is not None:
        gateways = {address for pod in mesh.pods.values() if pod.is_gateway for address in (pod.nat, pod.ip)}
        read = {
            header
            for arrival in mesh.fabric.journal.arrivals[since:]
            if arrival.place in ("internet", "google") and arrival.source in gateways
            for header in arrival.headers
        }
        rows.append(_compared("headers the outside reads", sorted(read), expected.headers))
    return rows


def _compared(what: str, got: Sequence[str], expected: Sequence[str], *, at_most: bool = False) -> ProofRow:
    more = sorted(set(got) - set(expected))
    less = [] if at_most else sorted(set(expected) - set(got))
    told = [f"more than expected: {', '.join(more)}"] if more else []
    told += [f"not seen: {', '.join(less)}"] if less else []
    seen = " ".join(got) or "none"
    return ProofRow(
        identity=EVERYBODY,
        request=what,
        got=seen,
        ended="outside",
        evidence="; ".join(told),
        expected=(seen,) if at_most and not more else (" ".join(expected) or "none",),
    )


def _asked(mesh: RunningMesh, pods: Mapping[str, str], question: NameQuestion) -> ProofRow:
    pod = mesh.pods.get(pods.get(question.by, ""))
    if pod is None:
        raise ProofError(f"{question}: no Pod runs as {question.by!r}")
    asked, name = mesh.fabric.names.asked_outside, question.name.lower().rstrip(".")
    before = asked[name]
    answer: list[str] = []

    def resolve() -> None:
        namespaces.enter(pod.network)
        try:
            answer.append(names.ask(mesh.resolver, question.name))
        except (names.NoAnswerError, OSError) as error:
            answer.append(f"{NOT_ANSWERED}: {error}")

    thread = threading.Thread(target=resolve, daemon=True)
    thread.start()
    thread.join()
    outside = asked[name] > before
    failed = answer[0].startswith(NOT_ANSWERED)
    return ProofRow(
        identity=question.by,
        request=question,
        got=OUTSIDE if outside else NOT_ANSWERED if failed else INSIDE,
        ended="name server outside" if outside else "name server",
        evidence=answer[0],
        expected=(question.got,),
    )
