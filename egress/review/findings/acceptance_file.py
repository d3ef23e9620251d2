"""accepted.yaml as a file: its model, its limits, and every problem of it at once."""

import datetime
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from egress.config.days import DATES, day
from egress.review.errors import ReviewError
from egress.review.findings.acceptance import Acceptance
from egress.review.findings.finding import Kind, Level
from egress.review.findings.standing import CONTROLS, NOTHING, WORDS
from egress.review.locations.location import Place, relative
from egress.source.model import ConfigModel
from egress.source.nearest import nearest
from egress.source.patterns import matching
from egress.source.problem import Problem
from egress.source.source import Source
from egress.source.validation import File, validate
from egress.source.yaml_file import read

LONGEST = datetime.timedelta(days=366)
"""How far ahead an acceptance may end: somebody looks again at least once a year."""


def _control(text: str) -> str:
    """A control of the allow-list. Raises ValueError with the nearest one."""
    if text not in CONTROLS and text != NOTHING:
        raise ValueError(f"the review checks no such control: {nearest(text, WORDS)}")
    return text


class Entry(ConfigModel):
    """One accepted finding."""

    code: Annotated[str, matching(r"^EG[0-9]{3}$", "a code of docs/findings, for example EG101")]
    """The finding's code, as `python -m egress findings` prints it."""
    subject: Annotated[str, matching(r"\S", "the finding's subject")]
    """The one subject that is accepted, as `findings --format json` prints it; there are no wildcards."""
    leans_on: tuple[
        Annotated[str, AfterValidator(_control), WithJsonSchema({"type": "string", "enum": list(WORDS)})], ...
    ] = ()
    """The controls that make it acceptable. When one of them is gone, the acceptance is void."""
    reason: Annotated[str, matching(r"\S", "a sentence that says why this is meant to be so")]
    """Why it is meant to be so."""
    # Editors read an unquoted date as a date or as text; the schema takes both.
    until: Annotated[datetime.date, BeforeValidator(day), WithJsonSchema({"format": "date"})]
    """The day it ends, at most 366 days ahead, for example 2027-06-30."""


class AcceptedFile(ConfigModel):
    """Findings of the review that are meant to be so."""

    accepted: tuple[Entry, ...]
    """One entry for each finding."""


def read_acceptances(
    file: Path, kinds: Collection[Kind], today: datetime.date | None = None
) -> list[Acceptance]:
    """Read a file. Raises ReviewError with every problem of it at once."""
    checked = validate(AcceptedFile, read(file, dates=DATES))
    day = today or datetime.datetime.now(tz=datetime.UTC).date()
    problems = [*checked.problems, *_judged(checked, {kind.code: kind for kind in kinds}, day)]
    if problems:
        raise ReviewError(_told(file, sorted(dict.fromkeys(problems), key=lambda each: each.line or 0)))
    entries = checked.model.accepted if checked.model else ()
    return [_acceptance(entry, number, checked.source) for number, entry in enumerate(entries)]


def _acceptance(entry: Entry, number: int, source: Source) -> Acceptance:
    return Acceptance(
        code=entry.code,
        subject=entry.subject,
        leans_on=tuple(control for control in entry.leans_on if control != NOTHING),
        reason=entry.reason,
        until=entry.until,
        place=Place(relative(Path(source.file)), source.line(("accepted", number)) or 1),
    )


def _told(file: Path, problems: list[Problem]) -> str:
    count = len(problems)
    summary = f"{count} {'problem' if count == 1 else 'problems'} in {file}; nothing was judged."
    return "\n".join([*map(str, problems), summary])


def _judged(file: File[AcceptedFile], kinds: dict[str, Kind], today: datetime.date) -> Iterator[Problem]:
    """What one field cannot know, of every entry that is sound so far."""
    stated = file.source.at(("accepted",))
    positions = range(len(stated)) if isinstance(stated, list) else ()
    sound = [number for number in positions if ("accepted", number) not in file.removed]
    seen: dict[tuple[str, str], int] = {}
    for number, entry in zip(sound, file.model.accepted if file.model else (), strict=False):
        at = ("accepted", number)
        kind = kinds.get(entry.code)
        if kind is None:
            message = f"there is no such finding to accept: {nearest(entry.code, kinds)}"
            yield file.problem((*at, "code"), message)
        elif kind.level is not Level.NOTE and not file.source.has((*at, "leans_on")):
            level = "an error" if kind.level is Level.ERROR else "a warning"
            message = (
                f"{entry.code} is {level}: add `leans_on:` with the controls that make it acceptable "
                f"({', '.join(WORDS)})"
            )
            yield file.problem(at, message)
        if file.source.at((*at, "leans_on")) == []:
            yield file.problem((*at, "leans_on"), f"the list is empty: name a control, or [{NOTHING}]")
        if NOTHING in entry.leans_on and len(entry.leans_on) > 1:
            yield file.problem((*at, "leans_on"), "`nothing` stands by itself: keep it, or the controls")
        if not _one_subject(entry.subject):
            message = "a wildcard is not read: write the one subject that `findings --format json` prints"
            yield file.problem((*at, "subject"), message)
        if entry.until > today + LONGEST:
            message = (
                f"this is more than {LONGEST.days} days ahead: write {today + LONGEST} or earlier, "
                "so that somebody looks again"
            )
            yield file.problem((*at, "until"), message, entry.until.isoformat())
        key = (entry.code, entry.subject)
        if key in seen:
            first = file.source.line(("accepted", seen[key]))
            yield file.problem(at, f"the finding is accepted twice, first on line {first}: keep one of them")
        seen.setdefault(key, number)


def _one_subject(subject: str) -> bool:
    """False for a pattern; a wildcard host such as *.example.com is a subject of its own."""
    return "*" not in subject.removeprefix("*.") and subject != "*."
