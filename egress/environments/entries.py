"""What a new team, a new host and a new grant look like as YAML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from string import Template

TEAM_ACCOUNT = "client"
"""The first ServiceAccount of a new team, where none is named."""


def template(name: str, values: Mapping[str, str]) -> str:
    """A file of a new environment, filled in."""
    text = files("egress.environments").joinpath("templates", name).read_text(encoding="utf-8")
    return Template(text).substitute(values)


@dataclass(frozen=True, kw_only=True)
class Host:
    """A new outside host."""

    name: str
    http: str
    https: str | None
    also: Sequence[str] = ()

    def entry(self) -> str:
        """Its entry in destinations.yaml."""
        return "\n".join(
            [
                f"{self.name}:",
                *([f"  also: [{', '.join(self.also)}]"] if self.also else []),
                f"  http: {self.http}",
                *([f"  https: {self.https}"] if self.https else []),
            ]
        )


@dataclass(frozen=True, kw_only=True)
class NewGrant:
    """A new grant of a team."""

    to: str
    service_accounts: Sequence[str]
    scheme: str | None = None
    methods: Sequence[str] = ()
    paths: Sequence[str] = ()

    def entry(self) -> str:
        """Its entry in the team's file."""
        lists = {"service_accounts": self.service_accounts, "methods": self.methods, "paths": self.paths}
        return "\n".join(
            [
                f"- to: {self.to}",
                *(f"  {key}: [{', '.join(values)}]" for key, values in lists.items() if values),
                *([f"  scheme: {self.scheme}"] if self.scheme else []),
            ]
        )
