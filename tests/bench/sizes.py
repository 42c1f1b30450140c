"""How large the measured clinic is, and how long its calendar reaches."""

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

SITES = 4
# Of each, at every site: 200 clinicians, 200 rooms and 20 C-arms in all.
CLINICIANS, ROOMS, C_ARMS = 50, 50, 5
PATIENTS = 6_000
CLERKS = 16
BOARD_COLUMNS = 30
ZONE = "America/New_York"
OPENS, CLOSES = 8, 18
VISIT_MINUTES = 20
# What one working day holds: about six hours of ten are taken, three visits an hour.
_VISITS_A_DAY = SITES * CLINICIANS * 6 * 3
RESERVATIONS_A_DAY = _VISITS_A_DAY * 2 + SITES * C_ARMS * 6 * 3


@dataclass(frozen=True)
class Size:
    """How many reservations there are to be, and how often each thing is asked."""

    rows: int
    reads: int
    bookings: int
    contested: int

    @property
    def days(self) -> int:
        """Working days of the calendar; three in ten, and a week at least, are still to come."""
        return max(8, -(-self.rows // RESERVATIONS_A_DAY))

    @property
    def future_days(self) -> int:
        """Working days still to come."""
        return max(6, self.days * 3 // 10)


def asked_for() -> Size:
    """The size from the environment: a million reservations unless `DORSA_BENCH_ROWS` says else."""
    rows = int(os.environ.get("DORSA_BENCH_ROWS", "1000000"))
    is_small = rows < 100_000
    return Size(
        rows=rows,
        reads=20 if is_small else 400,
        bookings=32 if is_small else 1_600,
        contested=64 if is_small else 1_000,
    )


def working_days(size: Size) -> list[date]:
    """The calendar's days, oldest first: Mondays to Fridays around today."""
    today = datetime.now(UTC).date()
    coming = _weekdays(today + timedelta(days=1), 1, size.future_days)
    gone = _weekdays(today - timedelta(days=1), -1, size.days - size.future_days)
    return sorted(gone + coming)


def board_day() -> date:
    """A Sunday to come on which nobody works, but the measured board is full."""
    today = datetime.now(UTC).date()
    return today + timedelta(days=7 - today.weekday() + 6)


def _weekdays(first: date, step: int, count: int) -> list[date]:
    days, day = [], first
    while len(days) < count:
        if day.weekday() < 5:
            days.append(day)
        day += timedelta(days=step)
    return days
