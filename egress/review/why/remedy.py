"""What of a configuration decides on a request, and the smallest edit of its files that would grant it."""

import datetime
import difflib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from egress.checks.folder import DESTINATIONS, PLATFORM, TEAMS
from egress.checks.loading import load
from egress.config.configuration import Configuration, service_account, team_namespaces
from egress.config.days import DATES, today
from egress.config.destinations import Destination
from egress.config.http_paths import path_problem
from egress.config.team import Grant, HttpMethod, Team
from egress.derived import object_names
from egress.review.locations.location import Place, relative
from egress.review.request import Request
from egress.source.problem import ConfigurationError
from egress.source.source import Source
from egress.source.yaml_edit import CannotEdit, YamlText
from egress.source.yaml_file import read

LIFE = datetime.timedelta(days=90)
"""How long a proposed grant lasts where the platform wants an end."""

TO_FILL_IN: Mapping[str, str] = {
    "reason": "(say why)",
    "owner": "(say who answers for it)",
    "ticket": "(say where it was agreed)",
}


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A line of the configuration, and what it says about the request."""

    place: Place
    says: str

    def __str__(self) -> str:
        return f"{self.place} {self.says}"


@dataclass(kw_only=True)
class Remedy:
    """What decides, what to change, and what to know before; without a patch `unpatched` says why."""

    deciding: Statement | None = None
    patch: str = ""
    unpatched: str = ""
    notes: list[str] = field(default_factory=list)


class NoEdit(Exception):  # noqa: N818 - the message is the answer
    """There is no edit of the configuration that would grant the request."""


class Folder:
    """A configuration folder, as models and as texts."""

    def __init__(self, path: Path, environ: Mapping[str, str]) -> None:
        """Raises ConfigurationError."""
        self.path, self._environ = path, environ
        self.configuration: Configuration = load(path, environ)
        self.day = today(environ)
        self._sources: dict[str, Source] = {}

    def source(self, name: str) -> Source:
        """A file's data with its lines."""
        if name not in self._sources:
            self._sources[name] = read(self.path / name, dates=DATES)
        return self._sources[name]

    def place(self, name: str, *keys: str | int) -> Place:
        """The line of a key, or of the nearest one around it."""
        return Place(relative(self.path / name), self.source(name).line(keys) or 1)

    def grants(self, team: str) -> tuple[Grant, ...]:
        """A team's grants as its file counts them, the ended ones too."""
        stated = self.source(f"{TEAMS}/{team}.yaml").at(("grants",))
        return Team.model_validate({"grants": stated or []}, strict=False).grants

    def with_texts(self, texts: Mapping[str, str]) -> str:
        """What is wrong with the folder when some of its files hold other texts; empty where nothing is."""
        with tempfile.TemporaryDirectory() as scratch:
            copy = Path(scratch) / "config"
            shutil.copytree(self.path, copy)
            for name, text in texts.items():
                (copy / name).write_text(text, encoding="utf-8")
            try:
                load(copy, self._environ)
            except ConfigurationError as error:
                return error.problems[0].message
        return ""


class _Edits:
    """The texts that change."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._texts: dict[str, YamlText] = {}

    def of(self, name: str) -> YamlText:
        if name not in self._texts:
            self._texts[name] = YamlText((self._folder.path / name).read_text(encoding="utf-8"))
        return self._texts[name]

    @property
    def texts(self) -> dict[str, str]:
        return {name: text.text for name, text in self._texts.items()}

    def patch(self) -> str:
        """A unified diff for `git apply` in the current folder; for `patch -p1` in the folder where it is elsewhere."""
        return "".join(self._of(name, text) for name, text in sorted(self.texts.items()))

    def _of(self, name: str, text: str) -> str:
        below = relative(self._folder.path / name)
        file = name if Path(below).is_absolute() else below
        before = (self._folder.path / name).read_text(encoding="utf-8")
        lines = difflib.unified_diff(
            before.splitlines(keepends=True),
            text.splitlines(keepends=True),
            f"a/{file}",
            f"b/{file}",
        )
        return "".join(
            line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
        )


class Granting:
    """One request of one ServiceAccount, held against a configuration."""

    def __init__(self, folder: Folder, namespace: str, account: str, request: Request) -> None:
        self._folder, self._namespace, self._account, self._request = folder, namespace, account, request
        self._configuration = folder.configuration
        destinations = self._configuration.destinations
        self._by_identity = destinations.authorization == "by-identity"
        self._team = next(
            (
                name
                for name, team in self._configuration.teams.items()
                if namespace in team_namespaces(name, team)
            ),
            None,
        )
        self._key = next(
            (key for key, each in destinations.destinations.items() if request.host in (key, *each.also)),
            None,
        )
        self._edits = _Edits(folder)
        self._notes: list[str] = []

    def remedy(self) -> Remedy:
        """What decides, and the patch."""
        deciding = next(self._lacking(), None)
        if deciding is None:
            return Remedy(
                unpatched="the configuration grants this request: synthesize and deploy it, or look at that control"
            )
        try:
            self._edit()
            texts = self._edits.texts
            problem = self._folder.with_texts(texts)
            if problem:
                raise NoEdit(f"a grant of it would be refused: {problem}")
        except (NoEdit, CannotEdit) as error:
            return Remedy(deciding=deciding, unpatched=str(error), notes=self._notes)
        return Remedy(deciding=deciding, patch=self._edits.patch(), notes=self._notes)

    # What decides

    @property
    def _team_file(self) -> str:
        return f"{TEAMS}/{self._team}.yaml"

    def _says(self, name: str, says: str, *keys: str | int) -> Statement:
        return Statement(place=self._folder.place(name, *keys), says=says)

    def _lacking(self) -> Iterator[Statement]:
        """What the configuration lacks of a grant, the first thing first."""
        host, scheme = self._request.host, self._request.scheme
        if self._team is None:
            yield self._says(PLATFORM, f"{self._namespace} is the namespace of no team")
            return
        group = self._google_apis()
        if group:
            if self._team not in self._configuration.destinations.google_apis[group].visible_to:
                yield self._says(
                    DESTINATIONS,
                    f"shows {host} to others than {self._team}",
                    "google_apis",
                    group,
                    "visible_to",
                )
            return
        if self._key is None:
            yield self._says(DESTINATIONS, f"names no {host}", "destinations")
            return
        yield from self._lacking_way(self._destination, scheme)
        yield from self._lacking_grant(scheme)

    def _lacking_way(self, destination: Destination, scheme: str) -> Iterator[Statement]:
        place = ("destinations", str(self._key))
        port = destination.http_port if scheme == "http" else destination.https_port
        if scheme == "http" and destination.http == "closed":
            yield self._says(DESTINATIONS, "closes plain HTTP to the host", *place, "http")
        if scheme == "https" and destination.https is None:
            yield self._says(DESTINATIONS, "opens no HTTPS to the host", *place)
        if port != self._request.port:
            yield self._says(
                DESTINATIONS, f"reaches the host by {scheme} on port {port} alone", *place, f"{scheme}_port"
            )
        visible = destination.visible_to
        if visible is not None and self._team not in visible:
            yield self._says(
                DESTINATIONS, f"shows the host to others than {self._team}", *place, "visible_to"
            )

    def _lacking_grant(self, scheme: str) -> Iterator[Statement]:
        grants = [
            (number, grant)
            for number, grant in self._stated_grants()
            if grant.to == self._key and grant.scheme in (None, scheme)
        ]
        if self._configuration.destinations.authorization == "open":
            if not grants and self._destination.visible_to is None:
                yield self._says(self._team_file, f"grants no {self._key}", "grants")
            return
        if not self._by_identity and scheme == "https" and self._visible():
            return
        refusals = []
        for number, grant in grants:
            refusal = self._refusal(number, grant)
            if refusal is None:
                return
            refusals.append(refusal)
        # The grant that lacks least is the one that a person would look at.
        for _, statement in sorted(refusals, key=lambda each: each[0]):
            yield statement
        if not refusals:
            yield self._says(self._team_file, f"grants no {self._key} by {scheme}", "grants")

    def _visible(self) -> bool:
        return self._team in self._configuration.visible_to(str(self._key))

    def _stated_grants(self) -> Iterator[tuple[int, Grant]]:
        """The team's grants as its file counts them, the ended ones too."""
        yield from enumerate(self._folder.grants(str(self._team)))

    def _refusal(self, number: int, grant: Grant) -> tuple[int, Statement] | None:
        """What of a grant does not cover the request, and how far it is from doing so."""
        place = ("grants", number)
        accounts = {service_account(str(self._team), each) for each in grant.service_accounts}
        if self._by_identity and (self._namespace, self._account) not in accounts:
            said = f"grants it to {', '.join(grant.service_accounts)} only"
            return 3, self._says(self._team_file, said, *place, "service_accounts")
        if grant.until and grant.until < self._folder.day:
            return 0, self._says(self._team_file, f"ended the grant on {grant.until}", *place, "until")
        if self._request.scheme == "http" and grant.methods and self._request.method not in grant.methods:
            said = f"allows {', '.join(grant.methods)} only"
            return 1, self._says(self._team_file, said, *place, "methods")
        if self._request.scheme == "http" and grant.paths and not self._covered(grant):
            said = f"allows the path{'s' * (len(grant.paths) > 1)} {', '.join(grant.paths)} only"
            return 2, self._says(self._team_file, said, *place, "paths")
        return None

    @property
    def _path(self) -> str:
        return self._request.path.partition("?")[0]

    def _covered(self, grant: Grant) -> bool:
        path = self._path
        return any(
            path == each
            or (each.endswith("*") and path.startswith(each[:-1]))
            or (each.startswith("*") and path.endswith(each[1:]))
            for each in grant.paths
        )

    def _google_apis(self) -> str | None:
        groups = self._configuration.destinations.google_apis
        return next((name for name, group in groups.items() if self._request.host in group.hosts), None)

    @property
    def _destination(self) -> Destination:
        return self._configuration.destinations.destinations[str(self._key)]

    # The edit

    def _edit(self) -> None:
        if self._team is None:
            raise NoEdit(
                f"{self._namespace} belongs to no team: add teams/{self._namespace}.yaml with a workload, or name the "
                "namespace in a team's `namespaces`"
            )
        self._account_is_known()
        group = self._google_apis()
        if group:
            self._edits.of(DESTINATIONS).append(("google_apis", group, "visible_to"), self._team)
            return
        self._open_the_way()
        self._grant()

    def _account_is_known(self) -> None:
        team = self._configuration.teams[str(self._team)]
        known = {(each.namespace or self._team, name) for name, each in team.workloads.items()}
        known |= {service_account(str(self._team), each) for each in team.service_accounts}
        if self._by_identity and (self._namespace, self._account) not in known:
            names = ", ".join(sorted(f"{namespace}/{name}" for namespace, name in known)) or "none"
            raise NoEdit(
                f"the gateway lets ServiceAccounts of the team through, and {self._namespace}/{self._account} is none: "
                f"run the Pod as one of them ({names}), or add it to the team's `service_accounts`"
            )

    def _open_the_way(self) -> None:
        scheme, text = self._request.scheme, self._edits.of
        if self._key is None:
            if self._request.port != (80 if scheme == "http" else 443):
                raise NoEdit(
                    f"port {self._request.port} also needs network.firewall.egress_ports of platform.yaml: add the "
                    f"host with `{scheme}_port` by hand"
                )
            text(DESTINATIONS).put(("destinations",), self._request.host, self._new_destination(scheme))
            self._needs_identity_port(scheme)
            return
        destination, place = self._destination, ("destinations", self._key)
        if self._request.port != (destination.http_port if scheme == "http" else destination.https_port):
            raise NoEdit(
                f"the host is reached by {scheme} on another port: ask it there, or change `{scheme}_port`"
            )
        if scheme == "http" and destination.http == "closed":
            text(DESTINATIONS).put(place, "http", "originate-tls")
            self._notes.append("the gateway makes TLS of the plain HTTP: the site is reached on its TLS port")
        if scheme == "https" and destination.https is None:
            text(DESTINATIONS).put(place, "https", "identity" if self._by_identity else "pass-through")
            self._needs_identity_port(scheme)
        if destination.visible_to is not None and self._team not in destination.visible_to:
            text(DESTINATIONS).append((*place, "visible_to"), self._team)

    def _new_destination(self, scheme: str) -> dict[str, Any]:
        if scheme == "http":
            self._notes.append(
                "the gateway makes TLS of the plain HTTP: write `http: plain` where the site has none"
            )
            return {"http": "originate-tls"}
        return {"http": "closed", "https": "identity"} if self._by_identity else {"https": "pass-through"}

    def _needs_identity_port(self, scheme: str) -> None:
        gateway = self._configuration.platform.mesh.gateway
        if scheme == "https" and self._by_identity and not gateway.identity_https:
            self._edits.of(PLATFORM).put(("mesh", "gateway"), "identity_https", True)
            self._notes.append(
                "deploy the mesh stack before the egress stack: the gateway's Service gets a port"
            )

    def _grant(self) -> None:
        statement = next(self._lacking_grant(self._request.scheme), None) if self._key else None
        if self._key and statement is None:
            return
        ended = self._ended()
        if ended is not None:
            until = self._folder.day + LIFE
            self._edits.of(self._team_file).put(("grants", ended), "until", until)
            self._notes.append(f"agree on the new last day; {until} is 90 days from today")
            return
        self._edits.of(self._team_file).append(("grants",), self._new_grant())

    def _ended(self) -> int | None:
        """The grant that would cover the request if it had not ended."""
        for number, grant in self._stated_grants():
            if grant.to == self._key and grant.scheme in (None, self._request.scheme):
                refusal = self._refusal(number, grant)
                still = self._refusal(number, grant.model_copy(update={"until": None}))
                if refusal is not None and still is None:
                    return number
        return None

    def _new_grant(self) -> dict[str, Any]:
        scheme = self._request.scheme
        found: dict[str, Any] = {"to": self._key or self._request.host}
        destination = self._destination if self._key else None
        if self._by_identity:
            own = self._namespace == self._team
            found["service_accounts"] = [self._account if own else f"{self._namespace}/{self._account}"]
            if scheme == "https" or (destination and destination.https is not None):
                found["scheme"] = scheme
        elif destination and destination.https == "pass-through" and scheme == "http":
            found["scheme"] = "http"
        if scheme == "http" and self._configuration.destinations.authorization != "open":
            self._restrict(found)
        if self._configuration.destinations.authorization == "by-namespace":
            self._name(found)
        return found | self._stated_life()

    def _restrict(self, found: dict[str, Any]) -> None:
        """Grant what was asked and no more."""
        if self._by_identity:
            if self._request.method not in get_args(HttpMethod):
                raise NoEdit(f"no grant can name the method {self._request.method}")
            found["methods"] = [self._request.method]
        problem = path_problem(self._path)
        if problem:
            raise NoEdit(f"no grant can name the path {self._path}: {problem}")
        found["paths"] = [self._path]
        self._notes.append("the grant covers this request alone: widen `paths`, or leave it out, for more")

    def _name(self, found: dict[str, Any]) -> None:
        """By namespace each grant is a policy of its own, with a name of its own."""
        names = {
            object_names.authorization_policy(name, grant.to, grant.policy)
            for name, team in self._configuration.teams.items()
            for grant in team.grants
        } | {
            object_names.authorization_policy(str(self._team), grant.to, grant.policy)
            for _, grant in self._stated_grants()
        }
        name = object_names.authorization_policy(str(self._team), found["to"], None)
        if name in names:
            found["policy"] = next(
                f"{name[:60]}-{number}" for number in range(2, 1000) if f"{name[:60]}-{number}" not in names
            )

    def _stated_life(self) -> dict[str, Any]:
        """What the platform wants of each grant, to be filled in."""
        asked = self._configuration.platform.tenants.grants_state
        found: dict[str, Any] = {key: TO_FILL_IN[key] for key in asked if key in TO_FILL_IN}
        if found:
            self._notes.append("fill in what stands in round brackets")
        if "until" in asked:
            found["until"] = self._folder.day + LIFE
        return found
