"""Mistakes planted into what the stacks say: a JSON merge patch (RFC 7396) per object, or an object more."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from egress.proof.cluster.deployment import Deployed
from egress.proof.cluster.objects import Addressed
from egress.proof.errors import ProofError


def patched(deployed: Deployed, patches: Sequence[Mapping[str, Any]]) -> Deployed:
    """Return what the stacks say with mistakes planted; an entry with `object` adds that object.

    Raises ProofError for a patch whose object does not exist.
    """
    objects = list(deployed.objects)
    for patch in patches:
        if "object" in patch:
            objects.append(Addressed(address="patch.yaml", object=copy.deepcopy(patch["object"])))
            continue
        wanted = (patch["kind"], patch.get("namespace", ""), patch["name"])
        places = [n for n, item in enumerate(objects) if item.key[1:] == wanted]
        if not places:
            raise ProofError(f"the patch names {' '.join(wanted)}, which the stacks do not hold")
        for place in places:
            item = objects[place]
            merged = merge(item.object, patch["patch"])
            objects[place] = Addressed(address=item.address, object=merged)
    return replace(deployed, objects=tuple(objects))


def merge(target: Any, patch: Any) -> Any:
    """Apply a JSON merge patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged
