"""A configuration folder's YAML files, asked for the line that says something."""

from functools import cached_property
from pathlib import Path

from egress.checks.folder import find
from egress.config.days import DATES
from egress.review.locations.location import Place, relative
from egress.source.problem import Path as Keys
from egress.source.source import Source
from egress.source.yaml_file import read

HOSTS, GOOGLE_APIS = "destinations", "google_apis"


class Configuration:
    """Where a configuration says what; every question is answered with None where it says nothing of the sort."""

    def __init__(self, folder: Path) -> None:
        files = find(folder)
        self._platform = read(files.platform)
        self._destinations = read(files.destinations)
        self._teams = {path.stem: read(path, dates=DATES) for path in files.teams}

    @property
    def first(self) -> Place:
        """The first line of platform.yaml: for what stands nowhere, since its default applies."""
        return Place(relative(Path(self._platform.file)))

    def platform(self, *keys: str) -> Place | None:
        """A key of platform.yaml, or the nearest one around it that is written."""
        return _nearest(self._platform, keys)

    def stated(self, *keys: str) -> Place | None:
        """A key of platform.yaml where it is written itself."""
        return _at(self._platform, keys)

    def destinations(self, *keys: str) -> Place | None:
        """A key of destinations.yaml, or the nearest one around it that is written."""
        return _nearest(self._destinations, keys)

    def host(self, host: str, *keys: str) -> Place | None:
        """A host's entry or a key of it; a further host of a service stands in its `also`."""
        for entry in self._entries.get(host, ()):
            inside = _at(self._destinations, (*entry, *keys)) if keys else None
            also = _at(self._destinations, (*entry, "also")) if entry[-1] != host else None
            return inside or also or _at(self._destinations, entry)
        return None

    def entry(self, host: str) -> Place | None:
        """The whole entry that speaks of a host."""
        places = (_at(self._destinations, entry) for entry in self._entries.get(host, ()))
        return next((place for place in places if place), None)

    @cached_property
    def _entries(self) -> dict[str, list[Keys]]:
        """The entries that speak of a host, by their own name or by a further one."""
        found: dict[str, list[Keys]] = {}
        for group, further in ((HOSTS, "also"), (GOOGLE_APIS, "hosts")):
            entries = self._destinations.at((group,))
            for name in entries if isinstance(entries, dict) else ():
                for host in (name, *_texts(self._destinations, (group, name, further))):
                    found.setdefault(host, []).append((group, name))
        return found

    def team(self, namespace: str, *keys: str) -> Place | None:
        """A key of the file of the team that has a namespace; the file's first line without keys."""
        source = self._team(namespace)
        if source is None:
            return None
        return _at(source, keys) if keys else Place(relative(Path(source.file)))

    def workload(self, namespace: str, name: str) -> Place | None:
        """A workload, or a ServiceAccount of the team's own workloads."""
        source = self._team(namespace)
        if source is None:
            return None
        for number, account in enumerate(_texts(source, ("service_accounts",))):
            if self._account(source, account) == f"{namespace}/{name}":
                return _at(source, ("service_accounts", number))
        return _at(source, ("workloads", name))

    def grant(self, namespace: str, host: str, account: str = "", policy: str = "") -> Place | None:
        """The grant of a host to a team: the one that names the policy or the account, else the first."""
        source = self._team(namespace)
        grants = source.at(("grants",)) if source else None
        if source is None or not isinstance(grants, list):
            return None
        entries = {entry[-1] for entry in self._entries.get(host, ())}
        found: list[tuple[bool, int]] = []
        for number, grant in enumerate(grants):
            if isinstance(grant, dict) and grant.get("to") in entries:
                accounts = _texts(source, ("grants", number, "service_accounts"))
                named = f"{namespace}/{account}" in {self._account(source, one) for one in accounts}
                found.append((not (named or (policy and grant.get("policy") == policy)), number))
        return _at(source, ("grants", min(found)[1], "to")) if found else None

    def _team(self, namespace: str) -> Source | None:
        return self._namespaces.get(namespace)

    @cached_property
    def _namespaces(self) -> dict[str, Source]:
        further = {
            name: source for source in self._teams.values() for name in _texts(source, ("namespaces",))
        }
        return further | self._teams

    def _account(self, source: Source, reference: str) -> str:
        """NAMESPACE/NAME of a reference, which may leave out the team's first namespace."""
        return reference if "/" in reference else f"{Path(source.file).stem}/{reference}"


def _at(source: Source, keys: Keys) -> Place | None:
    line = source.lines.get(keys)
    return Place(relative(Path(source.file)), line) if line and keys else None


def _nearest(source: Source, keys: Keys) -> Place | None:
    candidates = (_at(source, keys[:length]) for length in range(len(keys), 0, -1))
    return next((place for place in candidates if place), None)


def _texts(source: Source, keys: Keys) -> list[str]:
    value = source.at(keys)
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []
