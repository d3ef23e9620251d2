"""Terraform plans as `terraform show -json` prints them, one or several stacks'.

What counts is the planned state: what is deleted is gone, what is moved or replaced stands once, and what is forgotten
(`removed` with `destroy = false`) stays as it was, since Terraform leaves it where it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from egress.review.errors import ReviewError
from egress.review.inputs.documents import json_of
from egress.review.inputs.drift import drifted
from egress.review.inputs.not_yet_known import ABSENT, Leaf, NotYetKnown, leaves, overlay, refuse_unknown
from egress.review.inputs.plan_references import PlanReferences
from egress.review.inputs.plan_shape import check_shape
from egress.review.inputs.plan_statements import beside_resources
from egress.review.inputs.resources import ResolvedResource, inventory_of
from egress.review.inventory import Beside, Inventory
from egress.review.objects.understood import decides, deciding_part


def read_plans(files: Sequence[Path], *, strict: bool = False) -> Inventory:
    """Read the planned values of plans. Raises ReviewError, also for a deciding value known only after apply."""
    resources: list[ResolvedResource] = []
    changed: list[str] = []
    beside: list[Beside] = []
    for file in files:
        document = json_of(file)
        _whole(document, file)
        resources += _Plan(document, file).resources()
        changed += drifted(document)
        beside += beside_resources(document)
    inventory = inventory_of(resources, ", ".join(map(str, files)), strict=strict)
    for item in inventory.objects:
        if decides(item):
            refuse_unknown((item.labels, deciding_part(item)))
    return replace(inventory, drifted=tuple(changed), beside=tuple(beside), planned=True)


def _whole(document: Mapping[str, Any], file: Path) -> None:
    """Raise ReviewError for what is no plan, and for one that does not hold the whole planned state."""
    if not isinstance(document, Mapping) or "planned_values" not in document:
        raise ReviewError(f"{file}: no plan as `terraform show -json` prints it")
    version = str(document.get("format_version") or "")
    if version.partition(".")[0] not in ("0", "1"):
        raise ReviewError(f"{file}: the plan's format_version is {version!r}; 1.x is read here")
    check_shape(document, file)
    if document.get("errored"):
        raise ReviewError(f"{file}: the plan failed and holds only a part of what will be; plan again")
    if document.get("complete") is False:
        raise ReviewError(
            f"{file}: the plan holds only a part of what will be (-target, or deferred changes); plan the whole stack"
        )
    prior = ((document.get("prior_state") or {}).get("values") or {}).get("root_module")
    if prior and "resource_changes" not in document and not document["planned_values"].get("root_module"):
        raise ReviewError(f"{file}: a plan of -refresh-only holds no planned values; plan without it")


class _Plan:
    def __init__(self, document: Mapping[str, Any], file: Path) -> None:
        self._file = file
        # What is deposed has the address of what takes its place, and goes with the apply.
        changes = [change for change in document.get("resource_changes") or () if "deposed" not in change]
        self._changes = {change["address"]: change.get("change") or {} for change in changes}
        # Some releases list what is forgotten among the planned values, without values of its own.
        forgotten = [
            change for change in changes if (change.get("change") or {}).get("actions") == ["forget"]
        ]
        self._forgotten = [
            ResolvedResource(
                address=item["address"], type=item["type"], body=dict(item["change"].get("before") or {})
            )
            for item in forgotten
        ]
        gone = {item["address"] for item in forgotten}
        root = (document.get("planned_values") or {}).get("root_module") or {}
        self._planned = [
            item for item in _planned(root) if item.get("mode") != "data" and item["address"] not in gone
        ]
        configuration = (document.get("configuration") or {}).get("root_module") or {}
        self._references = PlanReferences(
            configuration, {item["address"]: item.get("values") or {} for item in self._planned}
        )

    def resources(self) -> list[ResolvedResource]:
        return [
            ResolvedResource(
                address=item["address"],
                type=item["type"],
                body=self._body(item),
                provisioned=self._references.provisioned(item["address"]),
            )
            for item in self._planned
        ] + self._forgotten

    def _body(self, item: Mapping[str, Any]) -> dict[str, Any]:
        body = dict(item.get("values") or {})
        unknown = (self._changes.get(item["address"]) or {}).get("after_unknown")
        if not unknown:
            return body
        if not isinstance(unknown, Mapping):
            raise ReviewError(
                f"{self._file}: {item['address']}: after_unknown: no block of fields; print the plan again"
            )
        stated = self._references.expressions(item["address"])
        found = [
            leaf for key, value in unknown.items() for leaf in leaves(value, stated.get(key, ABSENT), (key,))
        ]
        try:
            return overlay(body, item["type"], found, lambda leaf: self._mark(item, leaf, found))
        except (TypeError, IndexError, KeyError) as error:
            told = "after_unknown: does not fit the planned values; print the plan again"
            raise ReviewError(f"{self._file}: {item['address']}: {told}") from error

    def _mark(self, item: Mapping[str, Any], leaf: Leaf, unknown: Sequence[Leaf]) -> Any:
        """The value where the plan tells it another way, else what refuses to be read.

        As many accounts as elements are those accounts; that a function changes an address is not to be seen.
        """
        address: str = item["address"]
        attribute = leaf.path[0]
        beside = [other.path for other in unknown if other.path[0] == attribute]
        if attribute in ("target_service_accounts", "source_service_accounts"):
            emails = self._references.emails(address, leaf.references)
            if len(leaf.path) > 1 and len(emails) == len(beside):
                return emails[beside.index(leaf.path)]
        elif leaf.path[-1] == "service_account":
            emails = self._references.emails(address, leaf.references)
            if len(emails) == 1:
                return emails[0]
        elif item["type"] == "google_dns_record_set" and attribute == "managed_zone":
            return self._references.zone(address, leaf.references) or self._refused(address, leaf)
        return self._refused(address, leaf)

    def _refused(self, address: str, leaf: Leaf) -> NotYetKnown:
        return NotYetKnown(
            f"{self._file}: {address}: {_spoken(leaf.path)} is known only after the apply, and a verdict hangs on it; "
            "review cdktf.out instead"
        )


def _spoken(path: Sequence[str | int]) -> str:
    """`spec[0].egress[1].to`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def _planned(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from module.get("resources") or ()
    for child in module.get("child_modules") or ():
        yield from _planned(child)
