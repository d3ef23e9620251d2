"""What has a label selector, found by the labels it wants: a thousand selectors are not walked for each Pod."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class LabelIndex(Generic[T]):
    """Things by the first label that their selectors want.

    It leaves out only what a label that is not there rules out: the caller still evaluates the selectors of what is
    found, and of a selector without labels always.
    """

    def __init__(self) -> None:
        self._by_label: dict[tuple[str, str], list[tuple[int, T]]] = defaultdict(list)
        self._always: list[tuple[int, T]] = []
        self._count = 0

    def add(self, thing: T, selectors: Iterable[Mapping[str, Any] | None]) -> None:
        """Add a thing that is meant where one of its selectors is; None is a selector that cannot be looked up."""
        position, self._count = self._count, self._count + 1
        labels = [_first_label(selector) for selector in selectors]
        if None in labels:
            self._always.append((position, thing))
            return
        for label in dict.fromkeys(labels):
            assert label is not None  # noqa: S101 - for mypy
            self._by_label[label].append((position, thing))

    def meant(self, labels: Mapping[str, str]) -> list[T]:
        """Whatever may be meant by these labels, in the order in which it was added."""
        found = dict(self._always)
        for label in labels.items():
            found.update(self._by_label.get(label, ()))
        return [found[position] for position in sorted(found)]


def _first_label(selector: Mapping[str, Any] | None) -> tuple[str, str] | None:
    wanted = (selector or {}).get("matchLabels") or {}
    return next(((str(key), str(value)) for key, value in wanted.items()), None)
