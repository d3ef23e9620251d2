"""One request to the API server that somebody tries, and who must refuse it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Verb = Literal["create", "update", "replace", "delete", "deletecollection", "connect"]

ADMISSION, RBAC, CREATED, ANYBODY = "admission", "rbac", "no", "anybody"

TENANT = "a-tenant"
"""Who asks, where the entry names nobody: a member of the groups."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One request that one tries; nothing is stored (dry run)."""

    what: str
    by: tuple[str, ...]
    object: Mapping[str, Any]
    """The object to create; what to change of one (a JSON merge patch); else what names it."""
    refused: str
    verb: Verb = "create"
    subresource: str = ""
    """Such as `ephemeralcontainers`; for `connect` what is connected to, such as `exec`."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Of a connection, such as the container."""
    body: Mapping[str, Any] | None = None
    """What is sent to a subresource that is created, such as a TokenRequest."""
    user: str = TENANT
    field: str = ""
    """The dotted place, in a Pod's spec, of the one field that it is about."""

    def __str__(self) -> str:
        metadata = self.object["metadata"]
        place = "/".join(filter(None, (metadata.get("namespace", ""), metadata.get("name", ""))))
        kind = self.object["kind"] + (f"/{self.subresource}" if self.subresource else "")
        return f"{self.verb.upper()} {kind} {place}: {self.what}"


@dataclass(frozen=True, kw_only=True)
class Every:
    """Attempts that follow from a whole space: fields, keys, rights."""

    every: str
    by: tuple[str, ...]
    namespace: str
    of: str = ""
    """The stored Pod that the attempts change."""
    account: str = ""
    runs: tuple[str, ...] = ()
    """The image and the command of the workload that the account belongs to."""
    others: tuple[str, ...] = ()
    """Namespaces in which nothing is allowed."""
