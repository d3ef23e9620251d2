"""What the review refuses to guess about."""

from egress.review.decision.decision import Cause
from egress.review.decision.reason import Reason


class ReviewError(Exception):
    """The input or the question cannot be reviewed; the message names the object, the field and the fix."""


class Undecided(Exception):  # noqa: N818 - not a fault of the program: a question the input leaves open
    """A control's verdict hangs on something that the input does not state.

    Raised where it is found, however deep, and made a decision of in one place (path/evaluation.py).
    """

    def __init__(
        self, reason: Reason, address: str | None = None, field: str = "", causes: tuple[Cause, ...] = ()
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.causes = causes or (Cause(address, field),)
        """The objects whose fields leave it open."""
