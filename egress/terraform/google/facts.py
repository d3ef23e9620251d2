"""What all facts of a resource have in common: they are read when asked for.

Of a plan some values are known only after the apply. Whoever asks for one is refused; whoever does not is not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The facts of one resource."""

    address: str
    """For a person to find it."""
    body: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Its name in Google Cloud, the address where it has none yet."""
        return str(self.body.get("name") or self.address)

    def text(self, key: str) -> str:
        """An argument; empty where it is not stated."""
        return str(self.body.get(key) or "")

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts in the order in which it is stated."""
        return tuple(str(item) for item in self.body.get(key) or ())

    def switch(self, key: str) -> bool:
        """True or false; false where it is not stated."""
        return bool(self.body.get(key))
