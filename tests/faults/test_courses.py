"""Courses against single visits, each clerk a process: whole or not at all, nobody in a ring."""

import json
import time
from collections import Counter

import psycopg
import pytest

from tests.faults import course_contest
from tests.faults.nursery import START_SECONDS, Child
from tests.faults.test_double_booking import OVERLAPS

CLERKS = 8
DAYS = 10

PLACE = f"""
import json
from datetime import UTC, datetime, timedelta
from tests import builders
site = builders.make_site(zone="UTC")
[builders.make_clinician(site, ["a", "b"]) for _ in range(3)]
[builders.make_resource(site) for _ in range(4)]
course = builders.make_visit_type(30, [{{"kind": "clinician", "capability": "a"}}, "room"])
single = builders.make_visit_type(30, ["room", {{"kind": "clinician", "capability": "b"}}])
start = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=2)
clerks = [builders.make_user().pk for _ in range({CLERKS})]
patients = [str(builders.make_patient().pk) for _ in range({CLERKS} * 24)]
starts = [[(start + timedelta(days=d, minutes=30 * n)).isoformat() for d in range({DAYS})]
          for n in range(3)]
print(json.dumps(dict(clerks=clerks, patients=patients, starts=starts,
                      course=course.code, single=single.code)))
"""

# Does not use a line of our code: courses whose visits are not all there.
HALF = f"""
    SELECT count(*) FROM (
        SELECT s.id FROM scheduling_appointmentseries s
        LEFT JOIN scheduling_appointment a ON a.series_id = s.id
        GROUP BY s.id HAVING count(a.id) <> {DAYS}
    ) broken
"""


@pytest.fixture
def place(run_in):
    return json.loads(run_in(PLACE))


def attempts_of(place, clerk):
    """Half of the clerks book courses, the others single visits on the same days."""
    patients = iter(place["patients"][clerk * 24 : (clerk + 1) * 24])
    if clerk % 2:
        # From the last day to the first, against the order in which courses want them.
        singles = [place["starts"][n % 3][DAYS - 1 - n % DAYS] for n in range(18)]
        return [
            {"patient": next(patients), "kind": place["single"], "starts": [start]}
            for start in singles
        ]
    return [
        {"patient": next(patients), "kind": place["course"], "starts": place["starts"][n % 3]}
        for n in range(6)
    ]


def race(place, scratch_url, *, guard):
    shot = time.time() + START_SECONDS
    clerks = [
        Child(
            scratch_url,
            course_contest.compete,
            {"guard": guard, "clerk": clerk, "shot": shot, "attempts": attempts_of(place, number)},
        )
        for number, clerk in enumerate(place["clerks"])
    ]
    outcomes = Counter()
    for clerk in clerks:
        outcomes.update(clerk.printed().split())
    return outcomes


def asked(scratch_url, statement):
    with psycopg.connect(scratch_url) as connection:
        return connection.execute(statement).fetchone()[0]


@pytest.mark.long
@pytest.mark.slow
def test_courses_and_single_visits_never_wait_in_a_ring(place, scratch_url):
    """A course wants many resources at once: the one thing that could undo the order of locks."""
    outcomes = race(place, scratch_url, guard="on")
    assert outcomes["course"] > 0
    assert outcomes["visit"] > 0
    assert outcomes["series_taken"] > 0
    assert set(outcomes) <= {"course", "visit", "series_taken", "slot_taken"}
    assert asked(scratch_url, OVERLAPS) == 0
    assert asked(scratch_url, HALF) == 0


@pytest.mark.long
@pytest.mark.slow
def test_without_the_order_the_same_race_ends_in_rings(place, scratch_url):
    """The positive control: locks out of order must show deadlocks in this race."""
    outcomes = race(place, scratch_url, guard="off")
    assert outcomes["busy"] + outcomes["broken"] > 0
    assert asked(scratch_url, OVERLAPS) == 0, "the constraint has the last word all the same"
