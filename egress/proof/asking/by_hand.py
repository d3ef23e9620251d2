"""Changes that somebody makes by hand on the real API server, and whether `python -m egress drift` tells of them.

A stage's `by-hand.yaml` is a list of `what` (in words), `told` (what the answer must say, or "" for nothing), and one
of `change` (an object's names with a JSON merge patch), `create` (an object) and `delete` (an object's names). Each is
a dry run: what is compared is what the API server would store.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from egress.drift.command import text
from egress.drift.comparison import Stated, compare
from egress.drift.protected import PROTECTED
from egress.proof.asking.asking import ProofRow
from egress.proof.asking.identities import accounts, identities
from egress.proof.cluster.kubernetes_api import KubernetesApi, RefusedError
from egress.proof.cluster.mesh import RunningMesh
from egress.proof.errors import ProofError

FILE = "by-hand.yaml"
Object = Mapping[str, Any]

_WAYS = ("change", "create", "delete")
_VERSIONS = ("v1", "v1beta1", "v1alpha3", "v1alpha1")


@dataclass(frozen=True, kw_only=True)
class ChangeByHand:
    """One change by hand."""

    what: str
    told: str
    way: str
    object: Mapping[str, Any]

    def __str__(self) -> str:
        return f"DRIFT {self.what}"


def read_changes(folder: Path) -> list[ChangeByHand]:
    """Read a stage's changes; none where it has no file. Raises ProofError where an entry is none."""
    file = folder / FILE
    if not file.exists():
        return []
    found = []
    for number, entry in enumerate(yaml.safe_load(file.read_text(encoding="utf-8")) or (), 1):
        ways = [way for way in _WAYS if way in entry]
        if len(ways) != 1 or set(entry) != {"what", "told", *ways}:
            raise ProofError(f"{file}: entry {number}: give what, told, and one of {', '.join(_WAYS)}")
        found.append(ChangeByHand(what=entry["what"], told=entry["told"], way=ways[0], object=entry[ways[0]]))
    return found


def ask(mesh: RunningMesh, changes: Sequence[ChangeByHand]) -> list[ProofRow]:
    """Compare what stands there, then with each change."""
    if not changes:
        return []
    api, applied = mesh.api, map(mesh.adapted, mesh.deployed.objects)
    stated = [Stated(address=each.address, object=each.object) for each in applied]
    stated += [Stated(address="proof", object=account) for account in accounts(identities(mesh.deployed))]
    live = live_objects(api)
    nothing = ChangeByHand(what="nothing is changed", told="", way="change", object={})
    return [_row(stated, live, nothing), *(_row(stated, _changed(api, live, each), each) for each in changes)]


def _changed(api: KubernetesApi, live: Sequence[Object], change: ChangeByHand) -> list[Object]:
    """Return the objects as the API server would store them with a change."""
    if change.way == "create":
        return [*live, api.try_out(change.object)]
    others = [each for each in live if not _same_object(each, change.object)]
    if len(others) + 1 != len(live):
        raise ProofError(f"{FILE}: {change.what}: there is no such object")
    return others if change.way == "delete" else [*others, api.try_to_merge(change.object)]


def _same_object(one: Object, other: Object) -> bool:
    names = ("name", "namespace")
    return bool(
        one["kind"] == other["kind"]
        and one["apiVersion"].partition("/")[0] == other["apiVersion"].partition("/")[0]
        and all(one["metadata"].get(name) == other["metadata"].get(name) for name in names)
    )


def _row(stated: Sequence[Stated], live: Sequence[Object], change: ChangeByHand) -> ProofRow:
    found = compare(stated, live, frozenset())
    said = text(found, len(stated)) if found else ""
    told = change.told in said if change.told else not said
    return ProofRow(
        identity="by hand",
        request=change,
        got=("told" if said else "nothing to tell") if told else "otherwise",
        ended="",
        evidence=said,
        expected=("told" if change.told else "nothing to tell",),
    )


def live_objects(api: KubernetesApi) -> list[Object]:
    """Return every stored object of the protected kinds that the API server serves."""
    found: list[Object] = []
    for kind in PROTECTED:
        for version in _VERSIONS:
            try:
                found += api.list(f"{kind.group}/{version}" if kind.group else version, kind.kind)
                break
            except RefusedError:
                continue
    return found
