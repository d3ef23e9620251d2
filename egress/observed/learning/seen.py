"""How often something was asked, when, and how it ended."""

from dataclasses import dataclass


@dataclass(slots=True)
class Seen:
    """Counts of lines. A request that a sidecar and a gateway logged counts once."""

    at_sidecar: int = 0
    at_gateway: int = 0
    first: str = ""
    last: str = ""
    stopped: int = 0
    """Lines that say that a control ended it."""
    passed: int = 0
    """Lines that say that it reached a site."""

    @property
    def times(self) -> int:
        """How often it was asked."""
        return max(self.at_sidecar, self.at_gateway)

    @property
    def only_refused(self) -> bool:
        """Whether no line tells of an answer, and one of a refusal."""
        return bool(self.stopped) and not self.passed

    def add(self, other: "Seen") -> "Seen":
        """Take another's counts in."""
        self.at_sidecar += other.at_sidecar
        self.at_gateway += other.at_gateway
        self.stopped += other.stopped
        self.passed += other.passed
        if other.first and (not self.first or other.first < self.first):
            self.first = other.first
        self.last = max(self.last, other.last)
        return self


def together(*every: Seen) -> Seen:
    """The sum of some."""
    found = Seen()
    for each in every:
        found.add(each)
    return found
