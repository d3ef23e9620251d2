"""Helm releases: chart, version and values as Terraform states them against what Helm wrote down in the cluster.

Helm keeps each revision of a release in a Secret of type helm.sh/release.v1: JSON, packed by gzip, in base64 twice.
Source: helm/helm pkg/storage/driver/secrets.go and util.go. The objects that a release made are Helm's to compare.
"""

import base64
import binascii
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from egress.drift.comparison import Drift, walk
from egress.drift.errors import DriftError
from egress.drift.live import RELEASES
from egress.terraform import Resource

Object = Mapping[str, Any]

LARGEST = 32 << 20
"""Bytes of one unpacked release; Kubernetes stores at most 1 MiB of it packed."""


_SECRET_NAME = re.compile(r"sh\.helm\.release\.v1\.(?P<release>.+)\.v[0-9]+")
"""How Helm names the Secret of a revision."""


@dataclass(frozen=True, kw_only=True)
class StatedRelease:
    """A helm_release of the stacks."""

    address: str
    namespace: str
    name: str
    chart: str
    version: str
    values: Mapping[str, Any]
    unread: str = ""
    """What else decides about its values, and is not read here."""


def stated_releases(resources: Sequence[Resource]) -> list[StatedRelease]:
    """Return the releases of the stacks."""
    return [_stated(each) for each in resources if each.type == "helm_release"]


def _stated(resource: Resource) -> StatedRelease:
    body = resource.body
    values: dict[str, Any] = {}
    for text in body.get("values") or ():
        values = _merged(values, yaml.safe_load(text) or {})
    unread = sorted(key for key in ("set", "set_list", "set_sensitive", "set_wo") if body.get(key))
    return StatedRelease(
        address=resource.qualified_address,
        namespace=str(body.get("namespace", "default")),
        name=str(body["name"]),
        chart=str(body["chart"]).rpartition("/")[2],
        version=str(body.get("version", "")),
        values=values,
        unread=", ".join(unread),
    )


def _merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Merge as Helm merges several files of values: maps by key, everything else as a whole."""
    merged = dict(first)
    for key, value in second.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = _merged(merged[key], value) if both else value
    return merged


def compare_releases(stated: Sequence[StatedRelease], live: Sequence[Object]) -> list[Drift]:
    """Return the differences of each release, and by name those that the input says nothing of.

    Secrets of namespaces without a stated release are not read: a tenant may write its own there.
    """
    around = {release.namespace for release in stated}
    secrets = [
        each
        for each in live
        if each.get("kind") == "Secret"
        and each.get("type") == RELEASES
        and each["metadata"].get("namespace") in around
    ]
    deployed, found = _deployed(secrets)
    unreadable = {(each.namespace, each.name) for each in found}
    for release in sorted(stated, key=lambda each: (each.namespace, each.name)):
        if not secrets:
            why = f"the input holds no Secret of type {RELEASES}"
            found.append(_drift(release, "not-compared", live=why))
        elif (release.namespace, release.name) not in deployed:
            if (release.namespace, release.name) not in unreadable:
                found.append(_drift(release, "missing"))
        else:
            found += _differences(release, deployed[release.namespace, release.name])
    ours = {(release.namespace, release.name) for release in stated}
    found += [
        Drift(what="foreign", kind="HelmRelease", namespace=namespace, name=name)
        for namespace, name in sorted(set(deployed) - ours)
        if namespace in around - {"kube-system"}
    ]
    return found


def _deployed(
    secrets: Sequence[Object],
) -> tuple[dict[tuple[str, str], Mapping[str, Any]], list[Drift]]:
    """Return the newest revision of each release, by namespace and name, and what cannot be read as one."""
    newest: dict[tuple[str, str], tuple[int, Mapping[str, Any]]] = {}
    unreadable: list[Drift] = []
    for secret in secrets:
        namespace, name = str(secret["metadata"].get("namespace", "")), str(secret["metadata"]["name"])
        try:
            release = _unpacked(secret)
        except DriftError as error:
            named = _SECRET_NAME.fullmatch(name)
            unreadable.append(
                Drift(
                    what="unreadable",
                    kind="HelmRelease",
                    namespace=namespace,
                    name=named["release"] if named else name,
                    place=f"Secret {name}",
                    live=str(error),
                )
            )
            continue
        key = namespace, str(release.get("name", ""))
        revision = release.get("version") or 0
        if key not in newest or revision > newest[key][0]:
            newest[key] = revision, release
    return {key: release for key, (_, release) in newest.items()}, unreadable


def _unpacked(secret: Object) -> Mapping[str, Any]:
    """Return what Helm wrote down. Raises DriftError where the Secret holds something else."""
    try:
        packed = base64.b64decode(base64.b64decode(secret["data"]["release"]))
        unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        text = unpacker.decompress(packed, LARGEST) if packed[:3] == b"\x1f\x8b\x08" else packed
        if unpacker.unconsumed_tail:
            raise DriftError(f"the release is larger than {LARGEST >> 20} MiB: it is not read")
        release = json.loads(text)
    except (KeyError, TypeError, ValueError, RecursionError, binascii.Error, zlib.error) as error:
        raise DriftError(f"this is no release as Helm writes it down: {error}") from error
    if not isinstance(release, Mapping) or not isinstance(release.get("version", 0), int):
        raise DriftError("this is no release as Helm writes it down")
    return release


def _differences(release: StatedRelease, live: Mapping[str, Any]) -> Iterator[Drift]:
    metadata = (live.get("chart") or {}).get("metadata") or {}
    for place, was in (("chart", release.chart), ("version", release.version)):
        is_ = metadata.get("name" if place == "chart" else "version")
        if was and was != is_:
            yield _drift(release, "changed", place=place, stated=was, live=is_)
    status = (live.get("info") or {}).get("status")
    if status != "deployed":
        yield _drift(release, "changed", place="status", stated="deployed", live=status)
    if release.unread:
        yield _drift(release, "not-compared", live=f"its values also come from {release.unread}")
        return
    for place, was, is_ in walk(
        "HelmRelease", "values", dict(release.values), dict(live.get("config") or {})
    ):
        yield _drift(release, "added" if was is None else "changed", place=place, stated=was, live=is_)


def _drift(
    release: StatedRelease, what: Any, *, place: str = "", stated: Any = None, live: Any = None
) -> Drift:
    return Drift(
        what=what,
        kind="HelmRelease",
        namespace=release.namespace,
        name=release.name,
        place=place,
        stated=stated,
        live=live,
        address=release.address,
    )
