"""The answer: the verdict, what the client sees, and every control on the way."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from egress.review.decision.arrival import Arrival, AtPod
from egress.review.decision.client import ClientSees
from egress.review.decision.control import Control
from egress.review.decision.decision import Decision, Outcome


class Verdict(StrEnum):
    """What becomes of a request."""

    ALLOWED = "allowed"
    REFUSED = "refused"
    CONDITIONAL = "conditional"
    """Some paths or methods are allowed, others refused; only a cell of `list` can say so."""
    UNKNOWN = "unknown"
    """It hangs on something the input does not state."""


class AllowedRequests(NamedTuple):
    """Paths and methods that are allowed, each by the pattern that names them."""

    path: str | None
    """None stands for every path that nobody names."""
    method: str | None
    """None stands for every method that nobody names, and where none is named for all."""
    any_method: bool = False
    """No method is named: the path alone decides."""
    any_path: bool = False
    """No path is named: the method alone decides."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict with its evidence; the last refusing step is the control that decides."""

    verdict: Verdict
    client: ClientSees
    """What the client sees; of a conditional cell, what it sees of a request that is refused."""
    steps: tuple[Decision, ...]
    """What each control on the way decides, in order."""
    arrival: Arrival | None = None
    """Where an allowed request ends."""
    through: str = ""
    """The gateway on the way, NAMESPACE/WORKLOAD; empty for a direct connection."""
    sooner: bool = False
    """Something that is not understood may refuse it before the control that decides does."""
    conditions: tuple[AllowedRequests, ...] = ()
    """For a conditional cell: what is allowed."""

    @property
    def decisive(self) -> Decision | None:
        """The control that decides: the one that refuses or leaves it open, else the last that let it pass."""
        for step in reversed(self.steps):
            if step.outcome in (Outcome.REFUSES, Outcome.UNKNOWN):
                return step
        granting = [step for step in self.steps if step.passes and step.address]
        policies = [step for step in granting if step.control is Control.AUTHORIZATION_POLICY]
        return (policies or granting or [None])[-1]  # type: ignore[list-item]

    @property
    def inside(self) -> bool:
        """True for a request that ends at a Pod of the cluster."""
        return isinstance(self.arrival, AtPod)

    @property
    def not_given(self) -> tuple[Control, ...]:
        """The controls whose layer the input does not hold."""
        return tuple(dict.fromkeys(step.control for step in self.steps if step.outcome is Outcome.NOT_GIVEN))
