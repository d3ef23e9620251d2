"""The failed checks that are accepted, each with its reason (accepted.yaml)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("accepted.yaml")


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A check that failed, and the resource as STACK/NAME."""

    check: str
    title: str
    resource: str


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """A check that may fail for the resources whose STACK/NAME matches one of the patterns."""

    check: str
    resources: tuple[str, ...]
    reason: str

    def covers(self, failure: Failure) -> bool:
        """Whether this failure is meant."""
        return failure.check == self.check and any(
            fnmatchcase(failure.resource, pattern) for pattern in self.resources
        )


def read_accepted(path: Path = FILE) -> tuple[Acceptance, ...]:
    """Every acceptance of the file; a missing key or an empty reason is a ValueError."""
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    accepted = []
    for entry in entries:
        if set(entry) != {"checks", "resources", "reason"} or not str(entry["reason"]).strip():
            raise ValueError(f"{path.name}: an entry has checks, resources and a reason: {entry}")
        accepted += [
            Acceptance(
                check=check, resources=tuple(entry["resources"]), reason=" ".join(entry["reason"].split())
            )
            for check in entry["checks"]
        ]
    return tuple(accepted)


def not_accepted(failures: Iterable[Failure], accepted: Sequence[Acceptance]) -> tuple[Failure, ...]:
    """The failures that no entry covers."""
    return tuple(failure for failure in failures if not any(each.covers(failure) for each in accepted))


def not_needed(failures: Sequence[Failure], accepted: Iterable[Acceptance]) -> tuple[Acceptance, ...]:
    """The entries that cover nothing any more."""
    return tuple(each for each in accepted if not any(each.covers(failure) for failure in failures))
