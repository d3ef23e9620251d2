"""Objects that somebody tries to create on the real API server, and who refuses them.

A stage's `attempts.yaml` is a list of `object` (a Kubernetes object), `by` (the groups of who tries it), `what` (in
words) and `refused` (`admission`, `rbac`, or `no`). Each is asked as a dry run, impersonating a member of the groups.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from egress.proof.asking.asking import ProofRow
from egress.proof.cluster.kubernetes_api import KubernetesApi, RefusedError
from egress.proof.errors import ProofError

FILE = "attempts.yaml"
CREATED = "no"
_WORDS = {"admission": "denied request:", "rbac": " cannot create resource "}
_USER = "a-tenant"


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One object that one tries to create."""

    what: str
    by: tuple[str, ...]
    object: Mapping[str, Any]
    refused: str

    def __str__(self) -> str:
        metadata = self.object["metadata"]
        return f"CREATE {self.object['kind']} {metadata['namespace']}/{metadata['name']}: {self.what}"


def read_attempts(folder: Path) -> list[Attempt]:
    """Read a stage's attempts; none where it has no file. Raises ProofError where an entry is none."""
    file = folder / FILE
    if not file.exists():
        return []
    found = []
    for number, entry in enumerate(yaml.safe_load(file.read_text(encoding="utf-8")) or (), 1):
        wrong = {"what", "by", "object", "refused"} ^ set(entry)
        if wrong or entry["refused"] not in (*_WORDS, CREATED):
            known = ", ".join((*_WORDS, CREATED))
            raise ProofError(f"{file}: entry {number}: give what, by, object and refused ({known})")
        found.append(
            Attempt(
                what=entry["what"], by=tuple(entry["by"]), object=entry["object"], refused=entry["refused"]
            )
        )
    return found


def ask(api: KubernetesApi, attempts: Sequence[Attempt]) -> list[ProofRow]:
    """Try each; a row says who refused it."""
    return [_row(api, attempt) for attempt in attempts]


def _row(api: KubernetesApi, attempt: Attempt) -> ProofRow:
    try:
        api.try_to_create(attempt.object, _USER, attempt.by)
    except RefusedError as error:
        evidence = str(error)
        ended = next((name for name, words in _WORDS.items() if words in evidence), "api server")
        got = "refused"
    else:
        evidence, ended, got = "", "", "created"
    expected = "created" if attempt.refused == CREATED else "refused"
    return ProofRow(
        identity=" and ".join(attempt.by),
        request=attempt,
        got=got,
        ended=ended,
        evidence=evidence,
        expected=(expected,),
        expected_end="" if attempt.refused == CREATED else attempt.refused,
    )
