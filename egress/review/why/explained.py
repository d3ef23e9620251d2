"""One request explained: the review's answer, what the log says, what of the configuration decides, the patch."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from egress.logs.entry import Entry
from egress.logs.reading import Tally
from egress.review.answer import Answer, Verdict
from egress.review.cluster import Cluster
from egress.review.errors import ReviewError
from egress.review.path.evaluation import evaluate
from egress.review.request import Request
from egress.review.why.asked import Asked, asked, failed, logged
from egress.review.why.folder import Folder
from egress.review.why.remedy import Granting, Remedy


@dataclass(frozen=True, kw_only=True)
class Explained:
    """A request with everything that is known of it."""

    asked: Asked
    answer: Answer
    remedy: Remedy | None = None
    """None for a request that is allowed, and where no configuration is named."""
    logged: str = ""
    """What the last line about it says."""
    lines: int = 0
    """How many lines of a log ask it."""

    @property
    def refused(self) -> bool:
        """Whether the review refuses it."""
        return self.answer.verdict is Verdict.REFUSED


@dataclass(frozen=True, kw_only=True)
class Why:
    """What `why` answers."""

    cases: tuple[Explained, ...]
    """The requests that were refused, and those that the log reports as failed."""
    fine: int = 0
    """How many lines of a log are of requests that did not fail and that the review allows."""
    unanswered: tuple[str, ...] = ()
    """Lines of a log that do not say who asked or for what, by what they lack."""
    tally: Tally | None = None
    curl_exit: int | None = None
    environment: str | None = None
    """The environment that the input was synthesized from, where it says so."""

    @property
    def answered(self) -> bool:
        """Whether every line was understood and every question is decided."""
        understood = not self.unanswered and not (self.tally and self.tally.bad)
        return understood and all(case.answer.verdict is not Verdict.UNKNOWN for case in self.cases)


@dataclass
class _Shape:
    """How often a request stands in a log, and how it ended last."""

    lines: int = 0
    failures: int = 0
    logged: str = ""


def explain(cluster: Cluster, folder: Folder | None, question: Asked) -> Explained:
    """Explain one request. Raises ReviewError."""
    request = question.request()
    answer = evaluate(cluster, request)
    return Explained(asked=question, answer=answer, remedy=_remedy(cluster, folder, request, answer))


def explain_log(
    cluster: Cluster, folder: Folder | None, entries: Iterable[Entry], tally: Tally, source: str | None
) -> Why:
    """Explain the requests of a log, each shape once, the most frequent first."""
    shapes: dict[Asked, _Shape] = {}
    lacking: dict[str, int] = {}
    for entry in entries:
        try:
            question = asked(entry, cluster, source)
        except ReviewError as error:
            said = str(error).partition(" ")[2].partition(" ")[2]
            lacking[said] = lacking.get(said, 0) + 1
            continue
        shape = shapes.setdefault(question, _Shape())
        shape.lines += 1
        if failed(entry):
            shape.failures, shape.logged = shape.failures + 1, logged(entry)
    cases, fine = [], 0
    for question, shape in shapes.items():
        try:
            found = explain(cluster, folder, question)
        except ReviewError as error:
            lacking[str(error)] = lacking.get(str(error), 0) + shape.lines
            continue
        if found.answer.verdict is Verdict.ALLOWED and not shape.failures:
            fine += shape.lines
            continue
        cases.append(replace(found, logged=shape.logged, lines=shape.lines))
    ordered: Sequence[Explained] = sorted(cases, key=lambda case: (-case.lines, case.asked))
    unanswered = tuple(f"{count} lines: {said}" for said, count in lacking.items())
    return Why(cases=tuple(ordered), fine=fine, unanswered=unanswered, tally=tally)


def _remedy(cluster: Cluster, folder: Folder | None, request: Request, answer: Answer) -> Remedy | None:
    if folder is None or answer.verdict is not Verdict.REFUSED:
        return None
    source = cluster.identities.find(request.source)
    return Granting(folder, source.namespace, source.service_account, request).remedy()
