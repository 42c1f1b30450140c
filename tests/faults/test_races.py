"""Everybody at once at one place: one is served, the others are told, and nobody waits in a ring.

What happens is in `races.py`. Each race has its positive control: the same with a guard off.
"""

import json
from collections import Counter

import psycopg
import pytest

from tests.faults import races
from tests.faults.nursery import Child
from tests.faults.test_double_booking import overlaps

pytestmark = pytest.mark.slow

# Without a line of our code. A normal row that came after the overbooked one it overlaps:
LANDED_ON_AN_OVERBOOKING = """
    SELECT count(*) FROM scheduling_reservation o JOIN scheduling_reservation n
      ON n.resource_id = o.resource_id AND n.during && o.during AND n.id > o.id
    WHERE o.is_overbooked AND NOT n.is_overbooked AND o.is_active AND n.is_active
"""
WITHOUT_PLACES = """
    SELECT count(*) FROM scheduling_appointment a
    WHERE a.status NOT IN ('cancelled', 'no_show') AND a.seat_id IS NULL
      AND (SELECT count(DISTINCT resource_id) FROM scheduling_reservation r
           WHERE r.appointment_id = a.id AND r.is_active)
       <> (SELECT count(*) FROM scheduling_resourceneed n WHERE n.visit_type_id = a.visit_type_id)
"""
MOST_IN_A_GROUP = """
    SELECT coalesce(max(sitting), 0) FROM (
        SELECT count(*) AS sitting FROM scheduling_appointment a
        JOIN scheduling_groupseat s ON s.id = a.seat_id
        WHERE a.status NOT IN ('cancelled', 'no_show') GROUP BY s.session_id) groups
"""
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


def race(name, guard, scratch_url):
    """The outcomes of each round, sorted."""
    return json.loads(Child(scratch_url, races.run, name, guard).printed())


def ask(scratch_url, sql):
    with psycopg.connect(scratch_url) as connection:
        return connection.execute(sql).fetchone()[0]


# The outcomes that each round may have, as (how often, what); None is for whatever else.
ONE = {
    "hold_against_book": ({"booked", "held"}, {"slot_taken"}),
    "accept_one_hold": ({"booked"}, {"hold_gone"}),
    "move_against_book": ({"booked", "moved"}, {"slot_taken"}),
    "rooms_exchanged_from_both_sides": ({"exchanged"}, {"not_exchangeable"}),
    "undo_against_book": ({"booked", "back"}, {"slot_taken", "step_refused"}),
    "expiry_against_acceptance": (
        {"booked", "accepted"},
        {"slot_taken", "hold_gone", "cleared"},
    ),
}


# One race of this shape is enough for every day.
NAMES = [
    pytest.param(name, marks=() if name == "hold_against_book" else pytest.mark.long)
    for name in sorted(ONE)
]


def is_sound(scratch_url):
    assert ask(scratch_url, WITHOUT_PLACES) == 0
    assert ask(scratch_url, DEADLOCKS) == 0
    assert overlaps(scratch_url) == 0
    return True


@pytest.mark.parametrize("name", NAMES)
def test_exactly_one_is_served(name, scratch_url):
    """Whoever comes second is told so, in words, and nothing is left behind."""
    served, told = ONE[name]
    for outcomes in race(name, "on", scratch_url):
        counted = Counter(outcomes)
        assert sum(counted[word] for word in served) == 1, outcomes
        assert set(outcomes) <= served | told, outcomes
    assert is_sound(scratch_url)


@pytest.mark.parametrize("name", NAMES)
def test_without_the_guards_more_than_one_is_served(name, scratch_url):
    """The positive control: the race is close enough to show the danger."""
    served, _ = ONE[name]
    rounds = race(name, "off", scratch_url)
    assert any(sum(outcome in served for outcome in outcomes) > 1 for outcomes in rounds)


def test_five_seats_for_sixteen(scratch_url):
    """The sixth would stand."""
    for outcomes in race("last_seat", "on", scratch_url):
        assert Counter(outcomes) == {"booked": 5, "slot_taken": 11}
    assert ask(scratch_url, MOST_IN_A_GROUP) == 5
    assert is_sound(scratch_url)


def test_without_the_guards_somebody_stands(scratch_url):
    """The positive control."""
    race("last_seat", "off", scratch_url)
    assert ask(scratch_url, MOST_IN_A_GROUP) > 5 or overlaps(scratch_url) > 0


@pytest.mark.long
def test_moves_that_cross_both_arrive(scratch_url):
    """Each locks what the other locks, in the same order: nobody waits in a ring."""
    for outcomes in race("moves_that_cross", "on", scratch_url):
        assert outcomes == ["moved", "moved"]
    assert is_sound(scratch_url)


@pytest.mark.long
def test_in_another_order_moves_that_cross_wait_for_each_other(scratch_url):
    """The positive control: PostgreSQL had to end a deadlock, if only to try again."""
    race("moves_that_cross", "off", scratch_url)
    assert ask(scratch_url, DEADLOCKS) > 0


@pytest.mark.long
def test_two_visits_that_want_each_other_s_time_both_stay(scratch_url):
    """Neither is given up for a place that is not free."""
    for outcomes in race("moves_into_each_other", "on", scratch_url):
        assert outcomes == ["slot_taken", "slot_taken"]
    assert ask(scratch_url, "SELECT count(*) FROM scheduling_appointmentevent") == 24
    assert is_sound(scratch_url)


@pytest.mark.long
def test_nobody_lands_on_an_overbooking_unasked(scratch_url):
    """Who books over others has said so; who was a moment slower has not."""
    for outcomes in race("overbook_against_book", "on", scratch_url):
        assert "over" in outcomes
        assert set(outcomes) <= {"over", "booked", "slot_taken"}
        assert outcomes.count("booked") <= 1
    assert ask(scratch_url, LANDED_ON_AN_OVERBOOKING) == 0
    assert ask(scratch_url, WITHOUT_PLACES) == 0
    assert ask(scratch_url, DEADLOCKS) == 0


@pytest.mark.long
def test_without_a_second_look_somebody_does(scratch_url):
    """The positive control: the constraint alone does not see what was booked over others."""
    race("overbook_against_book", "off", scratch_url)
    assert ask(scratch_url, LANDED_ON_AN_OVERBOOKING) > 0
