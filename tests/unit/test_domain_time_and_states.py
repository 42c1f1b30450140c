"""Wall clocks and states: the two small tables on which the whole calendar stands."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from patients.domain.age import age_on
from scheduling.domain.local_time import day_bounds, instants_shown, wall_instant
from scheduling.domain.states import (
    HOLDING,
    NEXT_STEP,
    TRANSITIONS,
    AppointmentStatus,
    allowed_steps,
)

NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")


@pytest.mark.parametrize(
    ("day", "clock", "zone", "instant"),
    [
        (date(2027, 1, 12), time(9), NEW_YORK, datetime(2027, 1, 12, 14, tzinfo=UTC)),
        # Clocks go forward at 2:00: 2:30 is skipped, and read with the offset from before.
        (date(2027, 3, 14), time(2, 30), NEW_YORK, datetime(2027, 3, 14, 7, 30, tzinfo=UTC)),
        # Clocks go back at 2:00: 1:30 comes twice, and is read as the second.
        (date(2027, 11, 7), time(1, 30), NEW_YORK, datetime(2027, 11, 7, 6, 30, tzinfo=UTC)),
        # Lord Howe changes by half an hour.
        (date(2027, 4, 4), time(1, 45), LORD_HOWE, datetime(2027, 4, 3, 15, 15, tzinfo=UTC)),
        (date(2027, 10, 3), time(2, 15), LORD_HOWE, datetime(2027, 10, 2, 15, 45, tzinfo=UTC)),
    ],
)
def test_hours_become_instants_on_every_kind_of_day(day, clock, zone, instant):
    """An hour wrong twice a year is a waiting room full of people."""
    assert wall_instant(day, clock, zone) == instant


@pytest.mark.parametrize(
    ("day", "clock", "zone", "hours"),
    [
        (date(2027, 1, 12), time(9), NEW_YORK, [14]),
        (date(2027, 3, 14), time(2, 30), NEW_YORK, []),
        (date(2027, 11, 7), time(1, 30), NEW_YORK, [5.5, 6.5]),
        (date(2027, 4, 4), time(1, 40), LORD_HOWE, [14 + 40 / 60, 15 + 10 / 60]),
    ],
)
def test_an_hour_that_somebody_asks_for_is_shown_once_twice_or_never(day, clock, zone, hours):
    """Whoever is asked back can say which; who is not asked comes an hour late."""
    shown = instants_shown(day, clock, zone)
    assert [at.hour + at.minute / 60 for at in shown] == pytest.approx(hours)


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2027, 1, 12), 24), (date(2027, 3, 14), 23), (date(2027, 11, 7), 25)],
)
def test_a_local_day_has_23_24_or_25_hours(day, hours):
    """The board of the day must not lose the last hour, nor show tomorrow's first."""
    begin, end = day_bounds(day, NEW_YORK)
    assert end - begin == timedelta(hours=hours)


def test_every_state_can_be_reached_and_the_ends_are_ends():
    """A state nobody can enter, or leave, is a visit nobody can finish."""
    reached = {row.target for row in TRANSITIONS.values()} | {AppointmentStatus.BOOKED}
    assert reached == set(AppointmentStatus)
    ends = {status for status in AppointmentStatus if not allowed_steps(status)}
    assert ends == {
        AppointmentStatus.COMPLETED,
        AppointmentStatus.CANCELLED,
        AppointmentStatus.NO_SHOW,
    }
    assert set(AppointmentStatus) - HOLDING == ends - {AppointmentStatus.COMPLETED}


def test_the_one_button_of_a_row_always_leads_on():
    """A primary button that is refused makes people distrust all of them."""
    for status, step in NEXT_STEP.items():
        assert step in allowed_steps(status)
    status, seen = AppointmentStatus.BOOKED, []
    while status in NEXT_STEP:
        status = TRANSITIONS[NEXT_STEP[status]].target
        seen.append(status)
    assert seen[-1] == AppointmentStatus.COMPLETED


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2000, 2, 29), date(2021, 2, 28), 20),
        (date(2000, 2, 29), date(2021, 3, 1), 21),
        (date(1970, 5, 17), date(2026, 5, 16), 55),
        (date(1970, 5, 17), date(2026, 5, 17), 56),
        (date(2026, 1, 1), date(2026, 1, 1), 0),
    ],
)
def test_age_in_completed_years(born, day, age):
    """Limits and doses ask for it."""
    assert age_on(born, day) == age


def test_nobody_is_minus_one():
    """A day before the birth is a mistake somewhere else."""
    with pytest.raises(ValueError, match="before the birth"):
        age_on(date(2026, 1, 2), date(2026, 1, 1))
