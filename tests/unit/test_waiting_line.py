"""Who is asked first, and for how long: fair to whoever waits, and never too late to come."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain.waiting_line import (
    GRID,
    HEAD_START,
    MOST_SET_BACK,
    SHORTEST_OFFER,
    Stretch,
    Waiting,
    accepts,
    first_starts,
    fits,
    line,
    offer_ends,
    uses,
)

UTC_ZONE = ZoneInfo("UTC")
NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2027, 1, 12, 12, tzinfo=UTC)  # a Tuesday
TWO = NOW + timedelta(hours=2)
HALF = timedelta(minutes=30)
DAY = timedelta(days=1)


def waiting(number=1, **changes):
    fields = {
        "key": UUID(int=number),
        "since": NOW - 3 * DAY,
        "minutes": 30,
        "zone": UTC_ZONE,
        "earliest_date": date(2027, 1, 1),
        "latest_date": date(2027, 1, 31),
    }
    return Waiting(**fields | changes)


OPENING = Stretch(TWO, TWO + HALF, clinician_id=7)


@pytest.mark.parametrize(
    ("changes", "would_come"),
    [
        ({}, True),
        ({"earliest_date": date(2027, 1, 13)}, False),
        ({"latest_date": date(2027, 1, 11)}, False),
        ({"weekdays": frozenset({2})}, True),
        ({"weekdays": frozenset({1, 3})}, False),
        ({"from_time": time(14)}, True),
        ({"from_time": time(14, 30)}, False),
        ({"until_time": time(14, 5)}, True),
        ({"until_time": time(13, 30)}, False),
        ({"notice": timedelta(hours=2)}, True),
        ({"notice": timedelta(hours=3)}, False),
        ({"clinician_id": 7}, True),
        ({"clinician_id": 8}, False),
        ({"sooner_than": TWO + DAY}, True),
        ({"sooner_than": TWO - timedelta(minutes=30)}, False),
        ({"offered": ((TWO - HALF, TWO + 2 * HALF),)}, False),
        ({"offered": ((TWO + DAY, TWO + DAY + HALF),)}, True),
    ],
)
def test_who_is_asked_about_a_time(changes, would_come):
    """An offer somebody cannot take wastes their time and the slot."""
    assert fits(waiting(**changes), OPENING, NOW) == would_come


def test_days_and_hours_are_those_of_the_clinic_s_wall():
    """Three in the morning in London is the evening before in New York."""
    late = datetime(2027, 1, 13, 3, tzinfo=UTC)
    person = waiting(zone=NEW_YORK, weekdays=frozenset({2}), from_time=time(21))
    assert accepts(person, late, NOW)
    assert not accepts(waiting(weekdays=frozenset({2})), late, NOW)


def test_a_closed_gap_takes_only_visits_that_lie_inside_it():
    """An empty half hour between two visits does not hold an hour."""
    gap = Stretch(TWO, TWO + HALF, is_closed=True)
    assert fits(waiting(minutes=30), gap, NOW)
    assert not fits(waiting(minutes=60), gap, NOW)
    assert fits(waiting(minutes=60), OPENING, NOW), "beside an opening more may be free"


def test_times_inside_the_opening_come_first():
    """Filling what was freed beats breaking into what was free anyway."""
    starts = [TWO - timedelta(minutes=10), TWO, TWO + timedelta(minutes=10), TWO + HALF]
    assert first_starts(OPENING, starts, 30) == [
        TWO,
        TWO - timedelta(minutes=10),
        TWO + timedelta(minutes=10),
    ]


def test_the_order_of_the_line():
    """Pressing wishes first; then who waits longest; whoever let offers pass lets others go."""
    old = waiting(1, since=NOW - 5 * DAY)
    new = waiting(2, since=NOW - 4 * DAY)
    urgent = waiting(3, since=NOW - DAY, priority=1)
    soon = waiting(4, since=NOW - DAY, priority=2)
    silent = waiting(5, since=NOW - 6 * DAY, unused_offers=3)
    assert line([silent, new, soon, old, urgent], OPENING, NOW) == [urgent, soon, old, new, silent]


people = st.builds(
    waiting,
    number=st.integers(1, 2**32),
    since=st.integers(0, 400).map(lambda n: NOW - n * DAY),
    priority=st.sampled_from([1, 2, 3]),
    unused_offers=st.integers(0, 50),
    minutes=st.sampled_from([15, 30, 60]),
    notice=st.integers(0, 300).map(lambda n: timedelta(minutes=n)),
    weekdays=st.frozensets(st.integers(1, 7)),
    from_time=st.none() | st.times().map(lambda t: t.replace(microsecond=0)),
)


@given(st.lists(people, unique_by=lambda person: person.key), st.randoms())
def test_the_line_is_total_and_does_not_depend_on_the_order_of_rows(crowd, chance):
    """Two workers must see the same next person."""
    shuffled = list(crowd)
    chance.shuffle(shuffled)
    ordered = line(crowd, OPENING, NOW)
    assert line(shuffled, OPENING, NOW) == ordered
    assert {p.key for p in ordered} == {p.key for p in crowd if fits(p, OPENING, NOW)}


@given(people, people)
def test_nobody_waits_for_ever(patient, newcomer):
    """Whoever waits long enough goes before everybody who comes later, whatever their priority."""
    longest = max(HEAD_START.values()) + MOST_SET_BACK
    if patient.since + longest < newcomer.since:
        assert patient.place_in_line < newcomer.place_in_line


@given(people, st.integers(-20, 20), st.booleans())
def test_who_fits_has_a_start_they_accept(person, shift, is_closed):
    """The oracle: every minute is tried."""
    begin = NOW + timedelta(hours=3) + shift * GRID
    stretch = Stretch(begin, begin + HALF, is_closed=is_closed)
    minutes = range(-60, 40, 5)
    tried = [begin + timedelta(minutes=n) for n in minutes]
    expected = any(uses(stretch, s, person.minutes) and accepts(person, s, NOW) for s in tried)
    assert fits(person, stretch, NOW) == expected


@given(
    st.integers(1, 60 * 24 * 30),
    st.integers(0, 600),
    st.integers(0, 24 * 60 - 1),
)
def test_an_offer_is_neither_too_short_nor_too_late(away, notice, clock):
    """Whoever says yes at the last second still gets here; nobody gets three seconds to decide."""
    now = NOW + timedelta(minutes=clock)
    start, needs = now + timedelta(minutes=away), timedelta(minutes=notice)
    ends = offer_ends(start, now, notice=needs, zone=NEW_YORK)
    if ends is None:
        assert start - needs - now < SHORTEST_OFFER
        return
    assert now + SHORTEST_OFFER <= ends <= start - needs
    assert ends - now <= timedelta(hours=16), "a hold lasts a day at most"


@given(st.integers(5, 60 * 24 * 30), st.integers(0, 60 * 24 * 30))
def test_whoever_is_asked_earlier_has_longer(away, more):
    """The sooner the time, the shorter the offer."""
    zone = UTC_ZONE
    near = offer_ends(NOW + timedelta(minutes=away), NOW, notice=timedelta(), zone=zone)
    far = offer_ends(NOW + timedelta(minutes=away + more), NOW, notice=timedelta(), zone=zone)
    assert near <= far


@pytest.mark.parametrize(
    ("away", "lasts"),
    [(72, 240), (30, 120), (7, 30), (4, 20), (2, 15)],
)
def test_how_long_an_offer_lasts(away, lasts):
    """By day, as the table says (ADR 14)."""
    ends = offer_ends(NOW + timedelta(hours=away), NOW, notice=timedelta(), zone=UTC_ZONE)
    assert ends == NOW + timedelta(minutes=lasts)


def test_nobody_loses_an_offer_in_their_sleep():
    """What is offered at ten in the evening can be answered in the morning."""
    night = datetime(2027, 1, 12, 22, tzinfo=UTC)
    ends = offer_ends(night + timedelta(hours=20), night, notice=timedelta(), zone=UTC_ZONE)
    assert ends == datetime(2027, 1, 13, 8, 30, tzinfo=UTC)
    ends = offer_ends(night + timedelta(hours=9), night, notice=HALF * 2, zone=UTC_ZONE)
    assert ends == datetime(2027, 1, 13, 6, tzinfo=UTC), "but never after it would be too late"
