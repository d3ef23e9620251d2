"""A weekly maintenance window as GKE's recurring window."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from egress.config.cluster import MaintenanceWindow

FIRST_DAY = datetime(2026, 1, 5, tzinfo=UTC)
"""A Monday in the past: windows recur from then on, so that the date never has to change."""

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, kw_only=True)
class RecurringWindow:
    """The first window's bounds (RFC 3339) and how it recurs (RFC 5545)."""

    start: str
    end: str
    rule: str


def recurrence(window: MaintenanceWindow) -> RecurringWindow:
    """The window from its first day on, week by week."""
    days = sorted(set(window.days), key=DAYS.index)
    hour, minute = (int(part) for part in window.start.split(":"))
    start = FIRST_DAY + timedelta(days=DAYS.index(days[0]), hours=hour, minutes=minute)
    return RecurringWindow(
        start=_rfc3339(start),
        end=_rfc3339(start + timedelta(hours=window.hours)),
        rule=f"FREQ=WEEKLY;BYDAY={','.join(days)}",
    )


def _rfc3339(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
