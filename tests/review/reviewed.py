"""Reviewed states for the tests: the tutorial's stages with changes on top, asked for verdicts."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from egress.review.answer import Answer
from egress.review.cluster import Cluster
from egress.review.inputs.assembling import inventory_of_objects
from egress.review.inventory import Inventory
from egress.review.network.vpc import Vpc
from egress.review.objects.kubernetes_object import kubernetes_object
from egress.review.output.texts.clients import client_text
from egress.review.path.evaluation import evaluate
from egress.review.request import parse_request

STATES = Path(__file__).parent / "states"
TUTORIAL = STATES / "tutorial"

Document = dict[str, Any]
Key = tuple[str, str, str]


@lru_cache(maxsize=1)
def _stages() -> tuple[tuple[str, tuple[Document, ...]], ...]:
    return tuple(
        (file.stem, tuple(yaml.safe_load_all(file.read_text()))) for file in sorted(TUTORIAL.glob("*.yaml"))
    )


def tutorial(stage: str = "6-pass-through") -> "State":
    """The tutorial after a stage: what its commands have applied so far, later objects over earlier ones."""
    names = [name for name, _ in _stages()]
    found = State({})
    for _, documents in _stages()[: names.index(stage) + 1]:
        found = found.apply(*documents)
    return found


def documents(text: str) -> list[Document]:
    return list(yaml.safe_load_all(text))


@dataclass(frozen=True)
class State:
    """Objects by kind, namespace and name, as a cluster holds them."""

    objects: Mapping[Key, Document]
    vpc: Vpc | None = None

    def apply(self, *items: Document | str) -> "State":
        """As `kubectl apply`; texts may hold several documents."""
        found = dict(self.objects)
        for item in items:
            for document in documents(item) if isinstance(item, str) else [item]:
                metadata = document["metadata"]
                found[document["kind"], metadata.get("namespace", ""), metadata["name"]] = document
        return replace(self, objects=found)

    def without(self, kind: str, name: str, namespace: str | None = None) -> "State":
        kept = {
            k: v
            for k, v in self.objects.items()
            if not (k[0] == kind and k[2] == name and namespace in (None, k[1]))
        }
        assert len(kept) < len(self.objects), (kind, name)
        return replace(self, objects=kept)

    def change(self, kind: str, name: str, namespace: str | None = None, **spec: Any) -> "State":
        """Replace fields of the specs of the objects of a name."""
        found = {}
        assert any(key[0] == kind and key[2] == name for key in self.objects), (kind, name)
        for key, document in self.objects.items():
            if key[0] == kind and key[2] == name and namespace in (None, key[1]):
                document = deepcopy(document)
                document["spec"] = {k: v for k, v in {**document["spec"], **spec}.items() if v is not None}
            found[key] = document
        return replace(self, objects=found)

    def spec(self, kind: str, name: str, namespace: str | None = None) -> dict[str, Any]:
        return next(
            deepcopy(d["spec"])
            for k, d in self.objects.items()
            if k[0] == kind and k[2] == name and namespace in (None, k[1])
        )

    def inventory(self) -> Inventory:
        found = inventory_of_objects(
            (
                kubernetes_object(document, f"{key[0]} {key[1]}/{key[2]}".replace(" /", " "))
                for key, document in self.objects.items()
            ),
            "test",
            strict=True,
        )
        return replace(found, vpc=self.vpc)

    def review(self) -> Cluster:
        return Cluster(self.inventory())

    def ask(self, source: str, url: str, **options: Any) -> Answer:
        return evaluate(self.review(), parse_request(source=source, url=url, **options))

    def seen(self, source: str, url: str, **options: Any) -> str:
        """What the client sees: a status, `200` for the site's own answer, or curl's exit code."""
        return seen(self.ask(source, url, **options))


def seen(answer: Answer) -> str:
    """One word for an answer, as the notes and the mesh write it."""
    text = client_text(answer)
    if answer.client.status is not None:
        return str(answer.client.status)
    if text.startswith("the site"):
        return "200"
    return f"exit {text.partition('exit ')[2].rstrip(')')}" if "exit" in text else text
