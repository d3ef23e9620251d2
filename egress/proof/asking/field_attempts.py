"""An attempt for every field that a tenant must not state, made from the decisions about fields.

A Pod's fields are tried in a Deployment's template, where nothing but the admission policies judges them, and in a Pod,
where injection, Pod Security and the API server's other plugins judge them too.
"""

import copy
from collections.abc import Iterator
from typing import Any

from egress.derived.admission.field_decisions import DECISIONS
from egress.proof.asking.attempt import ADMISSION, ANYBODY, Attempt
from egress.proof.asking.field_samples import BESIDE, BY_VALUE, ELSEWHERE, NEEDED, PLACES, REFUSED
from egress.proof.asking.restricted import RESTRICTED

Object = dict[str, Any]

_POD: Object = {
    "serviceAccountName": "proof-other",
    "containers": [
        {
            "name": "main",
            "image": "gcr.io/google.com/cloudsdktool/cloud-sdk:slim",
            "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108 - in the container
            "securityContext": RESTRICTED,
        }
    ],
    "volumes": [{"name": "tmp", "emptyDir": {}}],
}
"""What a tenant may create."""
_SERVICE: Object = {"selector": {"app": "test"}, "ports": [{"port": 80}]}
_JOB: Object = {"template": {"spec": {**_POD, "restartPolicy": "Never"}}}
_CLAIM: Object = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}


def field_attempts(namespace: str, groups: tuple[str, ...]) -> Iterator[Attempt]:
    """Yield what is allowed, then each refused field and each refused value."""
    for kind in ("PodSpec", "ServiceSpec", "PersistentVolumeClaimSpec", "JobSpec"):
        for made in _objects(kind, namespace, _base(kind)):
            yield Attempt(what="nothing but what is allowed", by=groups, object=made, refused="no")
    for kind, decisions in DECISIONS.items():
        if kind in ELSEWHERE:
            continue
        values = [(field, REFUSED[f"{kind}.{field}"]) for field in decisions.refused]
        values += [(field, value) for field in decisions.by_value for value in BY_VALUE[f"{kind}.{field}"]]
        for field, value in values:
            for made in _objects(kind, namespace, _with(kind, field, value)):
                yield Attempt(
                    what=f"{kind}.{field}: {value}",
                    by=groups,
                    object=made,
                    refused=ANYBODY if made["kind"] == "Pod" else ADMISSION,
                    field=f"{_place(kind)}.{field}".lstrip("."),
                )


def _place(kind: str) -> str:
    return PLACES[kind]


def _base(kind: str) -> Object:
    if kind == "JobSpec":
        return copy.deepcopy(_JOB)
    return copy.deepcopy({"S": _SERVICE, "P": _POD}.get(kind[0], _POD) if "Claim" not in kind else _CLAIM)


def _with(kind: str, field: str, value: Any) -> Object:
    """Return a spec that states the field, and otherwise what is allowed."""
    is_service = kind in ("ServiceSpec", "ServicePort")
    is_job = kind == "JobSpec"
    spec = copy.deepcopy(_SERVICE if is_service else _CLAIM if "Claim" in kind else _JOB if is_job else _POD)
    for place, needed in NEEDED.get(f"{kind}.{field}", {}).items():
        _put(spec, place, copy.deepcopy(needed))
    place = _place(kind)
    if kind in ("Volume", "VolumeProjection", "ServiceAccountTokenProjection") and field != "name":
        spec["containers"][0].pop("volumeMounts")
        spec["volumes"] = [{"name": "v"}]
    elif "volumes" in NEEDED.get(f"{kind}.{field}", {}):
        spec["containers"][0].pop("volumeMounts")
    for name, beside in BESIDE.get(kind, {}).items():
        _put(spec, f"{place}.{name}", beside)
    _put(spec, f"{place}.{field}".lstrip("."), copy.deepcopy(value))
    return spec


def _put(spec: Any, place: str, value: Any) -> None:
    """Set a value at a dotted place, and make what leads there."""
    *way, last = [step for step in place.split(".") if step]
    for step, following in zip(way, [*way, last][1:], strict=True):
        empty: Any = [] if following.isdigit() else {}
        if step.isdigit():
            while len(spec) <= int(step):
                spec.append(copy.deepcopy(empty))
            spec = spec[int(step)]
        else:
            spec = spec.setdefault(step, empty)
    if last.isdigit():
        spec.append(value)
    else:
        spec[last] = value


def _objects(kind: str, namespace: str, spec: Object) -> Iterator[Object]:
    metadata = {"name": "attempt", "namespace": namespace}
    if kind in ("ServiceSpec", "ServicePort"):
        yield {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}
    elif "Claim" in kind:
        yield {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": spec}
    elif kind == "JobSpec":
        yield {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec}
        made = {"schedule": "* * * * *", "jobTemplate": {"spec": spec}}
        yield {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": metadata, "spec": made}
    else:
        template = {"metadata": {"labels": {"app": "attempt"}}, "spec": spec}
        deployment = {"selector": {"matchLabels": {"app": "attempt"}}, "template": template}
        yield {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": deployment}
        yield {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
