"""The answer: the verdict, what the client sees, and every control on the way."""

from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """What becomes of a request."""

    ALLOWED = "allowed"
    REFUSED = "refused"
    CONDITIONAL = "conditional"
    """Some paths or methods are allowed, others refused; only a cell of `list` can say so."""
    UNKNOWN = "unknown"
    """It hangs on something the input does not state."""


class Passage(StrEnum):
    """What one control does with a request."""

    PASSES = "passes"
    REFUSES = "refuses"
    UNKNOWN = "unknown"
    NOT_GIVEN = "not given"
    """The control's layer is not in the input; it is neither assumed to pass nor to refuse."""


@dataclass(frozen=True, slots=True)
class Step:
    """One control on the way of a request."""

    control: str
    passage: Passage
    reason: str
    address: str | None = None


@dataclass(frozen=True, slots=True)
class ClientView:
    """What the client sees. `status` is an HTTP status, None where no HTTP answer arrives."""

    text: str
    status: int | None = None


FROM_SITE = ClientView("the site's own answer")
FORBIDDEN = ClientView("HTTP 403", 403)
NOT_FOUND = ClientView("HTTP 404", 404)
BAD_GATEWAY = ClientView("HTTP 502", 502)
UNAVAILABLE = ClientView("HTTP 503", 503)
TLS_FAILURE = ClientView("TLS failure (curl exit 35)")
RESET = ClientView("connection reset (curl exit 52 or 56)")
NO_CONNECTION = ClientView("connection refused (curl exit 7)")
TIME_OUT = ClientView("time-out (curl exit 28)")
NO_NAME = ClientView("the name does not resolve (curl exit 6)")
WRONG_CERTIFICATE = ClientView("certificate of another host (curl exit 60)")
INSIDE = ", inside the cluster"

UNDECIDED = ClientView("not decided")


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict with its evidence; the last refusing step is the control that decides."""

    verdict: Verdict
    client: ClientView
    steps: tuple[Step, ...]
    arrives: str = ""
    """Where an allowed request ends: HOST:PORT, and how."""
    through: str = ""
    """The gateway on the way, NAMESPACE/WORKLOAD; empty for a direct connection."""
    conditions: tuple[str, ...] = field(default=())
    """For a conditional cell: what is allowed, one line each."""

    @property
    def decisive(self) -> Step | None:
        """The control that decides: the one that refuses or leaves it open, else the last that let it pass."""
        for step in reversed(self.steps):
            if step.passage in (Passage.REFUSES, Passage.UNKNOWN):
                return step
        granting = [step for step in self.steps if step.passage is Passage.PASSES and step.address]
        policies = [step for step in granting if step.control == "authorization policy"]
        return (policies or granting or [None])[-1]  # type: ignore[list-item]

    @property
    def inside(self) -> bool:
        """True for a request that ends at a Pod of the cluster."""
        return self.arrives.endswith(INSIDE)

    @property
    def not_given(self) -> tuple[str, ...]:
        """The controls whose layer the input does not hold."""
        return tuple(dict.fromkeys(step.control for step in self.steps if step.passage is Passage.NOT_GIVEN))
