"""One observed request under two states: it stays as it was, breaks, opens, or nobody can tell."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import NamedTuple

from egress.review.answer import Answer, Verdict
from egress.review.cluster import Cluster
from egress.review.comparison import Effect, effect_of
from egress.review.errors import ReviewError
from egress.review.matrix import Matrix
from egress.review.path.evaluation import ask
from egress.review.replay.observed import Seen, Shape
from egress.review.request import Request


class Status(StrEnum):
    """What a change does to an observed request."""

    BREAKS = auto()
    OPENS = auto()
    UNCLEAR = auto()
    WAY = auto()
    """Allowed before and after, on another way: through another gateway, or to another place."""
    ALLOWED = auto()
    """Before and after."""
    REFUSED = auto()
    """Before and after."""


class Limit(StrEnum):
    """What the lines of a request do not tell."""

    CALLER = auto()
    """Who asked."""
    SNI = auto()
    """HTTPS: the path and the method."""
    BYTES = auto()
    """Neither HTTP nor a TLS name: what was sent."""


class Judged(NamedTuple):
    """One caller's request under both states. An answer is None where a state has no such caller."""

    caller: str
    status: Status
    before: Answer | None
    after: Answer | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Replayed:
    """An observed request with what both states say of it."""

    shape: Shape
    seen: Seen
    status: Status
    judged: tuple[Judged, ...]
    """Those of its callers that differ from the others; the first alone where all are alike."""
    alike: bool
    """Whether every caller that may have asked gets the same."""
    limits: tuple[Limit, ...]
    otherwise: bool = False
    """Whether the lines show another end than the review of the older state."""

    @property
    def first(self) -> Judged:
        """What stands for it in a line."""
        return self.judged[0]


class Asking:
    """Asks two states; what neither of them names is asked once."""

    def __init__(self, old: Cluster, new: Cluster) -> None:
        self._matrices = (Matrix(old), Matrix(new))
        self._shared: dict[tuple[object, ...], Judged] = {}

    def judged(self, caller: str, shape: Shape, path: str) -> Judged:
        """What becomes of one caller's request."""
        request = shape.request(caller, path)
        key = self._key(caller, shape)
        if key is None:
            return self._judge(caller, request)
        if key not in self._shared:
            self._shared[key] = self._judge(caller, request)
        return self._shared[key]

    def _key(self, caller: str, shape: Shape) -> tuple[object, ...] | None:
        """What two hosts share that no object of either state names; None for one that is named."""
        parts: list[object] = [caller, *shape[1:2], *shape[3:6], shape.authority.replace(shape.host, "")]
        for matrix in self._matrices:
            source = matrix.by_identity.get(caller)
            if source is None or not source.meshed or matrix.known(source, shape.host):
                return None
            resolved = matrix.cluster.names.resolve(shape.host)
            if resolved.step is not None or matrix.cluster.doubts.of_host(shape.host):
                return None
            parts.append(resolved.addresses and resolved.addresses.name)
        return tuple(parts)

    def _judge(self, caller: str, request: Request) -> Judged:
        before, after = (self._answer(matrix, caller, request) for matrix in self._matrices)
        return Judged(caller, status_of(before, after), before, after)

    def _answer(self, matrix: Matrix, caller: str, request: Request) -> Answer | None:
        try:
            source = matrix.cluster.identities.find(caller)
        except ReviewError:
            return None
        return ask(matrix.cluster, source, request)


def status_of(before: Answer | None, after: Answer | None) -> Status:
    """What became of a request."""
    one = before.verdict if before else Verdict.REFUSED
    other = after.verdict if after else Verdict.REFUSED
    if Verdict.UNKNOWN in (one, other):
        return Status.UNCLEAR
    if one is not other:
        return Status.BREAKS if one is Verdict.ALLOWED else Status.OPENS
    if one is Verdict.REFUSED:
        return Status.REFUSED
    return Status.WAY if effect_of(before, after) is Effect.WAY else Status.ALLOWED


def replayed(asking: Asking, everybody: Sequence[str], shape: Shape, seen: Seen) -> Replayed:
    """Ask both states for a shape, for everyone who may have asked it."""
    every = [asking.judged(caller, shape, seen.path) for caller in shape.callers or everybody]
    fitting = [one for one in every if not _excluded(one, seen)] or every
    kinds = dict.fromkeys(one.status for one in fitting)
    quiet = not set(kinds) - {Status.ALLOWED, Status.REFUSED}
    several = Status.ALLOWED if quiet else Status.UNCLEAR
    status = fitting[0].status if len(kinds) == 1 else several
    first = min(fitting, key=lambda one: list(Status).index(one.status))
    return Replayed(
        shape=shape,
        seen=seen,
        status=status,
        judged=tuple(fitting) if status is Status.UNCLEAR and len(kinds) > 1 else (first,),
        alike=len(kinds) == 1,
        limits=tuple(_limits(shape)),
        otherwise=all(_excluded(one, seen) for one in every),
    )


def _excluded(one: Judged, seen: Seen) -> bool:
    """Whether the lines show another end than the older state would give this caller."""
    if one.before is None or one.before.verdict is Verdict.UNKNOWN:
        return False
    if one.before.verdict is Verdict.REFUSED:
        return bool(seen.passed) and not seen.stopped
    return bool(seen.stopped) and seen.stopped == seen.lines


def _limits(shape: Shape) -> Iterator[Limit]:
    if not shape.callers:
        yield Limit.CALLER
    if shape.scheme == "https":
        yield Limit.SNI
    if shape.scheme == "tcp":
        yield Limit.BYTES
