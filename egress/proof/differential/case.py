"""A generated state: objects over a base, or a configuration; what is left when a part of it is taken away."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

from egress.proof.differential.operations import Document, StateOperation
from egress.proof.differential.resource_operations import ResourceOperation

Files = Mapping[str, Any]
"""A configuration's files by name, as the data they hold."""


class Case(Protocol):
    """A state that both sides are put into."""

    @property
    def family(self) -> str:
        """The family that knows its base."""

    @property
    def seed(self) -> int:
        """What it was made from."""

    def smaller(self) -> Iterator["Case"]:
        """The case with one part left out, in turn."""

    def document(self) -> Document:
        """The case as it is kept."""


@dataclass(frozen=True, kw_only=True)
class ObjectCase:
    """Objects over a family's base."""

    family: str
    seed: int
    operations: tuple[StateOperation, ...]
    resources: tuple[ResourceOperation, ...] = ()
    """What Google's part of the base has otherwise."""

    @classmethod
    def of(cls, family: str, seed: int, made: Sequence[StateOperation | ResourceOperation]) -> "ObjectCase":
        """The case of what changes have returned."""
        return cls(
            family=family,
            seed=seed,
            operations=tuple(one for one in made if isinstance(one, StateOperation)),
            resources=tuple(one for one in made if isinstance(one, ResourceOperation)),
        )

    def smaller(self) -> Iterator["ObjectCase"]:
        """Without one operation."""
        if len(self.operations) + len(self.resources) < 2:
            return
        for position in range(len(self.operations)):
            kept = self.operations[:position] + self.operations[position + 1 :]
            yield replace(self, operations=kept)
        for position in range(len(self.resources)):
            left = self.resources[:position] + self.resources[position + 1 :]
            yield replace(self, resources=left)

    def document(self) -> Document:
        """The operations in full."""
        found: Document = {"operations": [asdict(operation) for operation in self.operations]}
        if self.resources:
            found["resources"] = [asdict(operation) for operation in self.resources]
        return found


@dataclass(frozen=True, kw_only=True)
class ConfigurationCase:
    """A configuration's files."""

    family: str
    seed: int
    files: Files

    def smaller(self) -> Iterator["ConfigurationCase"]:
        """Without one destination and its grants, without one grant, or without a NetworkPolicy's extra."""
        for host in self.files["destinations.yaml"]["destinations"]:
            less = deepcopy(dict(self.files))
            del less["destinations.yaml"]["destinations"][host]
            for team in less.values():
                if "grants" in team:
                    team["grants"] = [grant for grant in team["grants"] if grant["to"] != host]
            yield replace(self, files=less)
        for name, team in self.files.items():
            for position in range(len(team.get("grants") or ())):
                less = deepcopy(dict(self.files))
                del less[name]["grants"][position]
                yield replace(self, files=less)
            if (team.get("network_policies") or {}).get("to_teams"):
                less = deepcopy(dict(self.files))
                less[name]["network_policies"]["to_teams"] = []
                yield replace(self, files=less)

    def document(self) -> Document:
        """The files in full."""
        return {"files": dict(self.files)}
