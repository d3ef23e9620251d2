"""Teams, hosts and grants as changes to an environment's files, not yet written."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from egress.checks.folder import DESTINATIONS, TEAMS
from egress.config.destinations import Destinations
from egress.config.team import Team
from egress.environments.entries import TEAM_ACCOUNT, Host, NewGrant, template
from egress.environments.errors import EnvironmentsError
from egress.environments.insertion import insert
from egress.source.nearest import nearest
from egress.source.source import Source
from egress.source.validation import validate
from egress.source.yaml_file import parse


class Additions:
    """What is to be written to one environment: each addition builds on those before it."""

    def __init__(self, folder: Path, files: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.files = dict(files or {})
        """The changed files' texts by name."""

    def team(self, name: str, account: str | None = None) -> None:
        """A team's file. Raises EnvironmentsError where the team has one."""
        if name in self._teams():
            raise EnvironmentsError(f"{self.folder / _file(name)}: there is such a team already")
        self.files[_file(name)] = template("team.yaml", {"team": name, "account": account or TEAM_ACCOUNT})

    def host(self, host: Host) -> None:
        """A host's entry; nothing where it is there already."""
        if not self.has_host(host.name):
            self._insert(DESTINATIONS, "destinations", host.entry())

    def has_host(self, name: str) -> bool:
        """Whether destinations.yaml names the host."""
        stated = self._source(DESTINATIONS).at(("destinations",))
        return isinstance(stated, dict) and name in stated

    def grant(self, team: str, grant: NewGrant) -> None:
        """A grant in a team's file, to its one ServiceAccount where none is named. Raises EnvironmentsError."""
        if team not in self._teams():
            raise EnvironmentsError(
                f"{self.folder / TEAMS}: there is no team {team}: {nearest(team, self._teams())}; "
                f"`egress add team {team}` makes it"
            )
        accounts = grant.service_accounts
        if not accounts and self._by_identity():
            accounts = self._accounts(team)
        entry = NewGrant(
            to=grant.to,
            service_accounts=accounts,
            scheme=grant.scheme,
            methods=grant.methods,
            paths=grant.paths,
        )
        self._insert(_file(team), "grants", entry.entry())

    def _accounts(self, team: str) -> Sequence[str]:
        """The team's only ServiceAccount: where there are several, a person has to choose."""
        found = validate(Team, self._source(_file(team))).model or Team()
        names = [*found.workloads, *found.service_accounts]
        if len(names) != 1:
            there = f"the team has {', '.join(names)}" if names else "the team has none yet"
            raise EnvironmentsError(
                f"{self.folder / _file(team)}: a grant is for ServiceAccounts: name one with "
                f"--service-account ({there})"
            )
        return names

    def _by_identity(self) -> bool:
        found = validate(Destinations, self._source(DESTINATIONS)).model
        return found is None or found.authorization == "by-identity"

    def _teams(self) -> set[str]:
        written = {path.stem for path in (self.folder / TEAMS).glob("*.yaml")}
        return written | {Path(name).stem for name in self.files if name.startswith(f"{TEAMS}/")}

    def _insert(self, name: str, key: str, entry: str) -> None:
        self.files[name] = insert(self.folder / name, self._text(name), key, entry)

    def _source(self, name: str) -> Source:
        source = Source(str(self.folder / name))
        parse(self._text(name).encode(), source)
        return source

    def _text(self, name: str) -> str:
        if name in self.files:
            return self.files[name]
        try:
            return (self.folder / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise EnvironmentsError(f"{self.folder / name}: cannot be read: {error}") from error


def _file(team: str) -> str:
    return f"{TEAMS}/{team}.yaml"
