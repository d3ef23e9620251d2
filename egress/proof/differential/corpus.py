"""Cases that once differed, kept with the mesh's answers so that they also run without a mesh."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from egress.proof.differential.agreement import Agreement
from egress.proof.differential.case import Case, ConfigurationCase, ObjectCase
from egress.proof.differential.operations import StateOperation
from egress.proof.differential.resource_operations import ResourceOperation

Rows = Sequence[Mapping[str, str]]


def keep(case: Case, agreement: Agreement, rows: Rows, folder: Path) -> Path:
    """Write a case with what the mesh has said; return its file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{case.family}-{case.seed}.json"
    document = {
        "family": case.family,
        "seed": case.seed,
        "differences": [str(difference) for difference in agreement.differences],
        **case.document(),
        "rows": list(rows),
    }
    file.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return file


def kept(file: Path) -> tuple[Case, Rows]:
    """Read a kept case and the mesh's answers to it."""
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    family, seed, rows = document["family"], document["seed"], document["rows"]
    if "files" in document:
        return ConfigurationCase(family=family, seed=seed, files=document["files"]), rows
    operations = tuple(StateOperation(**operation) for operation in document["operations"])
    resources = tuple(ResourceOperation(**one) for one in document.get("resources") or ())
    return ObjectCase(family=family, seed=seed, operations=operations, resources=resources), rows
