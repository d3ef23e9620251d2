"""Random choices from what a base holds, repeatable by their seed."""

import random
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from egress.proof.differential.operations import Document, Key, StateOperation
from egress.proof.differential.resource_operations import ResourceOperation
from egress.proof.differential.vocabulary import GATEWAY_NAMESPACE, Vocabulary

ResourceKey = tuple[str, str]
"""Type and name."""


class Choice:
    """Chooses; `base` holds the objects that can be edited, `vocabulary` their names."""

    def __init__(
        self,
        source: random.Random,
        base: Mapping[Key, Document],
        vocabulary: Vocabulary,
        resources: Mapping[ResourceKey, Document] | None = None,
    ) -> None:
        self.random = source
        self.base = base
        self.vocabulary = vocabulary
        self.resources = resources or {}
        """Google's resources by type and name."""

    def one(self, *items: Any) -> Any:
        """One of several."""
        return self.random.choice(items)

    def some(self, items: Sequence[Any]) -> list[Any]:
        """At least one of several."""
        return some_of(self.random, items)

    def spec(self, key: Key) -> Document:
        """A copy of an object's spec."""
        found: Document = deepcopy(self.base[key]["spec"])
        return found

    def edit(self, key: Key, spec: Document | None) -> StateOperation:
        """The object with another spec; None removes it."""
        return StateOperation(self.base[key]["apiVersion"], key[0], key[1], key[2], spec)

    def key(self, *kinds: str, namespace: str = GATEWAY_NAMESPACE) -> Key:
        """One object of some kinds in a namespace."""
        found: Key = self.one(*sorted(k for k in self.base if k[0] in kinds and k[1] == namespace))
        return found

    def http_routed(self) -> Key:
        """One VirtualService, of any namespace, that has HTTP routes."""
        found: Key = self.one(
            *(k for k in sorted(self.base) if k[0] == "VirtualService" and self.base[k]["spec"].get("http"))
        )
        return found

    def often(self, share: float) -> bool:
        """True in a share of the cases."""
        return self.random.random() < share

    def resource(self, type_: str, begins: str = "") -> ResourceKey:
        """One resource of a type whose name begins so."""
        found: ResourceKey = self.one(
            *sorted(k for k in self.resources if k[0] == type_ and k[1].startswith(begins))
        )
        return found

    def body(self, key: ResourceKey) -> Document:
        """A copy of a resource's body."""
        return deepcopy(self.resources[key])

    def exports(self) -> list[str] | None:
        """Some exportTo; None leaves it out."""
        namespaces = self.vocabulary.namespaces
        found: list[str] | None = self.one(
            None,
            ["*"],
            ["."],
            [GATEWAY_NAMESPACE],
            [namespaces[0]],
            *([GATEWAY_NAMESPACE, namespace] for namespace in namespaces),
            [GATEWAY_NAMESPACE, *namespaces],
        )
        return found


def some_of(source: random.Random, items: Sequence[Any]) -> list[Any]:
    """At least one of several."""
    return source.sample(list(items), source.randint(1, len(items)))


Operation = StateOperation | ResourceOperation
Change = Callable[[Choice], Sequence[Operation]]
"""One sort of change: it returns the objects and the resources that differ."""


def changed(
    choose: Choice, changes: Sequence[Change], beside: Mapping[Change, float] | None = None
) -> tuple[Operation, ...]:
    """One to three changes, and beside them some for their share; of two for one object the later one counts."""
    chosen = choose.random.sample(changes, choose.random.randint(1, min(3, len(changes))))
    chosen += [
        change for change, share in (beside or {}).items() if choose.often(share) and change not in chosen
    ]
    found: dict[object, Operation] = {}
    for change in chosen:
        for operation in change(choose):
            found[_key(operation)] = operation
    return tuple(found.values())


def _key(operation: Operation) -> object:
    return operation.key if isinstance(operation, StateOperation) else (operation.type, operation.name)
