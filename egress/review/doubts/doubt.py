"""One thing that is not understood."""

from collections.abc import Iterable
from typing import NamedTuple

from egress.review.doubts.touch import Touch
from egress.review.errors import ReviewError


class Doubt(NamedTuple):
    """An object by its address, what of it is not understood, and what that can touch."""

    address: str
    field: str
    """A path such as `spec.http[0].brandNew`, or what else is not modelled."""
    touch: Touch

    def __str__(self) -> str:
        """As a person reads it."""
        return f"{self.address}: {self.field}"


def refuse(doubts: Iterable[Doubt]) -> None:
    """Raise ReviewError where there is any, for `--strict`."""
    listed = list(dict.fromkeys(map(str, doubts)))
    if listed:
        raise ReviewError(
            "the input holds what the review does not model, and a verdict may hang on it:\n"
            + "\n".join(f"  {one}" for one in listed)
        )
