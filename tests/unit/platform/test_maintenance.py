"""Weekly windows as GKE writes them."""

from datetime import datetime

import pytest

from egress.config.cluster import MaintenanceWindow
from egress.derived.maintenance import recurrence


def window(days: tuple[str, ...], start: str, hours: int) -> MaintenanceWindow:
    return MaintenanceWindow.model_validate({"days": days, "start": start, "hours": hours})


def test_a_window_recurs_on_its_days_in_the_weeks_order() -> None:
    assert recurrence(window(("SU", "SA"), "02:00", 8)).rule == "FREQ=WEEKLY;BYDAY=SA,SU"


def test_the_first_window_begins_on_the_first_of_its_days_and_lasts_its_hours() -> None:
    first = recurrence(window(("SU", "SA"), "22:30", 8))

    assert (first.start, first.end) == ("2026-01-10T22:30:00Z", "2026-01-11T06:30:00Z")
    assert datetime.fromisoformat(first.start).strftime("%A") == "Saturday"


@pytest.mark.parametrize("day", ["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
def test_the_first_window_begins_on_the_day_it_names(day: str) -> None:
    start = datetime.fromisoformat(recurrence(window((day,), "00:00", 12)).start)

    assert start.strftime("%A").upper().startswith(day)
