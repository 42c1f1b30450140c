"""What a day's columns are drawn from: gaps, lanes and places, on ordinary and on odd days."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain.board_filter import BoardFilter
from scheduling.domain.day_grid import (
    Stretch,
    WallDay,
    lanes,
    length_words,
    next_on_grid,
    shown_hours,
    without,
)
from scheduling.domain.short_ids import full_id, full_instant, short_id, short_instant

NEW_YORK = ZoneInfo("America/New_York")
MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)

stretches = st.lists(
    st.tuples(st.integers(0, 200), st.integers(1, 60)).map(
        lambda pair: Stretch(
            MIDNIGHT + timedelta(minutes=pair[0]), MIDNIGHT + timedelta(minutes=sum(pair))
        )
    ),
    max_size=8,
)


def minutes_of(found):
    return {
        m
        for begin, end in found
        for m in range(
            int((begin - MIDNIGHT).total_seconds() // 60),
            int((end - MIDNIGHT).total_seconds() // 60),
        )
    }


@given(opened=stretches, taken=stretches)
def test_gaps_are_open_time_that_nothing_takes(opened, taken):
    """A gap that is not one books over somebody; a gap not shown turns somebody away."""
    assert minutes_of(without(opened, taken)) == minutes_of(opened) - minutes_of(taken)


@given(stretches)
def test_nothing_hides_behind_something_else(found):
    """Whatever overlaps stands in lanes of their own; whatever is alone has the whole width."""
    found = sorted(found)
    drawn = list(zip(found, lanes(found), strict=True))
    for index, (one, lane) in enumerate(drawn):
        others = [(o, k) for i, (o, k) in enumerate(drawn) if i != index]
        beside = [k for o, k in others if o.begin < one.end and one.begin < o.end]
        if lane == 0:
            assert not beside
        else:
            assert lane not in beside
            assert 0 not in beside


@pytest.mark.parametrize(
    ("begin", "end", "classes"),
    [
        ((9, 30), (9, 50), "h9 m6 n4"),
        ((9, 30), (10, 50), "h9 m6 q1 n4"),
        ((9, 32), (9, 33), "h9 m6 n1"),
        ((0, 0), (23, 59), "h0 q24"),
    ],
)
def test_a_visit_stands_at_its_time(begin, end, classes):
    """Rows are five minutes; what is shorter still has a row to be seen in."""
    wall = WallDay(date(2026, 11, 23), NEW_YORK)
    local = [datetime(2026, 11, 23, *clock, tzinfo=NEW_YORK) for clock in (begin, end)]
    assert wall.place(*local) == classes


def test_what_began_yesterday_begins_at_midnight():
    """A reservation over midnight must not stand at a wrong hour, or break the page."""
    wall = WallDay(date(2026, 11, 23), NEW_YORK)
    begin = datetime(2026, 11, 22, 23, tzinfo=NEW_YORK)
    assert wall.place(begin, begin + timedelta(hours=2)) == "h0 q1"


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1)])
def test_the_clock_on_the_wall_counts_on_the_days_it_jumps(day):
    """Nine o'clock is nine o'clock, with 23 and with 25 hours."""
    wall = WallDay(day, NEW_YORK)
    nine = datetime(day.year, day.month, day.day, 9, tzinfo=NEW_YORK).astimezone(UTC)
    assert wall.place(nine, nine + timedelta(minutes=30)) == "h9 n6"


def test_the_hours_shown_hold_everything():
    """A visit after closing time must not fall off the page."""
    wall = WallDay(date(2026, 11, 23), NEW_YORK)
    at = datetime(2026, 11, 23, 6, 50, tzinfo=NEW_YORK)
    assert shown_hours(wall, [Stretch(at, at + timedelta(hours=12))]) == (6, 19)
    assert shown_hours(wall, []) == (8, 17)


@pytest.mark.parametrize(
    ("minute", "grid", "expected"), [(0, 10, 0), (5, 10, 10), (35, 15, 45), (50, 60, 60)]
)
def test_a_start_goes_on_to_the_grid_of_its_kind(minute, grid, expected):
    """A visit dropped at 9:05 that starts every ten minutes begins at 9:10."""
    hour = datetime(2026, 11, 23, 9, tzinfo=NEW_YORK)
    found = next_on_grid(hour + timedelta(minutes=minute), grid, NEW_YORK)
    assert found == hour + timedelta(minutes=expected)


@pytest.mark.parametrize(
    ("minutes", "words"), [(5, "5 min"), (60, "1 h"), (65, "1 h 05"), (150, "2 h 30")]
)
def test_lengths_are_said_as_people_say_them(minutes, words):
    """“150 min free” has to be worked out while somebody waits on the phone."""
    assert length_words(minutes) == words


def test_short_ids_are_the_same_ids():
    """An id that comes back as another one shows another person."""
    for _round in range(100):
        full = uuid4()
        assert len(short_id(full)) == 22
        assert full_id(short_id(full)) == full_id(str(full)) == full


@given(st.datetimes(timezones=st.just(UTC)))
def test_short_instants_are_the_same_minute(instant):
    """A cell that means another time books another time."""
    assert full_instant(short_instant(instant)) == instant.replace(second=0, microsecond=0)


@pytest.mark.parametrize("text", ["", "x", "9" * 12, "9" * 60])
def test_what_is_no_instant_is_refused(text):
    """Addresses are typed by anybody."""
    with pytest.raises(ValueError, match=r"."):
        full_instant(text)


@pytest.mark.parametrize("text", ["", "x", "é" * 22, "!" * 22, "0" * 36])
def test_what_is_no_id_is_refused(text):
    """Addresses are typed by anybody."""
    with pytest.raises(ValueError, match=r"."):
        full_id(text)


def test_a_filter_keeps_what_fits_all_of_it():
    """Two conditions narrow; they do not widen."""
    wanted = BoardFilter(visit_type="follow-up", only="waiting")
    assert wanted.fits("arrived", "follow-up")
    assert not wanted.fits("arrived", "therapy")
    assert not wanted.fits("booked", "follow-up")
    assert BoardFilter().fits("completed", "therapy")
