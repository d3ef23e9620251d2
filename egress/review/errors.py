"""What the review refuses to guess about."""


class ReviewError(Exception):
    """The input or the question cannot be reviewed; the message names the object, the field and the mend."""


class Undecided(Exception):  # noqa: N818 - not a fault of the program: a question the input leaves open
    """A control's verdict hangs on something that the input does not state.

    `address` is the object whose field leaves it open, None where no object does.
    """

    def __init__(self, reason: str, address: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.address = address
