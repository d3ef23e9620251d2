"""The proof's planted patches, applied to what the review reads."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from egress.proof.asking.stages import Stage, read_patches
from egress.proof.cluster.patches import merge
from egress.review.inputs.reading import read
from egress.review.inventory import Inventory
from egress.review.objects.kubernetes_object import KubernetesObject, kubernetes_object
from egress.review.objects.understood import check


def reviewed_stage(synthesized: Path, stage: Stage) -> Inventory:
    """The state of a stage, from the synthesis of its configuration."""
    return patched(read([synthesized]), read_patches(stage))


def patched(inventory: Inventory, entries: Iterable[Mapping[str, Any]]) -> Inventory:
    """An inventory with objects merged and added, as `egress/proof/cluster/patches.py` does it to the mesh."""
    objects = list(inventory.objects)
    for entry in entries:
        if "object" in entry:
            objects.append(kubernetes_object(entry["object"], "patch.yaml"))
            continue
        wanted = (entry["kind"], entry.get("namespace", ""), entry["name"])
        (place,) = [n for n, item in enumerate(objects) if (item.kind, item.namespace, item.name) == wanted]
        objects[place] = _merged(objects[place], entry["patch"])
    return replace(inventory, objects=check(objects))


def _merged(item: KubernetesObject, patch: Mapping[str, Any]) -> KubernetesObject:
    metadata = {
        "name": item.name,
        "namespace": item.namespace,
        "labels": dict(item.labels),
        "annotations": dict(item.annotations),
    }
    document = {
        "apiVersion": item.api_version,
        "kind": item.kind,
        "metadata": metadata,
        "spec": dict(item.spec),
    }
    return kubernetes_object(merge(document, patch), item.address)
