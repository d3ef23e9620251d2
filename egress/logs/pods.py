"""Which ServiceAccount is behind an address or a Pod's name: Pods as `kubectl get pods -A -o json` prints them."""

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from egress.logs.entry import Entry


class UnreadablePods(Exception):  # noqa: N818 - the message is the whole story
    """A file that is no list of Pods."""


class Lived(NamedTuple):
    """A Pod's time at an address."""

    since: str
    """When it started, as logs write times."""
    caller: str
    """NAMESPACE/sa/ACCOUNT."""


class Pods:
    """The Pods of one list. A line from before a Pod's start is of another Pod that had its address."""

    def __init__(self, items: list[Mapping[str, Any]]) -> None:
        self._by_name: dict[tuple[str, str], str] = {}
        self._by_address: dict[str, list[Lived]] = defaultdict(list)
        for item in items:
            metadata, spec, status = item["metadata"], item.get("spec") or {}, item.get("status") or {}
            caller = f"{metadata['namespace']}/sa/{spec.get('serviceAccountName') or 'default'}"
            self._by_name[metadata["namespace"], metadata["name"]] = caller
            if spec.get("hostNetwork") or not status.get("startTime"):
                continue
            for each in status.get("podIPs") or ({"ip": status.get("podIP")},):
                if each.get("ip"):
                    self._by_address[str(each["ip"])].append(Lived(status["startTime"], caller))
        for lived in self._by_address.values():
            lived.sort()

    def named(self, namespace: str, name: str) -> str:
        """Who a Pod runs as; empty for one that is not listed. Without a namespace, the only Pod of that name."""
        if namespace:
            return self._by_name.get((namespace, name), "")
        found = [caller for (_, pod), caller in self._by_name.items() if pod == name]
        return found[0] if len(found) == 1 else ""

    def at(self, address: str, time: str) -> str:
        """Who had an address at a time; empty where nobody of the list did."""
        found = ""
        for lived in self._by_address.get(address, ()):
            if time[:19] >= lived.since[:19]:
                found = lived.caller
        return found

    def caller(self, entry: Entry, *, at_gateway: bool) -> str:
        """Who asked, for a line without an identity.

        At a sidecar the writer's name alone counts: there an application can put another address into its headers.
        """
        if not at_gateway:
            return self.named(*entry.writer)
        return self.at(entry.remote_address.rpartition(":")[0], entry.start_time)


def read_pods(file: Path) -> Pods:
    """Read a list of Pods. Raises UnreadablePods."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        items = document["items"]
        if any(item.get("kind", "Pod") != "Pod" for item in items):
            raise UnreadablePods(f"{file}: it holds others than Pods")
        return Pods(items)
    except OSError as error:
        raise UnreadablePods(f"{file}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadablePods(
            f"{file}: it must be what `kubectl get pods --all-namespaces --output json` prints ({error})"
        ) from error
