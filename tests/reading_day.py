"""The day on which the tests read a configuration: later, its Istio is out of support, and a notice says so."""

from datetime import UTC, date, datetime

DAY = date(2026, 11, 28)
ON_THAT_DAY = {"SOURCE_DATE_EPOCH": str(int(datetime(DAY.year, DAY.month, DAY.day, tzinfo=UTC).timestamp()))}
