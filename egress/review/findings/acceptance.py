"""Accepted findings: config/<env>/accepted.yaml, with a reason and an end for each."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from egress.review.errors import ReviewError
from egress.review.findings.finding import Family, Finding, Kind, Level
from egress.review.locations.location import Place, relative
from egress.source import yaml_file

EXPIRED = Kind(
    code="EG401",
    name="acceptance-expired",
    family=Family.ACCEPTANCE,
    level=Level.ERROR,
    message="the acceptance of {code} {subject} ended on {until}",
    mend="mend the finding, or agree on a new end date",
)

UNUSED = Kind(
    code="EG402",
    name="acceptance-unused",
    family=Family.ACCEPTANCE,
    level=Level.WARNING,
    message="the acceptance of {code} {subject} accepts nothing: there is no such finding",
    mend="remove the acceptance",
)

KEYS = ("code", "subject", "reason", "until")
ANY_SUBJECT = "*"


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """One entry; `subject` is a finding's subject, or `*` for all of a code."""

    code: str
    subject: str
    reason: str
    until: datetime.date
    place: Place

    def covers(self, finding: Finding) -> bool:
        """True for a finding of its code and subject."""
        return finding.kind.code == self.code and self.subject in (finding.subject, ANY_SUBJECT)


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Findings after the acceptances: what stays open, what is accepted by which entry."""

    open: tuple[Finding, ...]
    accepted: tuple[tuple[Finding, Acceptance], ...]


def judge(findings: Iterable[Finding], acceptances: Iterable[Acceptance], today: datetime.date) -> Judged:
    """Set accepted findings apart; an expired or unused acceptance is a finding itself."""
    entries = list(acceptances)
    valid = [entry for entry in entries if entry.until >= today]
    still_open: list[Finding] = []
    accepted: list[tuple[Finding, Acceptance]] = []
    used: set[int] = set()
    for finding in findings:
        covering = [entry for entry in entries if entry.covers(finding)]
        used.update(id(entry) for entry in covering)
        entry = next((entry for entry in covering if entry in valid), None)
        if entry is None:
            still_open.append(finding)
        else:
            accepted.append((finding, entry))
    for entry in entries:
        facts = {"code": entry.code, "subject": entry.subject, "until": entry.until.isoformat()}
        if entry not in valid:
            still_open.append(Finding(kind=EXPIRED, facts=facts, place=entry.place))
        elif id(entry) not in used:
            still_open.append(Finding(kind=UNUSED, facts=facts, place=entry.place))
    return Judged(open=tuple(still_open), accepted=tuple(accepted))


def read_acceptances(file: Path, codes: Iterable[str]) -> list[Acceptance]:
    """Read a file. Raises ReviewError with every problem of it at once."""
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ReviewError(f"{file}: {error}") from error
    entries = (document or {}).get("accepted") if isinstance(document, dict | None) else None
    if not isinstance(entries, list) or set(document or {}) - {"accepted"}:
        raise ReviewError(f"{file}: expected one key `accepted` with a list")
    source = yaml_file.read(file)  # parsed once more: the tree that knows its lines keeps no dates
    known = set(codes)
    problems: list[str] = []
    found: list[Acceptance] = []
    for number, entry in enumerate(entries):
        wrong = _problems(entry, known)
        if wrong:
            problems += [f"{file}: accepted[{number}]: {problem}" for problem in wrong]
            continue
        found.append(
            Acceptance(
                code=entry["code"],
                subject=str(entry["subject"]),
                reason=str(entry["reason"]),
                until=entry["until"],
                place=Place(relative(file), source.line(("accepted", number)) or 1),
            )
        )
    if problems:
        raise ReviewError("\n".join(problems))
    return found


def _problems(entry: Any, codes: set[str]) -> list[str]:
    if not isinstance(entry, dict):
        return [f"expected {', '.join(KEYS)}"]
    found = [f"{key} is missing" for key in KEYS if not entry.get(key)]
    found += [f"unknown key {key!r}" for key in sorted(set(entry) - set(KEYS))]
    if entry.get("code") and entry["code"] not in codes:
        found.append(f"code {entry['code']!r} is none of {', '.join(sorted(codes))}")
    if entry.get("until") and not isinstance(entry["until"], datetime.date):
        found.append(f"until {entry['until']!r} is no date, for example 2027-06-30")
    return found
