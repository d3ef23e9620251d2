"""The families: where a case comes from, what its base is, and what is asked of it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from egress.proof.asking.identities import Identity
from egress.proof.asking.matrix import RowQuestion
from egress.proof.cluster import deployment
from egress.proof.cluster.deployment import Deployed
from egress.proof.differential.case import Case, ConfigurationCase, ObjectCase
from egress.proof.differential.changes import CHANGES
from egress.proof.differential.choice import changed
from egress.proof.differential.configurations import configuration_case, platform_of, write
from egress.proof.differential.operations import Document, Key, deployed, documents_of, reviewed
from egress.proof.differential.questions import of_configuration, of_vocabulary
from egress.proof.differential.vocabulary import PRODUCTION, TUTORIAL, Vocabulary
from egress.proof.toolchain.preparation import synthesize
from egress.proof.toolchain.tools import Tools
from egress.review.inputs.synthesized import read_synthesized
from egress.review.inventory import Inventory

ROOT = Path(__file__).parents[3]
CONFIG = ROOT / "config"


@dataclass(frozen=True, kw_only=True)
class State:
    """A case as both sides take it."""

    inventory: Inventory
    deployed: Deployed


class CaseFamily(Protocol):
    """One sort of case, with a mesh of its own."""

    name: str
    out: Path
    """The stacks that the mesh is brought up from."""

    def case(self, seed: int) -> Case:
        """The case of a seed."""

    def state(self, case: Case) -> State:
        """What both sides take. Raises ReviewError where the review does not model it."""

    def questions(self, case: Case, state: State, everybody: Sequence[Identity]) -> list[RowQuestion]:
        """What is asked."""


class Objects:
    """Raw Istio and Kubernetes objects over the stacks of a configuration."""

    def __init__(self, name: str, vocabulary: Vocabulary, out: Path, tools: Tools) -> None:
        self.name, self.vocabulary, self.out = name, vocabulary, out
        self._tools = tools

    @cached_property
    def base(self) -> Inventory:
        """The base as the review reads it."""
        return read_synthesized(self.out, strict=True)

    @cached_property
    def documents(self) -> dict[Key, Document]:
        """The base's objects."""
        return documents_of(self.base)

    @cached_property
    def _deployed(self) -> Deployed:
        return deployment.read(self.out, self._tools)

    def case(self, seed: int) -> ObjectCase:
        """One to three changes."""
        return ObjectCase(
            family=self.name, seed=seed, operations=changed(self.documents, self.vocabulary, seed, CHANGES)
        )

    def state(self, case: Case) -> State:
        """The base with the case's operations."""
        assert isinstance(case, ObjectCase)  # noqa: S101 - a family is asked for its own cases
        return State(
            inventory=reviewed(self.base, case.operations),
            deployed=deployed(self._deployed, case.operations),
        )

    def questions(self, case: Case, state: State, everybody: Sequence[Identity]) -> list[RowQuestion]:
        """The same rows in every case."""
        del case, state
        return of_vocabulary(self.vocabulary, everybody)


class Configurations:
    """Configurations through this project's own models, synthesized as a person's are."""

    name = "configurations"

    def __init__(self, folder: Path, tools: Tools, seed: int) -> None:
        self._folder, self._tools = folder, tools
        self.out = self._synthesized(self.case(seed))

    @cached_property
    def _platform(self) -> Document:
        return platform_of(CONFIG / "production")

    def case(self, seed: int) -> ConfigurationCase:
        """The seed's configuration."""
        return configuration_case(self._platform, seed)

    def state(self, case: Case) -> State:
        """The configuration's stacks. Raises ProofError where they cannot be synthesized."""
        assert isinstance(case, ConfigurationCase)  # noqa: S101 - a family is asked for its own cases
        out = self._synthesized(case)
        return State(inventory=read_synthesized(out, strict=True), deployed=deployment.read(out, self._tools))

    def questions(self, case: Case, state: State, everybody: Sequence[Identity]) -> list[RowQuestion]:
        """Some of the rows that follow from the configuration; the same for the same seed."""
        return of_configuration(random.Random(case.seed), state.deployed, everybody)  # noqa: S311 - repeatable, no secret

    def _synthesized(self, case: ConfigurationCase) -> Path:
        number = len(list(self._folder.glob("*"))) if self._folder.exists() else 0
        folder = self._folder / f"{case.seed}-{number}"
        return synthesize(write(case.files, folder / "config"), folder)


def prepared(name: str, folder: Path) -> Path:
    """Synthesize an object family's base, outside the sandbox; return its stacks."""
    if name == "tutorial":
        return synthesize(CONFIG / "tutorial", folder)
    own = folder / "config"
    files = {file.relative_to(CONFIG / name): file for file in (CONFIG / name).rglob("*.yaml")}
    for relative, file in files.items():
        (own / relative).parent.mkdir(parents=True, exist_ok=True)
        (own / relative).write_bytes(file.read_bytes())
    write({"platform.yaml": platform_of(CONFIG / name)}, own)
    return synthesize(own, folder)


WORDS = {"tutorial": TUTORIAL, "production": PRODUCTION}
FAMILIES = (*WORDS, Configurations.name)
