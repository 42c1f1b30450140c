"""Proposed courses: only free times, never two on a day, as regular as can be."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import chain, combinations, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain.course_plan import propose, recheck, wanted_in
from scheduling.domain.courses import (
    CourseWish,
    PartOfDay,
    by_day,
    choose_pattern,
    monday_of,
    total_cost,
)
from scheduling.domain.slots import Slot

NEW_YORK = ZoneInfo("America/New_York")
MONDAY = date(2027, 1, 4)
LENGTH = timedelta(minutes=45)


def slot(day, clock=time(10), clinician=1, zone=NEW_YORK):
    start = datetime.combine(day, clock, zone).astimezone(UTC)
    return Slot(start, start + LENGTH, 1, clinician)


def daily(first=MONDAY, days=70, clocks=(time(9), time(10), time(14)), clinicians=(1, 2), but=()):
    return [
        slot(first + timedelta(days=n), clock, clinician)
        for n in range(days)
        for clock in clocks
        for clinician in clinicians
        if first + timedelta(days=n) not in but and (first + timedelta(days=n)).isoweekday() < 6
    ]


def days_of(course):
    return [visit.day for visit in course.visits]


def test_an_open_calendar_gives_the_same_hours_every_week():
    """Twelve visits, twice a week: six weeks, two weekdays, one time, one therapist."""
    course = propose(CourseWish(12, 2, MONDAY), daily(), NEW_YORK)
    assert len(course.visits) == 12
    assert {day.isoweekday() for day in days_of(course)} == {1, 4}
    assert {visit.start_at.astimezone(NEW_YORK).time() for visit in course.visits} == {time(9)}
    assert {visit.clinician_id for visit in course.visits} == {1}
    assert not course.gaps
    assert days_of(course)[-1] == MONDAY + timedelta(weeks=5, days=3)


def test_wishes_are_followed_where_they_can_be():
    """Tuesdays and Fridays in the afternoon with the second therapist."""
    wish = CourseWish(
        4, 2, MONDAY, weekdays=(2, 5), part=PartOfDay.AFTERNOON, clinician_id=2, days_apart=2
    )
    course = propose(wish, daily(), NEW_YORK)
    assert {day.isoweekday() for day in days_of(course)} == {2, 5}
    assert {visit.start_at.astimezone(NEW_YORK).time() for visit in course.visits} == {time(14)}
    assert {visit.clinician_id for visit in course.visits} == {2}


def test_a_holiday_moves_one_visit_within_its_week():
    """Thanksgiving must not cost a visit if Wednesday is free."""
    thursday = MONDAY + timedelta(days=10)
    wish = CourseWish(6, 2, MONDAY, weekdays=(1, 4))
    course = propose(wish, daily(but=(thursday,)), NEW_YORK)
    second = [visit for visit in course.visits if visit.week == MONDAY + timedelta(weeks=1)]
    assert [visit.day.isoweekday() for visit in second] in ([1, 3], [1, 5])
    assert [visit.other_day for visit in second] == [False, True]
    assert not course.gaps


def test_a_closed_week_is_a_gap_and_the_course_runs_a_week_longer():
    """What is missing is said, not squeezed into other weeks."""
    closed = [MONDAY + timedelta(days=7 + n) for n in range(7)]
    course = propose(CourseWish(6, 2, MONDAY), daily(but=closed), NEW_YORK)
    assert [(gap.week, gap.missing) for gap in course.gaps] == [(MONDAY + timedelta(weeks=1), 2)]
    assert len(course.visits) == 6
    assert course.visits[-1].week == MONDAY + timedelta(weeks=3)


def test_the_same_therapist_all_along_and_one_substitute_when_away():
    """A course is a relationship: whoever steps in is the exception and marked as such."""
    away = {MONDAY + timedelta(days=n) for n in (7, 8, 9, 10, 11)}
    slots = [s for s in daily() if s.clinician_id == 2 or _day(s) not in away]
    course = propose(CourseWish(8, 2, MONDAY, clinician_id=1), slots, NEW_YORK)
    assert [visit.clinician_id for visit in course.visits] == [1, 1, 2, 2, 1, 1, 1, 1]
    assert [visit.other_clinician for visit in course.visits].count(True) == 2


def _day(found):
    return found.start_at.astimezone(NEW_YORK).date()


def test_the_clock_on_the_wall_stays_when_the_clock_changes():
    """Ten o'clock is ten o'clock before and after the second Sunday of March."""
    first = date(2027, 3, 1)
    course = propose(CourseWish(8, 2, first), daily(first, clocks=(time(10),)), NEW_YORK)
    assert {visit.start_at.astimezone(NEW_YORK).time() for visit in course.visits} == {time(10)}
    assert {visit.start_at.hour for visit in course.visits} == {14, 15}


def test_a_course_that_begins_on_a_thursday_does_not_cram_its_first_week():
    """Thursday, then Monday and Thursday: not Thursday and Friday."""
    thursday = MONDAY + timedelta(days=3)
    course = propose(CourseWish(5, 2, thursday, weekdays=(1, 4)), daily(), NEW_YORK)
    assert [day.isoweekday() for day in days_of(course)] == [4, 1, 4, 1, 4]
    assert not course.gaps


def test_nothing_free_is_no_course():
    """An empty calendar answers with nothing, not with an error."""
    course = propose(CourseWish(3, 1, MONDAY), [], NEW_YORK)
    assert (course.visits, course.unplaced) == ((), 3)


def test_visits_that_stand_already_count():
    """Three more visits must not make a week of four."""
    standing = (MONDAY, MONDAY + timedelta(days=3))
    wish = CourseWish(2, 2, MONDAY, days_apart=2, standing=standing)
    course = propose(wish, daily(), NEW_YORK)
    assert course.visits[0].week == MONDAY + timedelta(weeks=1)
    assert not course.gaps


def test_a_changed_course_says_what_is_not_free_and_offers_what_is_near():
    """The clerk's own choice is checked, not replaced."""
    taken = MONDAY + timedelta(days=3)
    slots = daily(but=(taken,))
    chosen = [(slot(MONDAY).start_at, 1), (slot(taken).start_at, 1)]
    course = recheck(chosen, CourseWish(2, 2, MONDAY), slots, NEW_YORK)
    assert [visit.is_free for visit in course.visits] == [True, False]
    offered = {_day(found) for found in course.visits[1].alternatives}
    assert offered == {MONDAY + timedelta(days=n) for n in (1, 2, 4)}


# Small calendars, any wishes.
offers = st.lists(
    st.builds(
        lambda day, hour, clinician: slot(MONDAY + timedelta(days=day), time(hour), clinician),
        st.integers(0, 20),
        st.sampled_from([8, 11, 15]),
        st.integers(1, 2),
    ),
    unique=True,
    max_size=25,
)
wishes = st.builds(
    CourseWish,
    count=st.integers(1, 6),
    per_week=st.integers(1, 3),
    first_day=st.integers(0, 6).map(lambda n: MONDAY + timedelta(days=n)),
    weekdays=st.lists(st.integers(1, 7), unique=True, max_size=3).map(tuple),
    part=st.sampled_from(PartOfDay),
    clinician_id=st.sampled_from([None, 1, 2]),
    days_apart=st.integers(1, 3),
)


@given(wishes, offers)
def test_every_proposal_keeps_the_rules(wish, slots):
    """Whatever is free: only that, one a day, far enough apart, and never more a week."""
    course = propose(wish, slots, NEW_YORK)
    free = {(s.start_at, s.clinician_id) for s in slots}
    days = days_of(course)
    assert all((v.start_at, v.clinician_id) in free for v in course.visits)
    assert days == sorted(set(days))
    assert all((b - a).days >= wish.days_apart for a, b in pairwise(days))
    assert all(day >= wish.first_day for day in days)
    weeks = [monday_of(day) for day in days]
    assert all(weeks.count(week) <= wish.per_week for week in weeks)
    assert len(days) + course.unplaced == wish.count
    assert course == propose(wish, list(reversed(slots)), NEW_YORK), "the order of rows is chance"
    for visit in course.visits:
        assert all((s.start_at, s.clinician_id) in free for s in visit.alternatives)
        others = set(days) - {visit.day}
        assert not others & {_day(s) for s in visit.alternatives}


@given(wishes, offers)
def test_no_other_choice_would_have_been_better(wish, slots):
    """The oracle tries every choice: fullest weeks first, then least cost, then soonest."""
    course = propose(wish, slots, NEW_YORK)
    if course.pattern is None:
        assert not [s for s in slots if _day(s) >= wish.first_day]
        return
    assert course.pattern == choose_pattern(wish, by_day(slots, wish, NEW_YORK))
    assert [(v.start_at, v.clinician_id) for v in course.visits] == _by_brute_force(
        wish, slots, course.pattern
    )


def _by_brute_force(wish, slots, pattern):
    """Week by week, every set of slots; keeps the best by the rule as it is told in words."""
    calendar = by_day(slots, wish, NEW_YORK)
    candidates = list(chain.from_iterable(calendar.values()))
    picked = []
    weeks = sorted({monday_of(c.day) for c in candidates})
    for week in weeks:
        mine = [c for c in candidates if monday_of(c.day) == week]
        # One for each day is enough to compare: the best of a day is the best wherever it is used.
        most = min(wanted_in(week, wish, pattern), wish.count - len(picked))
        best = None
        for size in range(most + 1):
            for choice in combinations(mine, size):
                days = sorted([c.day for c in picked[-1:]] + [c.day for c in choice])
                pairs = pairwise(days)
                if any((b - a).days < max(1, wish.days_apart) for a, b in pairs):
                    continue
                total = total_cost(choice, wish, pattern) if choice else ()
                key = (-size, total, sorted((c.slot.start_at, c.slot.clinician_id) for c in choice))
                if best is None or key < best[0]:
                    best = (key, sorted(choice, key=lambda c: c.slot.start_at))
        picked += best[1] if best else []
    return [(c.slot.start_at, c.slot.clinician_id) for c in picked]


@pytest.mark.parametrize("per_week", [1, 2, 3, 5, 7])
def test_the_longest_course_is_proposed_whole(per_week):
    """Sixty visits over many weeks, with a hundred and twenty times to choose from each day."""
    clocks = [time(8 + n // 4, 15 * (n % 4)) for n in range(40)]
    slots = daily(days=500 // per_week, clocks=clocks, clinicians=(1, 2, 3))
    course = propose(CourseWish(60, per_week, MONDAY), slots, NEW_YORK)
    assert len(course.visits) >= min(60, 250 // per_week)
