"""One condition of an admission policy, with what the caller reads where it does not hold."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """One way around the gateway: the CEL condition that keeps it shut, and the message."""

    expression: str
    message: str
    named: str = ""
    """A CEL expression that names what is refused; the message stands in front of it."""
