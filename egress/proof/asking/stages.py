"""Several states in a row on one mesh: only the difference to the state before is applied.

A stage is a folder with `expected.table`; its configuration is the folder's `config`, or config/tutorial, with the JSON
merge patch `settings.yaml` on its platform.yaml where there is one. A `patch.yaml` plants a mistake: a list of objects
(kind, namespace, name) with a JSON merge patch each, or of objects to add (`object`). One in the folder above holds for
every stage in it.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from egress.proof.asking.asking import Asker, ProofRow
from egress.proof.asking.identities import identities
from egress.proof.asking.prove import Proof, add_identities
from egress.proof.cluster.deployment import Deployed
from egress.proof.cluster.patches import merge
from egress.proof.errors import ProofError

TABLE = "expected.table"
PATCH = "patch.yaml"
SETTINGS = "settings.yaml"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A state with its table."""

    name: str
    folder: Path
    config: Path

    @property
    def settings(self) -> Mapping[str, Any]:
        """What its platform.yaml has otherwise than the configuration's."""
        file = self.folder / SETTINGS
        return yaml.safe_load(file.read_text(encoding="utf-8")) or {} if file.exists() else {}

    def write_configuration(self, folder: Path) -> Path:
        """Return the folder with its configuration: the stated one, or a copy with the settings."""
        if not self.settings:
            return self.config
        shutil.copytree(self.config, folder)
        file = folder / "platform.yaml"
        platform = yaml.safe_load(file.read_text(encoding="utf-8"))
        # JSON is YAML with every text in quotes, as the configuration wants some.
        file.write_text(json.dumps(merge(platform, self.settings), indent=2), encoding="utf-8")
        return folder


def find(folder: Path, final: Path) -> list[Stage]:
    """Return the stages of a folder in the order of their names; one without a `config` has the final one.

    Raises ProofError where there is none.
    """
    found = []
    for table in sorted(folder.glob(f"**/{TABLE}")):
        own = table.parent / "config"
        name = str(table.parent.relative_to(folder))
        found.append(Stage(name=name, folder=table.parent, config=own if own.is_dir() else final))
    if not found:
        raise ProofError(f"{folder}: no stage in it (a folder with {TABLE})")
    return found


def read_patches(stage: Stage) -> list[dict[str, Any]]:
    """Return a stage's planted mistakes, those that it shares with its neighbours first."""
    files = [folder / PATCH for folder in (stage.folder.parent, stage.folder)]
    return [entry for file in files if file.exists() for entry in yaml.safe_load(file.read_text()) or ()]


def move(proof: Proof, after: Deployed, *, judged: bool = True) -> str:
    """Bring a running proof to another state; return what was done, in words.

    `judged`: istioctl judges the new state beside everything else.
    """
    before = {identity.name: identity for identity in proof.everybody}
    everybody = identities(after)
    now = {identity.name: identity for identity in everybody}
    here = proof.mesh.deployed
    anew = (here.injection, here.admission) != (after.injection, after.admission)
    stale = [i.pod for n, i in before.items() if i.extra and (anew or n not in now or now[n] != i)]
    proof.mesh.running.remove([pod for pod in stale if pod in proof.mesh.pods])
    changed, gone = proof.mesh.change(after, judged=judged)
    # Who was not admitted before may be now.
    known = {} if anew else before
    fresh = [i for n, i in now.items() if n not in known or known[n] != i or n in proof.not_admitted]
    refused = add_identities(proof.mesh, fresh, lambda _: None)
    proof.not_admitted = refused
    proof.everybody = everybody
    proof.note_versions(after)
    proof.use(Asker(proof.mesh, everybody, proof.not_admitted))
    return f"{len(changed)} objects applied, {len(gone)} deleted"


def named(stage: Stage, rows: Sequence[ProofRow]) -> list[ProofRow]:
    """Return rows with the stage's name in front of the identity, for one report over all stages."""
    return [replace(row, identity=f"{stage.name}: {row.identity}") for row in rows]
