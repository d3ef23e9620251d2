"""What a plan's configuration refers to, and what is known of it although its value is not."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from egress.review.inputs.not_yet_known import ABSENT, references_of

_INSTANCE = re.compile(r"\[(?:\d+|\"(?:[^\"\\]|\\.)*\")\]")
_MODULE = re.compile(r"module\.[^.\[]+(?:\[(?:\d+|\"(?:[^\"\\]|\\.)*\")\])?\.")


class PlanReferences:
    """The expressions of a plan's configuration and the planned values they refer to."""

    def __init__(self, root: Mapping[str, Any], bodies: Mapping[str, Mapping[str, Any]]) -> None:
        self._root = root
        self._bodies = bodies

    def expressions(self, address: str) -> Mapping[str, Any]:
        """The expressions of a resource; all instances of one share them."""
        return self._configured(address).get("expressions") or {}

    def provisioned(self, address: str) -> bool:
        """Whether a resource runs a provisioner; true where the configuration does not hold it."""
        found = self._configured(address)
        return not found or bool(found.get("provisioners"))

    def _configured(self, address: str) -> Mapping[str, Any]:
        scope, resource = _split(address)
        wanted = _INSTANCE.sub("", resource)
        for item in self._module(scope).get("resources") or ():
            if item["address"] == wanted:
                found: Mapping[str, Any] = item
                return found
        return {}

    def emails(self, address: str, references: Sequence[str]) -> list[str]:
        """The e-mail addresses of the service accounts among the references of a resource's expression."""
        scope, _ = _split(address)
        return self._emails(scope, references)

    def zone(self, address: str, references: Sequence[str]) -> str:
        """The name of the managed zone that a resource's expression refers to; empty where there is none."""
        scope, _ = _split(address)
        names = [
            str(body["name"])
            for reference in references
            if reference.startswith("google_dns_managed_zone.")
            and (body := self._bodies.get(scope + reference.rpartition(".")[0]))
            and body.get("name")
        ]
        return names[0] if len(names) == 1 else ""

    def _emails(self, scope: str, references: Sequence[str]) -> list[str]:
        found: list[str] = []
        for reference in references:
            if reference.startswith("var.") and scope:
                outer, stated = self._argument(scope, reference.removeprefix("var.").partition(".")[0])
                found += self._emails(outer, stated)
            owner, _, attribute = reference.rpartition(".")
            if attribute != "email" or not owner.startswith("google_service_account."):
                continue
            body = self._bodies.get(scope + owner) or {}
            if body.get("account_id") and body.get("project"):
                found.append(f"{body['account_id']}@{body['project']}.iam.gserviceaccount.com")
        return list(dict.fromkeys(found))

    def _argument(self, scope: str, variable: str) -> tuple[str, Sequence[str]]:
        """Where a module is called, and what the call's argument refers to there."""
        calls = _MODULE.findall(scope)
        outer = "".join(calls[:-1])
        call = (self._module(outer).get("module_calls") or {}).get(_name(calls[-1])) or {}
        expression = (call.get("expressions") or {}).get(variable, ABSENT)
        return outer, references_of(expression)

    def _module(self, scope: str) -> Mapping[str, Any]:
        module = self._root
        for call in _MODULE.findall(scope):
            calls = module.get("module_calls") or {}
            module = (calls.get(_name(call)) or {}).get("module") or {}
        return module


def _split(address: str) -> tuple[str, str]:
    """The module part of an address, with its last dot, and the rest."""
    scope = ""
    while match := _MODULE.match(address, len(scope)):
        scope += match[0]
    return scope, address[len(scope) :]


def _name(call: str) -> str:
    """`egress` of `module.egress["a"].`."""
    return _INSTANCE.sub("", call).removeprefix("module.").removesuffix(".")
