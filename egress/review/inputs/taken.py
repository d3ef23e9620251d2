"""One object of an input: taken as it is, or named where an API server would not take it.

Such an object may stand in the cluster as it was before, or not at all. So it makes open what an object of its kind,
with what of it is sound, can touch; the rest of the input keeps its answers.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from egress.review.doubts.of_whole import touch_of_whole
from egress.review.doubts.touch import Touch, Whose, everything
from egress.review.inputs.assembling import Doubtful
from egress.review.inputs.templates import TEMPLATE, touch_of_template
from egress.review.locations.location import Place
from egress.review.objects.forms import malformed, stored, well_formed
from egress.review.objects.kubernetes_object import KubernetesObject, kubernetes_object
from egress.review.objects.pods import makes_pods

INSTALLATION = "IstioOperator"
"""What istioctl is given: a file of settings in the form of an object, which needs no name."""

NAMING = frozenset({"apiVersion", "kind"})
"""The fields without which nobody knows what an object is."""

REFUSED = "an API server takes no such object; fix it"


def taken(
    document: Mapping[str, Any],
    address: str,
    doubtful: Doubtful,
    place: Place | None = None,
    locate: Callable[[str], Place] | None = None,
    repeated: Sequence[str] = (),
) -> KubernetesObject | None:
    """The object; where it is malformed, what has to stay of it for its identity, or None.

    `repeated` are the fields that its text states twice.
    """
    problems = [*repeated, *problems_of(document)]
    if not problems:
        return kubernetes_object(stored(document), address, place)
    sound = _sound(document, address, place)
    scopes = frozenset(problem.partition(":")[0].partition("[")[0] for problem in problems)
    rendered = _is_rendered(document)
    touch = partial(_touch, sound, wrong=scopes) if rendered else partial(touch_of_template, sound)
    for problem in problems:
        where = f"{locate(problem.partition(': ')[0])}: " if locate else ""
        doubtful.add_whole(address, f"{where}{problem}: {REFUSED}", touch)
    return (
        sound
        if rendered and sound.name and (makes_pods(sound) or sound.kind in ("Namespace", "ServiceAccount"))
        else None
    )


def problems_of(document: Mapping[str, Any]) -> Iterator[str]:
    """What of an object an API server would refuse, each with the path of its field first."""
    metadata = document.get("metadata")
    if metadata is None and document.get("kind") == INSTALLATION:
        pass
    elif not isinstance(metadata, Mapping):
        yield (
            "metadata: missing" if metadata is None else f"metadata: {_shown(metadata)} is no block of fields"
        )
    else:
        yield from _of_metadata(metadata, installation=document.get("kind") == INSTALLATION)
    kind, version = document.get("kind"), str(document.get("apiVersion"))
    spec = document.get("spec")
    if spec is not None and not isinstance(spec, Mapping):
        yield f"spec: {_shown(spec)} is no block of fields"
        return
    body = {key: value for key, value in document.items() if key != "metadata"} if spec is None else spec
    yield from malformed(version.rpartition("/")[0], str(kind), body)


def _is_rendered(document: Mapping[str, Any]) -> bool:
    """False where a tool has still to fill in what an object is called, or where it is."""
    metadata = document.get("metadata")
    named = (
        [metadata.get(key) for key in ("name", "generateName", "namespace")]
        if isinstance(metadata, Mapping)
        else []
    )
    return not any(isinstance(text, str) and TEMPLATE in text for text in named)


def _of_metadata(metadata: Mapping[str, Any], *, installation: bool) -> Iterator[str]:
    for key in ("name", "generateName", "namespace", "creationTimestamp"):
        value = metadata.get(key)
        if isinstance(value, Mapping | list | bool | int | float):
            yield f"metadata.{key}: {_shown(value)} is no text (put it in quotes)"
        elif isinstance(value, str) and TEMPLATE in value:
            yield f"metadata.{key}: {_shown(value)} is a template that is still to be rendered"
    if not (metadata.get("name") or metadata.get("generateName") or installation):
        yield "metadata.name: missing"
    for key in ("labels", "annotations"):
        value = metadata.get(key)
        if value is None:
            continue
        if not isinstance(value, Mapping):
            yield f"metadata.{key}: {_shown(value)} is no map of texts"
            continue
        for name, text in value.items():
            if isinstance(text, Mapping | list | bool | int | float):
                yield f"metadata.{key}.{name}: {_shown(text)} is no text (put it in quotes)"
    owners = metadata.get("ownerReferences")
    if owners is not None and not (isinstance(owners, list) and all(isinstance(o, Mapping) for o in owners)):
        yield f"metadata.ownerReferences: {_shown(owners)} is no list of blocks"


def _sound(document: Mapping[str, Any], address: str, place: Place | None) -> KubernetesObject:
    """What of a malformed object is of its form."""
    given, spec = document.get("metadata"), document.get("spec")
    metadata = given if isinstance(given, Mapping) else {}
    kept: dict[str, Any] = {
        key: metadata[key]
        for key in ("name", "generateName", "namespace")
        if isinstance(metadata.get(key), str) and TEMPLATE not in metadata[key]
    }
    for key in ("labels", "annotations"):
        texts = metadata.get(key)
        if isinstance(texts, Mapping):
            kept[key] = {str(name): text for name, text in texts.items() if isinstance(text, str)}
    version, kind = str(document.get("apiVersion")), str(document.get("kind"))
    body = well_formed(version.rpartition("/")[0], kind, spec) if isinstance(spec, Mapping) else {}
    made = {"apiVersion": version, "kind": kind, "metadata": kept, "spec": body}
    return kubernetes_object(stored(made), address, place)


def touch_of_declared(document: Mapping[str, Any], root: str) -> Touch:
    """What an object can touch that may be there once, several times or not at all.

    It is given as it is written: a field with an expression in it selects nothing that is known.
    """
    spec = document.get("spec")
    fields = spec if isinstance(spec, Mapping) else {}
    open_ = frozenset(f"spec.{key}" for key, inner in fields.items() if _has_expression(inner))
    plain = {key: inner for key, inner in fields.items() if f"spec.{key}" not in open_}
    wrong = open_ if isinstance(spec, Mapping) else frozenset({"spec"})
    return touch_of_whole(_sound({**document, "spec": plain}, "", None), root, wrong)


def _has_expression(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_has_expression(one) for pair in value.items() for one in pair)
    if isinstance(value, list):
        return any(map(_has_expression, value))
    return isinstance(value, str) and ("${" in value or "%{" in value)


def _touch(sound: KubernetesObject, root: str, wrong: frozenset[str]) -> Touch:
    """What the object can touch; where its namespace is not known, that of every namespace."""
    if NAMING & wrong:
        return everything()
    touch = touch_of_whole(sound, root, wrong)
    if not {"metadata.namespace", "metadata"} & wrong:
        return touch
    return replace(touch, whose=Whose(labels=touch.whose.labels), gateways=None)


def _shown(value: Any) -> str:
    text = "a block of fields" if isinstance(value, Mapping) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
