"""What of a configuration decides on a request: the first thing that a grant of it lacks, with its line."""

from collections.abc import Iterator
from dataclasses import dataclass

from egress.checks.folder import DESTINATIONS, PLATFORM, TEAMS
from egress.config.configuration import service_account, team_namespaces
from egress.config.destinations import Destination
from egress.config.team import Grant
from egress.derived.istio.service_entry import METADATA_HOST
from egress.review.locations.location import Place
from egress.review.request import Request
from egress.review.why.folder import Folder


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A line of the configuration, and what it says about the request."""

    place: Place
    says: str

    def __str__(self) -> str:
        return f"{self.place} {self.says}"


class Lacking:
    """One request of one ServiceAccount, held against a configuration."""

    def __init__(self, folder: Folder, namespace: str, account: str, request: Request) -> None:
        self.folder, self.namespace, self.account, self.request = folder, namespace, account, request
        self.configuration = folder.configuration
        destinations = self.configuration.destinations
        self.by_identity = destinations.authorization == "by-identity"
        self.team = next(
            (
                name
                for name, team in self.configuration.teams.items()
                if namespace in team_namespaces(name, team)
            ),
            None,
        )
        self.key = next(
            (key for key, each in destinations.destinations.items() if request.host in (key, *each.also)),
            None,
        )

    @property
    def team_file(self) -> str:
        """The team's file in the folder."""
        return f"{TEAMS}/{self.team}.yaml"

    def _says(self, name: str, says: str, *keys: str | int) -> Statement:
        return Statement(place=self.folder.place(name, *keys), says=says)

    def lacking(self) -> Iterator[Statement]:
        """What the configuration lacks of a grant, the first thing first."""
        host, scheme = self.request.host, self.request.scheme
        if self.team is None:
            yield self._says(PLATFORM, f"{self.namespace} is the namespace of no team")
            return
        group = self.google_apis()
        if group:
            if self.elsewhere:
                said = f"opens {self.elsewhere} alone"
                yield self._says(DESTINATIONS, said, "google_apis", group, "hosts")
            if self.team not in self.configuration.destinations.google_apis[group].visible_to:
                yield self._says(
                    DESTINATIONS,
                    f"shows {host} to others than {self.team}",
                    "google_apis",
                    group,
                    "visible_to",
                )
            return
        if self.key is None:
            yield self._says(DESTINATIONS, f"names no {host}", "destinations")
            return
        yield from self._lacking_way(self.destination, scheme)
        yield from self.lacking_grant(scheme)

    def _lacking_way(self, destination: Destination, scheme: str) -> Iterator[Statement]:
        place = ("destinations", str(self.key))
        port = destination.http_port if scheme == "http" else destination.https_port
        if scheme == "http" and destination.http == "closed":
            yield self._says(DESTINATIONS, "closes plain HTTP to the host", *place, "http")
        if scheme == "https" and destination.https is None:
            yield self._says(DESTINATIONS, "opens no HTTPS to the host", *place)
        if port != self.request.port:
            yield self._says(
                DESTINATIONS, f"reaches the host by {scheme} on port {port} alone", *place, f"{scheme}_port"
            )
        visible = destination.visible_to
        if visible is not None and self.team not in visible:
            yield self._says(DESTINATIONS, f"shows the host to others than {self.team}", *place, "visible_to")

    def lacking_grant(self, scheme: str) -> Iterator[Statement]:
        """What the team's grants for the host do not cover; nothing where one of them covers the request."""
        grants = [
            (number, grant)
            for number, grant in self.stated_grants()
            if grant.to == self.key and grant.scheme in (None, scheme)
        ]
        if self.configuration.destinations.authorization == "open":
            if not grants and self.destination.visible_to is None:
                yield self._says(self.team_file, f"grants no {self.key}", "grants")
            return
        if not self.by_identity and scheme == "https" and self._visible():
            return
        refusals = []
        for number, grant in grants:
            refusal = self.refusal(number, grant)
            if refusal is None:
                return
            refusals.append(refusal)
        # The grant that lacks least is the one that a person would look at.
        for _, statement in sorted(refusals, key=lambda each: each[0]):
            yield statement
        if not refusals:
            yield self._says(self.team_file, f"grants no {self.key} by {scheme}", "grants")

    def _visible(self) -> bool:
        return self.team in self.configuration.visible_to(str(self.key))

    def stated_grants(self) -> Iterator[tuple[int, Grant]]:
        """The team's grants as its file counts them, the ended ones too."""
        yield from enumerate(self.folder.grants(str(self.team)))

    def refusal(self, number: int, grant: Grant) -> tuple[int, Statement] | None:
        """What of a grant does not cover the request, and how far it is from doing so."""
        place = ("grants", number)
        accounts = {service_account(str(self.team), each) for each in grant.service_accounts}
        if self.by_identity and (self.namespace, self.account) not in accounts:
            said = f"grants it to {', '.join(grant.service_accounts)} only"
            return 3, self._says(self.team_file, said, *place, "service_accounts")
        if grant.until and grant.until < self.folder.day:
            return 0, self._says(self.team_file, f"ended the grant on {grant.until}", *place, "until")
        if self.request.scheme == "http" and grant.methods and self.request.method not in grant.methods:
            said = f"allows {', '.join(grant.methods)} only"
            return 1, self._says(self.team_file, said, *place, "methods")
        if self.request.scheme == "http" and grant.paths and not self._covered(grant):
            said = f"allows the path{'s' * (len(grant.paths) > 1)} {', '.join(grant.paths)} only"
            return 2, self._says(self.team_file, said, *place, "paths")
        return None

    @property
    def path(self) -> str:
        """The path without its query, as policies compare it."""
        return self.request.path.partition("?")[0]

    def _covered(self, grant: Grant) -> bool:
        path = self.path
        return any(
            path == each
            or (each.endswith("*") and path.startswith(each[:-1]))
            or (each.startswith("*") and path.endswith(each[1:]))
            for each in grant.paths
        )

    def google_apis(self) -> str | None:
        """The group of Google API hosts that names the host."""
        groups = self.configuration.destinations.google_apis
        return next((name for name, group in groups.items() if self.request.host in group.hosts), None)

    @property
    def elsewhere(self) -> str:
        """Where a Google API host is reached, as URL and port; empty where the request goes there."""
        scheme, port = ("http", 80) if self.request.host == METADATA_HOST else ("https", 443)
        there = (self.request.scheme, self.request.port) == (scheme, port)
        return "" if there else f"{scheme}://{self.request.host}/ (port {port})"

    @property
    def destination(self) -> Destination:
        """The host's entry, where it has one."""
        return self.configuration.destinations.destinations[str(self.key)]
