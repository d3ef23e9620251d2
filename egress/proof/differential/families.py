"""The families: where a case comes from, what its base is, and what is asked of it."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

from egress.proof.asking.identities import Identity
from egress.proof.asking.matrix import RowQuestion
from egress.proof.cluster import deployment
from egress.proof.cluster.deployment import Deployed
from egress.proof.differential.case import Case, ConfigurationCase, ObjectCase
from egress.proof.differential.choice import Choice, ResourceKey, changed
from egress.proof.differential.configurations import configuration_case, platform_of, write
from egress.proof.differential.operations import (
    Document,
    Key,
    deployed,
    documents_of,
    reviewed,
)
from egress.proof.differential.questions import of_configuration, of_lines, of_vocabulary
from egress.proof.differential.resource_operations import changed_resources
from egress.proof.differential.sorts import OF_OBJECTS, Sort
from egress.proof.differential.vocabulary import WORDS
from egress.proof.network.vpc import read_vpc
from egress.proof.toolchain.preparation import synthesize
from egress.proof.toolchain.tools import Tools
from egress.review.inputs.resources import inventory_of
from egress.review.inputs.synthesized import managed, read_synthesized
from egress.review.inventory import Inventory
from egress.terraform import Resource, read_stacks, resolve

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


class Base:
    """The stacks of a configuration, as both sides read them; the mesh's side needs the tools."""

    def __init__(self, name: str, out: Path, tools: Tools | None = None) -> None:
        self.name, self.out, self._tools = name, out, tools
        self.vocabulary = WORDS[name]

    @cached_property
    def _resources(self) -> list[Resource]:
        return [item for item in resolve(read_stacks(self.out)) if not _is_opened(self.name, item)]

    @cached_property
    def inventory(self) -> Inventory:
        """What the review reads."""
        return inventory_of(managed(self._resources), str(self.out))

    @cached_property
    def deployed(self) -> Deployed:
        """What the mesh runs."""
        assert self._tools is not None  # noqa: S101 - nobody runs a mesh without them
        return deployment.assemble(self._resources, self._tools)

    @cached_property
    def documents(self) -> dict[Key, Document]:
        """The objects that a case may change."""
        return documents_of(self.inventory)

    @cached_property
    def google(self) -> dict[ResourceKey, Document]:
        """Google's resources that a case may change."""
        return {
            (r.type, r.name): r.body for r in self._resources if r.type.startswith("google_") and not r.data
        }

    def reviewed(self, case: ObjectCase) -> Inventory:
        """What the review reads of the base with a case's operations."""
        inventory = self.inventory
        if case.resources:
            held = changed_resources(self._resources, case.resources)
            inventory = inventory_of(managed(held), str(self.out))
        return reviewed(inventory, case.operations)

    def ran(self, case: ObjectCase) -> Deployed:
        """What the mesh runs of it."""
        running = self.deployed
        if case.resources:
            running = replace(running, vpc=read_vpc(changed_resources(self._resources, case.resources)))
        return deployed(running, case.operations)


def _is_opened(base: str, item: Resource) -> bool:
    """True for what the open base lacks: what keeps packets in, so that proxies alone decide."""
    if base != "open":
        return False
    return item.type == "kubernetes_network_policy_v1" or "global-deny-egress" in item.name


class Objects:
    """Raw objects and Google resources over the stacks of a configuration."""

    def __init__(self, sort: Sort, base: Base) -> None:
        self.name, self.out = sort.name, base.out
        self.base, self._sort = base, sort

    def case(self, seed: int) -> ObjectCase:
        """The changes of a seed."""
        source = random.Random(seed)  # noqa: S311 - repeatable, no secret
        choose = Choice(source, self.base.documents, self.base.vocabulary, self.base.google)
        made = changed(choose, self._sort.changes, self._sort.beside)
        return ObjectCase.of(self.name, seed, made)

    def state(self, case: Case) -> State:
        """The base with the case's operations."""
        assert isinstance(case, ObjectCase)  # noqa: S101 - a family is asked for its own cases
        return State(inventory=self.base.reviewed(case), deployed=self.base.ran(case))

    def questions(self, case: Case, state: State, everybody: Sequence[Identity]) -> list[RowQuestion]:
        """The family's rows, the same for the same seed."""
        del state
        if self._sort.lines is None:
            return of_vocabulary(self.base.vocabulary, everybody)
        source = random.Random(case.seed)  # noqa: S311 - repeatable, no secret
        return of_lines(source, self.base.vocabulary, self._sort.lines, everybody)


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
    """Synthesize a base, outside the sandbox; return its stacks."""
    if name in ("tutorial", "open"):
        return synthesize(CONFIG / "tutorial", folder)
    own = folder / "config"
    files = {file.relative_to(CONFIG / name): file for file in (CONFIG / name).rglob("*.yaml")}
    for relative, file in files.items():
        (own / relative).parent.mkdir(parents=True, exist_ok=True)
        (own / relative).write_bytes(file.read_bytes())
    write({"platform.yaml": platform_of(CONFIG / name)}, own)
    return synthesize(own, folder)


SORTS: Mapping[str, Sort] = {sort.name: sort for sort in OF_OBJECTS}
FAMILIES = (*SORTS, Configurations.name)


def base_of(family: str) -> str:
    """The base of a family; families of one base share a mesh. A configuration is its own."""
    return SORTS[family].base if family in SORTS else family
