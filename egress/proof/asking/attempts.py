"""Requests that somebody tries on the real API server, and who refuses them.

A stage's `attempts.yaml` is a list of `object` (a Kubernetes object), `by` (the groups of who tries it), `what` (in
words) and `refused` (`admission`, `rbac`, or `no`). Each is asked as a dry run, impersonating a member of the groups.
Optional: `verb` (create, update with a merge patch, replace, delete, deletecollection, connect), `subresource`,
`options` and `body` of a connection, and `as` (a user's name).

An entry with `every` stands for a whole space, with `by` and `namespace`:

- `field`: each field that the platform refuses or holds to values; also whether the API server knows fields that nobody
  decided about.
- `key`: labels and annotations on each kind that a tenant writes.
- `sidecar-field`: each field of the containers that injection adds, in the stored Pod `of` (NAMESPACE/NAME).
- `workload-field`: each field of a Pod that takes the `account` of a workload, which `runs` an image and a command.
- `right`: each verb on each resource that the API server serves, there and in `others`.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import yaml

from egress.derived.admission.kubernetes_types import extract, kubernetes_types
from egress.proof.asking.asking import ProofRow
from egress.proof.asking.attempt import ADMISSION, ANYBODY, CREATED, RBAC, TENANT, Attempt, Every
from egress.proof.asking.field_attempts import field_attempts
from egress.proof.asking.key_attempts import key_attempts
from egress.proof.asking.rights import ask_rights
from egress.proof.asking.sidecar_attempts import sidecar_attempts
from egress.proof.asking.workload_attempts import workload_attempts
from egress.proof.cluster.kubernetes_api import KubernetesApi, RefusedError
from egress.proof.errors import ProofError

FILE = "attempts.yaml"
_WORDS = {ADMISSION: ("denied request:", "violates PodSecurity"), RBAC: (" is forbidden: User ",)}
_NEEDED = frozenset({"what", "by", "object", "refused"})
_OPTIONAL = frozenset({"verb", "subresource", "options", "body", "as"})
_VERBS = ("create", "update", "replace", "delete", "deletecollection", "connect")
OPENAPI = "the fields of Pods, Services and claims"


def read_attempts(folder: Path) -> list[Attempt | Every]:
    """Read a stage's attempts; none where it has no file. Raises ProofError where an entry is none."""
    file = folder / FILE
    if not file.exists():
        return []
    return [
        _every(entry, file, number) if "every" in entry else _one(entry, file, number)
        for number, entry in enumerate(yaml.safe_load(file.read_text(encoding="utf-8")) or (), 1)
    ]


def _one(entry: Mapping[str, Any], file: Path, number: int) -> Attempt:
    known = (*_WORDS, CREATED)
    if _NEEDED - set(entry) or set(entry) - _NEEDED - _OPTIONAL or entry["refused"] not in known:
        raise ProofError(
            f"{file}: entry {number}: give what, by, object and refused ({', '.join(known)}), and where needed "
            f"{', '.join(sorted(_OPTIONAL))}"
        )
    if entry.get("verb", "create") not in _VERBS:
        raise ProofError(f"{file}: entry {number}: verb: {entry['verb']!r} is none of {', '.join(_VERBS)}")
    return Attempt(
        what=entry["what"],
        by=tuple(entry["by"]),
        object=entry["object"],
        refused=entry["refused"],
        verb=entry.get("verb", "create"),
        subresource=entry.get("subresource", ""),
        options=entry.get("options") or {},
        body=entry.get("body"),
        user=entry.get("as", TENANT),
    )


def _every(entry: Mapping[str, Any], file: Path, number: int) -> Every:
    needed = {"every", "by", "namespace", *_SPACES.get(entry["every"], ("", ()))[1]}
    if entry["every"] not in _SPACES or set(entry) != needed:
        raise ProofError(
            f"{file}: entry {number}: every: {entry['every']!r}: give one of {', '.join(_SPACES)}, with "
            f"{', '.join(sorted(needed))} and nothing else"
        )
    lists = {key: tuple(entry[key]) for key in ("by", "runs", "others") if key in entry}
    return Every(**{**entry, **lists})


def ask(api: KubernetesApi, attempts: Sequence[Attempt | Every]) -> list[ProofRow]:
    """Try each; a row says who refused it."""
    rows: list[ProofRow] = []
    for each in attempts:
        rows += _SPACES[each.every][0](api, each) if isinstance(each, Every) else [_row(api, each)]
    return rows


def _fields(api: KubernetesApi, every: Every) -> list[ProofRow]:
    known = Attempt(
        what=OPENAPI, by=every.by, object={"kind": "OpenAPI", "metadata": {"name": "v2"}}, refused=CREATED
    )
    return [_decided(api, known), *ask(api, list(field_attempts(every.namespace, every.by)))]


def _keys(api: KubernetesApi, every: Every) -> list[ProofRow]:
    return ask(api, list(key_attempts(every.namespace, every.by)))


def _sidecars(api: KubernetesApi, every: Every) -> list[ProofRow]:
    namespace, _, name = every.of.partition("/")
    names = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": namespace}}
    return ask(api, list(sidecar_attempts(api.get(names), every.namespace, every.by)))


def _workloads(api: KubernetesApi, every: Every) -> list[ProofRow]:
    return ask(api, list(workload_attempts(every.namespace, every.account, every.runs, every.by)))


def _rights(api: KubernetesApi, every: Every) -> list[ProofRow]:
    return ask_rights(api, every.namespace, every.others, every.by)


_SPACES: Mapping[str, tuple[Callable[[KubernetesApi, Every], list[ProofRow]], tuple[str, ...]]] = {
    "field": (_fields, ()),
    "key": (_keys, ()),
    "sidecar-field": (_sidecars, ("of",)),
    "workload-field": (_workloads, ("account", "runs")),
    "right": (_rights, ("others",)),
}
"""By the word of an entry: how its attempts are made, and what else the entry states."""


def _row(api: KubernetesApi, attempt: Attempt) -> ProofRow:
    evidence, ended, got = "", "", "created"
    try:
        stored = _try(api, attempt)
        if attempt.field and _missing(stored, attempt.field):
            evidence, ended, got = (
                "the API server drops the field (its feature gate is off)",
                "api server",
                "refused",
            )
    except RefusedError as error:
        evidence = str(error)
        ended = next((end for end, words in _WORDS.items() if any(w in evidence for w in words)), "")
        if not ended and _invalid_as_injected(attempt, evidence):
            ended = f"{ADMISSION}, as injected"
        # A connection that admission lets through fails afterwards: there is no kubelet.
        if ended or attempt.verb != "connect":
            got, ended = "refused", ended or "api server"
    dropped = ended == "api server" and "feature gate" in evidence
    expected_end = "" if attempt.refused in (CREATED, ANYBODY) or dropped else attempt.refused
    return ProofRow(
        identity=" and ".join(attempt.by) if attempt.user == TENANT else attempt.user,
        request=attempt,
        got=got,
        ended=ended,
        evidence=evidence,
        expected=("created" if attempt.refused == CREATED else "refused",),
        expected_end=expected_end,
    )


def _try(api: KubernetesApi, attempt: Attempt) -> Mapping[str, Any]:
    """Send the request as its user, without storing anything (dry run).

    Raises RefusedError with the message of whoever refuses; a connection that is let through ends in one too.
    """
    who = (attempt.user, "system:authenticated", *attempt.by)
    given = attempt.object
    if attempt.verb == "create":
        return api.request("POST", f"{api.collection_path(given)}?dryRun=All", given, as_user=who)
    if attempt.verb == "deletecollection":
        return api.request("DELETE", f"{api.collection_path(given)}?dryRun=All", as_user=who)
    path = api.object_path(given) + (f"/{attempt.subresource}" if attempt.subresource else "")
    if attempt.verb == "delete":
        return api.request("DELETE", f"{path}?dryRun=All", as_user=who)
    if attempt.verb == "replace":
        return api.request("PUT", f"{path}?dryRun=All", given, as_user=who)
    if attempt.verb == "connect":
        return api.request("POST", f"{path}?{urlencode(attempt.options)}", attempt.body, as_user=who)
    merge = "application/merge-patch+json"
    return api.request("PATCH", f"{path}?dryRun=All", given, content_type=merge, as_user=who)


def _invalid_as_injected(attempt: Attempt, evidence: str) -> bool:
    """Tell whether a container of the sidecar's name made injection write a Pod that contradicts itself."""
    spec = attempt.object.get("spec") or {}
    containers = [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]
    named = any(str(container.get("name", "")).startswith("istio-") for container in containers)
    return attempt.object["kind"] == "Pod" and named and " is invalid: " in evidence


def _missing(stored: Mapping[str, Any], place: str) -> bool:
    spec: Any = stored.get("spec") or {}
    if stored.get("kind") == "Deployment":
        spec = spec["template"]["spec"]
    if stored.get("kind") == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    for step in place.split("."):
        if step.isdigit() and isinstance(spec, list) and int(step) < len(spec):
            spec = spec[int(step)]
        elif isinstance(spec, dict) and step in spec:
            spec = spec[step]
        else:
            return True
    return False


def _decided(api: KubernetesApi, attempt: Attempt) -> ProofRow:
    """Compare the API server's own types with those that the decisions were made for."""
    version = str(api.request("GET", "/version").get("gitVersion", ""))
    live, known = extract(api.request("GET", "/openapi/v2"), version), kubernetes_types()
    names = sorted(set(live.types) | set(known.types))
    differences = [
        f"{name}.{field}"
        for name in names
        for field in sorted(set(live.types.get(name, {}).items()) ^ set(known.types.get(name, {}).items()))
    ]
    return ProofRow(
        identity=f"Kubernetes {version}",
        request=attempt,
        got="undecided" if differences else "created",
        ended="api server" if differences else "",
        evidence=f"decided for {known.version}; they differ in {', '.join(map(str, differences[:20]))}"
        if differences
        else "",
        expected=("created",),
    )
