"""The smallest edit of a configuration's files that would grant a request."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from egress.checks.folder import DESTINATIONS, PLATFORM, TEAMS
from egress.config.configuration import service_account
from egress.config.http_paths import path_problem
from egress.config.team import HttpMethod
from egress.derived import object_names
from egress.review.request import Request
from egress.review.why.folder import Edits, Folder
from egress.review.why.lacking import Lacking, Statement
from egress.source.yaml_edit import CannotEdit

LIFE = datetime.timedelta(days=90)
"""How long a proposed grant lasts where the platform wants an end."""

TO_FILL_IN: Mapping[str, str] = {
    "reason": "(say why)",
    "owner": "(say who answers for it)",
    "ticket": "(say where it was agreed)",
}


@dataclass(kw_only=True)
class Remedy:
    """What decides, what to change, and what to know before; without a patch `unpatched` says why."""

    deciding: Statement | None = None
    patch: str = ""
    unpatched: str = ""
    notes: list[str] = field(default_factory=list)


class NoEdit(Exception):  # noqa: N818 - the message is the answer
    """There is no edit of the configuration that would grant the request."""


class Granting:
    """The remedy of one request of one ServiceAccount."""

    def __init__(self, folder: Folder, namespace: str, account: str, request: Request) -> None:
        self._asks = Lacking(folder, namespace, account, request)
        self._edits = Edits(folder)
        self._notes: list[str] = []
        self._opens = False
        """Whether the patch opens a second scheme to a host that others reach by the first."""

    def remedy(self) -> Remedy:
        """What decides, and the patch."""
        deciding = next(self._asks.lacking(), None)
        if deciding is None:
            return Remedy(
                unpatched="the configuration grants this request already, so no grant is missing. Synthesize it and "
                "ask again; if the answer stays, the control above refuses it, and no grant changes that"
            )
        try:
            self._edit()
            texts = self._edits.texts
            problem = self._asks.folder.with_texts(texts)
            if problem:
                raise NoEdit(f"a grant of it would be refused: {problem}")
        except (NoEdit, CannotEdit) as error:
            return Remedy(deciding=deciding, unpatched=str(error), notes=self._notes)
        return Remedy(deciding=deciding, patch=self._edits.patch(), notes=self._notes)

    def _edit(self) -> None:
        if self._asks.team is None:
            raise NoEdit(
                f"{self._asks.namespace} belongs to no team: add teams/{self._asks.namespace}.yaml with a "
                "workload, or name the namespace in a team's `namespaces`"
            )
        self._account_is_known()
        group = self._asks.google_apis()
        if group:
            if self._asks.elsewhere:
                raise NoEdit(
                    f"a Google API is opened for no other scheme or port: ask {self._asks.elsewhere}"
                )
            self._edits.of(DESTINATIONS).append(("google_apis", group, "visible_to"), self._asks.team)
            return
        self._open_the_way()
        self._warn_of_unread()
        self._grant()

    def _account_is_known(self) -> None:
        team = self._asks.configuration.teams[str(self._asks.team)]
        known = {(each.namespace or self._asks.team, name) for name, each in team.workloads.items()}
        known |= {service_account(str(self._asks.team), each) for each in team.service_accounts}
        if self._asks.by_identity and (self._asks.namespace, self._asks.account) not in known:
            names = ", ".join(sorted(f"{namespace}/{name}" for namespace, name in known)) or "none"
            raise NoEdit(
                "the gateway lets ServiceAccounts of the team through, and "
                f"{self._asks.namespace}/{self._asks.account} is none: "
                f"run the Pod as one of them ({names}), or add it to the team's `service_accounts`"
            )

    def _open_the_way(self) -> None:
        scheme, text = self._asks.request.scheme, self._edits.of
        if self._asks.key is None:
            if self._asks.request.port != (80 if scheme == "http" else 443):
                raise NoEdit(
                    f"port {self._asks.request.port} also needs network.firewall.egress_ports of platform.yaml: "
                    f"add the host with `{scheme}_port` by hand"
                )
            text(DESTINATIONS).put(("destinations",), self._asks.request.host, self._new_destination(scheme))
            self._needs_identity_port(scheme)
            return
        destination, place = self._asks.destination, ("destinations", self._asks.key)
        if self._asks.request.port != (destination.http_port if scheme == "http" else destination.https_port):
            raise NoEdit(
                f"the host is reached by {scheme} on another port: ask it there, or change `{scheme}_port`"
            )
        if scheme == "http" and destination.http == "closed":
            text(DESTINATIONS).put(place, "http", "originate-tls")
            self._notes.append("the gateway makes TLS of the plain HTTP: the site is reached on its TLS port")
            self._keep("https")
        if scheme == "https" and destination.https is None:
            text(DESTINATIONS).put(place, "https", "identity" if self._asks.by_identity else "pass-through")
            self._needs_identity_port(scheme)
            self._keep("http")
        if destination.visible_to is not None and self._asks.team not in destination.visible_to:
            text(DESTINATIONS).append((*place, "visible_to"), self._asks.team)

    def _new_destination(self, scheme: str) -> dict[str, Any]:
        if scheme == "http":
            self._notes.append(
                "the gateway makes TLS of the plain HTTP: write `http: plain` where the site has none"
            )
            return {"http": "originate-tls"}
        return (
            {"http": "closed", "https": "identity"} if self._asks.by_identity else {"https": "pass-through"}
        )

    def _keep(self, scheme: str) -> None:
        """The other grants for the host stay with the scheme that was open: a second one is for who asks alone."""
        if self._asks.configuration.destinations.authorization == "open":
            return
        self._opens = True
        kept = 0
        for team in self._asks.configuration.teams:
            for number, grant in enumerate(self._asks.folder.grants(team)):
                if grant.to == self._asks.key and grant.scheme is None:
                    self._edits.of(f"{TEAMS}/{team}.yaml").put(("grants", number), "scheme", scheme)
                    kept += 1
        if kept:
            self._notes.append(
                f"`scheme: {scheme}` keeps the earlier grants for the host to what they allow today"
            )

    def _warn_of_unread(self) -> None:
        """What a grant of HTTPS opens beside the request: the gateway does not read what passes through it."""
        if self._asks.request.scheme != "https":
            return
        destination = self._asks.destination if self._asks.key else None
        way = destination.https if destination else None
        if way == "identity" or (way is None and self._asks.by_identity):
            who = "this ServiceAccount"
        else:
            who = "every Pod of the teams that see the host"
        self._notes.append(f"HTTPS passes the gateway unread: this opens every method and path, for {who}")

    def _needs_identity_port(self, scheme: str) -> None:
        gateway = self._asks.configuration.platform.mesh.gateway
        if scheme == "https" and self._asks.by_identity and not gateway.identity_https:
            self._edits.of(PLATFORM).put(("mesh", "gateway"), "identity_https", True)
            self._notes.append(
                "deploy the mesh stack before the egress stack: the gateway's Service gets a port"
            )

    def _grant(self) -> None:
        statement = (
            next(self._asks.lacking_grant(self._asks.request.scheme), None) if self._asks.key else None
        )
        if self._opens and (self._asks.by_identity or self._asks.request.scheme == "http"):
            self._edits.of(self._asks.team_file).append(("grants",), self._new_grant())
            return
        if self._asks.key and statement is None:
            return
        if self._seen_is_enough():
            return
        ended = self._ended()
        if ended is not None:
            until = self._asks.folder.day + LIFE
            self._edits.of(self._asks.team_file).put(("grants", ended), "until", until)
            self._notes.append(f"agree on the new last day; {until} is 90 days from today")
            return
        self._edits.of(self._asks.team_file).append(("grants",), self._new_grant())

    def _seen_is_enough(self) -> bool:
        """Whether a team that sees the host may ask it by HTTPS: a grant would open plain HTTP besides."""
        if self._asks.by_identity or self._asks.request.scheme == "http" or not self._asks.key:
            return False
        return self._asks.destination.visible_to is not None

    def _ended(self) -> int | None:
        """The grant that would cover the request if it had not ended."""
        for number, grant in self._asks.stated_grants():
            if grant.to == self._asks.key and grant.scheme in (None, self._asks.request.scheme):
                refusal = self._asks.refusal(number, grant)
                still = self._asks.refusal(number, grant.model_copy(update={"until": None}))
                if refusal is not None and still is None:
                    return number
        return None

    def _new_grant(self) -> dict[str, Any]:
        scheme = self._asks.request.scheme
        found: dict[str, Any] = {"to": self._asks.key or self._asks.request.host}
        destination = self._asks.destination if self._asks.key else None
        if self._asks.by_identity:
            own = self._asks.namespace == self._asks.team
            found["service_accounts"] = [
                self._asks.account if own else f"{self._asks.namespace}/{self._asks.account}"
            ]
            if scheme == "https" or (destination and destination.https is not None):
                found["scheme"] = scheme
        elif scheme == "https":
            self._notes.append(
                "`authorization` is not by-identity: a grant of HTTPS alone cannot be written, so the same grant opens "
                "plain HTTP to the host, every path of it"
            )
        elif destination and destination.https == "pass-through":
            found["scheme"] = "http"
        if scheme == "http" and self._asks.configuration.destinations.authorization != "open":
            self._restrict(found)
        if self._asks.configuration.destinations.authorization == "by-namespace":
            self._name(found)
        return found | self._stated_life()

    def _restrict(self, found: dict[str, Any]) -> None:
        """Grant what was asked and no more."""
        if self._asks.by_identity:
            if self._asks.request.method not in get_args(HttpMethod):
                raise NoEdit(f"no grant can name the method {self._asks.request.method}")
            found["methods"] = [self._asks.request.method]
        problem = path_problem(self._asks.path)
        if problem:
            raise NoEdit(f"no grant can name the path {self._asks.path}: {problem}")
        found["paths"] = [self._asks.path]
        self._notes.append("the grant covers this request alone: widen `paths`, or leave it out, for more")

    def _name(self, found: dict[str, Any]) -> None:
        """By namespace each grant is a policy of its own, with a name of its own."""
        names = {
            object_names.authorization_policy(name, grant.to, grant.policy)
            for name, team in self._asks.configuration.teams.items()
            for grant in team.grants
        } | {
            object_names.authorization_policy(str(self._asks.team), grant.to, grant.policy)
            for _, grant in self._asks.stated_grants()
        }
        name = object_names.authorization_policy(str(self._asks.team), found["to"], None)
        if name in names:
            found["policy"] = next(
                f"{name[:60]}-{number}" for number in range(2, 1000) if f"{name[:60]}-{number}" not in names
            )

    def _stated_life(self) -> dict[str, Any]:
        """What the platform wants of each grant, to be filled in."""
        asked = self._asks.configuration.platform.tenants.grants_state
        found: dict[str, Any] = {key: TO_FILL_IN[key] for key in asked if key in TO_FILL_IN}
        if found:
            self._notes.append("fill in what stands in round brackets")
        if "until" in asked:
            found["until"] = self._asks.folder.day + LIFE
        return found
