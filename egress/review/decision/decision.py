"""One control's decision on a request."""

from enum import StrEnum
from typing import NamedTuple

from egress.review.decision.control import Control
from egress.review.decision.reason import Reason


class Outcome(StrEnum):
    """What one control does with a request."""

    PASSES = "passes"
    REFUSES = "refuses"
    UNKNOWN = "unknown"
    NOT_GIVEN = "not given"
    """The control's layer is not in the input; it is neither assumed to pass nor to refuse."""


class Cause(NamedTuple):
    """What leaves a question open: an object by its address (None where no object does), and a field of it."""

    address: str | None
    field: str = ""


class Decision(NamedTuple):
    """What a control decides, why, and by which object."""

    control: Control
    outcome: Outcome
    reason: Reason
    address: str | None = None
    workload: str = ""
    """NAMESPACE/WORKLOAD of the Pods that a sidecar stands in front of."""
    causes: tuple[Cause, ...] = ()
    """What leaves it open, for an outcome that is unknown."""

    @property
    def passes(self) -> bool:
        """True where the control certainly lets the request pass."""
        return self.outcome is Outcome.PASSES

    @property
    def refuses(self) -> bool:
        """True where the control certainly refuses the request."""
        return self.outcome is Outcome.REFUSES
