"""Which local date is due, against a clock that is walked minute by minute."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.domain.nights import due_date

ZONES = [ZoneInfo(name) for name in ("America/New_York", "America/Phoenix", "Australia/Lord_Howe")]
MINUTE = timedelta(minutes=1)


def dates_done(begin, minutes, clock, zone, awake):
    """What a worker does that asks in those minutes in which it is awake, and repeats nothing."""
    done = []
    for number in range(minutes):
        if not awake(number):
            continue
        day = due_date(begin + number * MINUTE, clock, zone)
        if not done or day > done[-1]:
            done.append(day)
    return done


def dates_shown(begin, minutes, clock, zone):
    """The oracle: the local dates on whose wall clock `clock` was shown or jumped over."""
    shown, before = [], None
    for number in range(minutes):
        local = (begin + number * MINUTE).astimezone(zone).replace(tzinfo=None)
        target = datetime.combine(local.date(), clock)
        came = before is not None and before < target <= local
        if came and local.date() not in shown:
            shown.append(local.date())
        before = local
    return shown


clocks = st.times(min_value=time(0, 0), max_value=time(5, 0)).map(
    lambda clock: clock.replace(second=0, microsecond=0)
)
# Both changes of the clock of 2026 and 2027 lie in these, in both hemispheres.
begins = st.sampled_from(
    [
        datetime(2026, month, day, 12, tzinfo=UTC)
        for month, day in ((3, 6), (10, 30), (4, 3), (10, 2))
    ]
    + [datetime(2027, month, day, 12, tzinfo=UTC) for month, day in ((3, 12), (11, 5))]
)


@settings(deadline=None, max_examples=40)
@given(begins, clocks, st.sampled_from(ZONES))
def test_each_local_date_is_done_exactly_once(begin, clock, zone):
    """A clock change must neither lose a night nor do one twice."""
    minutes = 4 * 24 * 60
    done = dates_done(begin, minutes, clock, zone, awake=lambda _number: True)
    shown = dates_shown(begin, minutes, clock, zone)
    # What was due when the worker woke up comes first.
    assert done[1:] == shown


@settings(deadline=None, max_examples=40)
@given(begins, clocks, st.sampled_from(ZONES), st.integers(min_value=1, max_value=4_000))
def test_a_missed_stretch_is_made_up_by_its_last_night_only(begin, clock, zone, asleep):
    """After a week of silence nobody wants seven reports at once."""
    minutes = 4 * 24 * 60
    done = dates_done(begin, minutes, clock, zone, awake=lambda n: n == 0 or n >= asleep)
    shown = dates_shown(begin, minutes, clock, zone)
    slept_through = dates_shown(begin, asleep + 1, clock, zone)
    assert done[1:] == shown[max(len(slept_through) - 1, 0) :]


def test_the_morning_makes_up_for_the_night():
    """Before the hour yesterday's is due, afterwards today's."""
    zone, clock = ZoneInfo("America/New_York"), time(2, 30)
    assert str(due_date(datetime(2026, 11, 21, 7, 29, tzinfo=UTC), clock, zone)) == "2026-11-20"
    assert str(due_date(datetime(2026, 11, 21, 7, 30, tzinfo=UTC), clock, zone)) == "2026-11-21"
