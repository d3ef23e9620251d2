"""Terraform plans as `terraform show -json` prints them, one or several stacks'."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from egress.review.errors import ReviewError
from egress.review.inventory import Inventory
from egress.review.reading.resources import ResolvedResource, inventory_of
from egress.review.reading.terraform_shapes import one

ACCOUNT = "google_service_account"


def read_plans(files: Sequence[Path]) -> Inventory:
    """Read the planned values of plans. Raises ReviewError, also for a deciding value known only after apply."""
    resources: list[ResolvedResource] = []
    for file in files:
        document = json.loads(file.read_text(encoding="utf-8"))
        resources += _Plan(document, file).resources()
    return inventory_of(resources, ", ".join(map(str, files)))


DECIDING_UNKNOWNS = {
    "google_compute_firewall": (
        "allow",
        "deny",
        "destination_ranges",
        "source_ranges",
        "source_service_accounts",
        "target_service_accounts",
        "target_tags",
    ),
    "google_container_node_pool": ("node_config",),
    "google_dns_record_set": ("rrdatas", "managed_zone"),
    "kubernetes_manifest": ("manifest",),
    "helm_release": ("values", "chart", "name", "namespace"),
}
"""Attributes whose absence would change a verdict; other computed ones decide on nothing."""


class _Plan:
    def __init__(self, document: Mapping[str, Any], file: Path) -> None:
        self._file = file
        self._values = document.get("planned_values") or {}
        self._unknown = {
            change["address"]: (change.get("change") or {}).get("after_unknown") or {}
            for change in document.get("resource_changes") or ()
        }
        self._expressions = dict(_configured((document.get("configuration") or {}).get("root_module") or {}))
        self._bodies = {item["address"]: item.get("values") or {} for item in _planned(self._module())}

    def resources(self) -> list[ResolvedResource]:
        found = []
        for item in _planned(self._module()):
            if item.get("mode") == "data":
                continue
            body = self._filled(item)
            found.append(ResolvedResource(address=item["address"], type=item["type"], body=body))
        return found

    def _module(self) -> Mapping[str, Any]:
        return self._values.get("root_module") or {}

    def _filled(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """A resource's values; what is known only after apply is taken from the expression it comes from."""
        body = dict(item.get("values") or {})
        unknown = self._unknown.get(item["address"]) or {}
        for attribute in DECIDING_UNKNOWNS.get(item["type"], ()):
            if not _any_true(unknown.get(attribute)):
                continue
            resolved = self._account_references(item["address"], attribute)
            if attribute == "node_config" and resolved:
                body[attribute] = [{**one(body.get(attribute)), "service_account": resolved[0]}]
            elif attribute == "node_config":
                if _any_true(one(unknown.get(attribute)).get("service_account")):
                    self._refuse(item["address"], "node_config.service_account")
            elif attribute == "managed_zone" and (zone := self._zone(item["address"])):
                body[attribute] = zone
            elif resolved:
                body[attribute] = resolved
            else:
                self._refuse(item["address"], attribute)
        return body

    def _refuse(self, address: str, attribute: str) -> None:
        raise ReviewError(
            f"{self._file}: {address}: {attribute} is known only after the apply, and a verdict hangs on it; "
            "review cdktf.out instead"
        )

    def _references(self, address: str, attribute: str) -> list[str]:
        expression = self._expressions.get(address, {}).get(attribute)
        if isinstance(expression, list):
            expression = (expression[0] if expression else {}).get("service_account")
        return list((expression or {}).get("references") or ())

    def _account_references(self, address: str, attribute: str) -> list[str]:
        """The e-mail addresses of the service accounts that an attribute refers to."""
        found = []
        for reference in self._references(address, attribute):
            owner = ".".join(reference.split(".")[:2])
            body = self._bodies.get(owner)
            if (
                reference.endswith(".email")
                and owner.startswith(ACCOUNT + ".")
                and body
                and body.get("project")
            ):
                found.append(f"{body['account_id']}@{body['project']}.iam.gserviceaccount.com")
        return found

    def _zone(self, address: str) -> str:
        for reference in self._references(address, "managed_zone"):
            body = self._bodies.get(".".join(reference.split(".")[:2]))
            if body and body.get("name"):
                return str(body["name"])
        return ""


def _planned(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from module.get("resources") or ()
    for child in module.get("child_modules") or ():
        yield from _planned(child)


def _configured(module: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for item in module.get("resources") or ():
        yield item["address"], item.get("expressions") or {}


def _any_true(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_any_true(item) for item in value.values())
    if isinstance(value, list):
        return any(_any_true(item) for item in value)
    return value is True
