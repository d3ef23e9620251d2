"""What a document that is still a template may become: an object of the kind that it names, of unknown fields."""

import itertools
import re
from collections.abc import Iterator
from functools import partial

from egress.review.doubts.of_whole import touch_of_whole
from egress.review.doubts.touch import WORKLOAD, Point, Touch, Whose, everything
from egress.review.inputs.assembling import Doubtful
from egress.review.objects.kubernetes_object import KubernetesObject, kubernetes_object
from egress.review.objects.pods import makes_pods

TEMPLATE = "{{"
"""What a template has that is still to be rendered."""
TOLD = (
    "a template that is still to be rendered: not read; render it (`helm template`) and review what it prints"
)

_MARKER = re.compile(r"^---(?=\s|$)", re.MULTILINE)
_EMPTY = re.compile(r"(?:[ \t]*(?:#.*|%.*|---.*|\.\.\.)?(?:\n|$))*")
_PLAIN = r"[\"']?([A-Za-z0-9][A-Za-z0-9./-]*)[\"']?[ \t]*(?:[,}#\n]|$)"
_WRITTEN = {
    "apiVersion": re.compile(rf"^apiVersion:[ \t]*{_PLAIN}", re.MULTILINE),
    "kind": re.compile(rf"^kind:[ \t]*{_PLAIN}", re.MULTILINE),
    "name": re.compile(rf"^metadata:\s*\{{?[^}}]*?\bname:[ \t]*{_PLAIN}", re.MULTILINE),
    "namespace": re.compile(rf"\bnamespace:[ \t]*{_PLAIN}"),
}
_STATED = {key: re.compile(rf"\b{key}:") for key in _WRITTEN}


def pieces(text: str) -> Iterator[tuple[int, str]]:
    """The documents of a YAML text, each with the number of lines before it; those without anything are left out."""
    starts = [match.start() for match in _MARKER.finditer(text)]
    bounds = sorted({0, *starts, len(text)})
    line = 0
    for start, end in itertools.pairwise(bounds):
        piece = text[start:end]
        if not _EMPTY.fullmatch(piece):
            yield line, piece
        line += piece.count("\n")


def name_template(piece: str, address: str, place: str, doubtful: Doubtful) -> None:
    """Name a document that is a template, with what the object that it becomes can touch."""
    item = _object(piece, address)
    touch = partial(touch_of_template, item) if item is not None else lambda _: everything()
    spoken = f"{address}: {item.kind}" if item is not None else address
    doubtful.add_whole(spoken, f"{place}: {TOLD}", touch)


def _object(piece: str, address: str) -> KubernetesObject | None:
    """What the template says of its object without an expression; None where even the kind is not to be told."""
    found = {key: _once(piece, key) for key in _WRITTEN}
    if not found["kind"] or not found["apiVersion"]:
        return None
    metadata = {key: found[key] for key in ("name", "namespace") if found[key]}
    made = {"apiVersion": found["apiVersion"], "kind": found["kind"], "metadata": metadata, "spec": {}}
    return kubernetes_object(made, address, None)


def _once(piece: str, key: str) -> str:
    """A field's value where the text states it, in one place for a field that says where the object belongs."""
    if key != "name" and len(_STATED[key].findall(piece)) != 1:
        return ""
    match = _WRITTEN[key].search(piece)
    return match[1] if match else ""


def touch_of_template(item: KubernetesObject, root: str) -> Touch:
    """What the object of a template can touch, of which no more is known than its kind and perhaps its namespace."""
    whose = Whose(namespaces=frozenset({item.namespace})) if item.placed else Whose()
    if makes_pods(item):
        # Its Pods may be the ones that a Service leads to.
        return Touch(points=frozenset({Point.GATEWAY, Point.INBOUND}), whose=whose)
    if (item.group, item.kind) == ("", "Namespace"):
        return Touch(points=WORKLOAD)
    if (item.group, item.kind) == ("", "Service"):
        return Touch(points=frozenset({Point.ROUTE}))
    touch = touch_of_whole(item, root, frozenset({"spec", "metadata"}))
    return touch if item.placed else Touch(points=touch.points, may=touch.may)
