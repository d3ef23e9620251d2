"""Which of checkov's checks fail after a change and did not fail before."""

import json
from pathlib import Path
from typing import Any

from egress.review.errors import ReviewError
from egress.review.findings.change_kinds import POSTURE
from egress.review.findings.finding import Finding
from egress.review.inventory import Inventory

Failure = tuple[str, str]
"""A check and the resource as STACK/NAME."""


def new_failures(before: Path, after: Path, inventory: Inventory) -> list[Finding]:
    """The checks that fail in the second file alone. Raises ReviewError for a file that is no list of failures."""
    old, new = _read(before), _read(after)
    addresses = {
        f"{item.address.partition('.')[0]}/{item.address.rpartition('.')[2]}": item.address
        for item in inventory.resources
    }
    found = []
    for (check, resource), title in sorted(new.items()):
        if (check, resource) not in old:
            address = addresses.get(resource, resource)
            facts = {"subject": address, "check": check, "title": title}
            found.append(Finding(kind=POSTURE, facts=facts, addresses=(address,)))
    return found


def _read(file: Path) -> dict[Failure, str]:
    try:
        document: Any = json.loads(file.read_text(encoding="utf-8"))
        return {(each["check"], each["resource"]): each["title"] for each in document["failures"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReviewError(
            f"{file}: no list of checkov's failures: {error}; `python -m posture --stacks FOLDER` prints one"
        ) from error
