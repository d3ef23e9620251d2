"""Days of the calendar in YAML files."""

import datetime
import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

DATES = frozenset({"until"})
"""Keys whose unquoted value is a date: reading a file keeps it as text, and their type says which days there are."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def day(text: Any) -> Any:
    """A day of the calendar. Raises ValueError with what to write instead."""
    if isinstance(text, datetime.date) and not isinstance(text, datetime.datetime):
        return text
    if not isinstance(text, str) or not _DAY.fullmatch(text):
        raise ValueError("this is no date: write year, month and day, for example 2027-06-30")
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise ValueError("the calendar has no such day: write one that exists") from None


# Editors read an unquoted date as a date or as text; the schema takes both.
Day = Annotated[datetime.date, BeforeValidator(day), WithJsonSchema({"type": "string", "format": "date"})]
"""Such as 2027-06-30."""


def today(environ: Mapping[str, str]) -> datetime.date:
    """Return the day, by SOURCE_DATE_EPOCH where a build is to be repeated."""
    epoch = environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdecimal():
        return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC).date()
    return datetime.datetime.now(datetime.UTC).date()
