"""The audit list: each grant with who, what, since when, why, until when, and the runs that proved it."""

import hashlib
import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from egress.checks.folder import TEAMS
from egress.config.configuration import granted_schemes, service_account
from egress.config.team import Grant
from egress.review.errors import ReviewError
from egress.review.grants.due import stated_grants
from egress.review.why.folder import Folder

EVERYBODY = "every workload of the namespace"
SITE = "outside through the gateway"
"""How the proof names the end of a request that its site answered."""


@dataclass(frozen=True, kw_only=True)
class Commit:
    """Who wrote a line, and when."""

    hash: str
    author: str
    day: str


@dataclass(frozen=True, kw_only=True)
class GrantEvidence:
    """One grant as an auditor reads it."""

    team: str
    who: tuple[str, ...]
    """NAMESPACE/ACCOUNT, or the namespace as a whole."""
    host: str
    schemes: tuple[str, ...]
    methods: tuple[str, ...]
    paths: tuple[str, ...]
    place: str
    since: Commit | None
    """The commit that wrote the grant's first line; None where git does not know the file."""
    changed: Commit | None
    """The latest commit of any of its lines."""
    reason: str
    owner: str
    ticket: str
    until: str
    ended: bool
    proven: tuple[str, ...]
    """Rows of a proof that reached the host as the grant says, `IDENTITY METHOD URL: got`."""


@dataclass(frozen=True, kw_only=True)
class AuditList:
    """The list, and what it was made from."""

    environment: str
    commit: str
    """Of the checkout; with `+` where its files differ from it; empty outside git."""
    today: str
    runs: tuple[str, ...]
    """The proofs that were given, FILE (sha256 ...)."""
    grants: tuple[GrantEvidence, ...]


class _Row(NamedTuple):
    identity: str
    request: str
    got: str
    ended: str


def audit_list(folder: Folder, proofs: Sequence[Path]) -> AuditList:
    """The evidence of every grant of a configuration. Raises ReviewError for a proof that cannot be read."""
    rows, runs = [], []
    for file in proofs:
        found, digest = _rows(file)
        rows += found
        runs.append(f"{file.name} (sha256 {digest})")
    return AuditList(
        environment=folder.path.name,
        commit=_head(folder.path),
        today=folder.day.isoformat(),
        runs=tuple(runs),
        grants=tuple(_of(folder, team, number, grant, rows) for team, number, grant in stated_grants(folder)),
    )


def _of(folder: Folder, team: str, number: int, grant: Grant, rows: Sequence[_Row]) -> GrantEvidence:
    name = f"{TEAMS}/{team}.yaml"
    accounts = [service_account(team, each) for each in grant.service_accounts]
    who = tuple(f"{namespace}/{account}" for namespace, account in accounts) or (f"{team}: {EVERYBODY}",)
    schemes = granted_schemes(grant, folder.configuration.destinations.destinations[grant.to])
    first, last = _lines(folder, name, number)
    commits = _blame(folder.path / name, first, last)
    ended = bool(grant.until and grant.until < folder.day)
    return GrantEvidence(
        team=team,
        who=who,
        host=grant.to,
        schemes=tuple(schemes),
        methods=grant.methods,
        paths=grant.paths,
        place=str(folder.place(name, "grants", number)),
        since=commits[0] if commits else None,
        changed=max(commits, key=lambda each: each.day) if commits else None,
        reason=grant.reason or "",
        owner=grant.owner or "",
        ticket=grant.ticket or "",
        until=grant.until.isoformat() if grant.until else "",
        ended=ended,
        proven=() if ended else tuple(_proven(team, accounts, grant, schemes, rows)),
    )


def _proven(
    team: str,
    accounts: Sequence[tuple[str, str]],
    grant: Grant,
    schemes: Sequence[str],
    rows: Sequence[_Row],
) -> list[str]:
    """The rows of this grant's callers, host and schemes that the site itself answered."""
    names = {f"{namespace}/{middle}{account}" for namespace, account in accounts for middle in ("", "sa/")}
    found = []
    for row in rows:
        method, _, url = row.request.partition(" ")
        theirs = row.identity in names if accounts else row.identity.partition("/")[0] == team
        asked = any(
            url == f"{scheme}://{grant.to}" or url.startswith(f"{scheme}://{grant.to}/") for scheme in schemes
        )
        # A row that goes around the sidecar, or to another address, has more words than these two.
        plain = " " not in url and (not grant.methods or method in grant.methods)
        if theirs and asked and plain and row.ended.startswith(SITE):
            found.append(f"{row.identity} {row.request}: {row.got}")
    return list(dict.fromkeys(found))


def _lines(folder: Folder, name: str, number: int) -> tuple[int, int]:
    """The first and the last line of a grant."""
    lines = [line for path, line in folder.source(name).lines.items() if path[:2] == ("grants", number)]
    return min(lines), max(lines)


def _git(folder: Path, *arguments: str) -> str | None:
    """What git prints; None where there is no git, or no repository, or no such file in it."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def _head(folder: Path) -> str:
    head = _git(folder, "rev-parse", "HEAD")
    if head is None:
        return ""
    return head.strip() + ("+" if _git(folder, "status", "--porcelain", "--", ".") else "")


def _blame(file: Path, first: int, last: int) -> list[Commit]:
    """The commits of some lines, in the order of the lines; lines that are not committed are left out."""
    told = _git(file.parent, "blame", "--line-porcelain", "-L", f"{first},{last}", "--", file.name) or ""
    found: list[Commit] = []
    fields: dict[str, str] = {}
    for line in told.split("\n"):
        if line.startswith("\t"):
            if set(fields["hash"]) != {"0"}:
                day = _day(int(fields["author-time"]))
                found.append(Commit(hash=fields["hash"], author=fields["author"], day=day))
            fields = {}
        elif not fields:
            fields["hash"] = line.partition(" ")[0]
        else:
            key, _, value = line.partition(" ")
            fields[key] = value
    return found


def _day(seconds: int) -> str:
    import datetime

    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).date().isoformat()


def _rows(file: Path) -> tuple[list[_Row], str]:
    """The rows of `prove --format json`, and the file's digest. Raises ReviewError."""
    try:
        content = file.read_bytes()
        document: Any = json.loads(content)
        rows = [_Row(*(str(row[key]) for key in _Row._fields)) for row in document["rows"]]
    except OSError as error:
        raise ReviewError(f"--proof {file}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ReviewError(f"--proof {file}: must be what `prove --format json` prints") from error
    return rows, hashlib.sha256(content).hexdigest()
