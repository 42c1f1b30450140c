"""The free times, compared with an oracle that thinks quite differently.

The product computes with multiranges in SQL. The oracle (`slot_oracle.py`) knows only minutes: for
each resource the set of minutes in which it is free, and for each candidate start whether every
minute it takes is in that set. They must agree over random hours, leave, reservations, buffers,
counts, groups and their seats, several sites in different zones, and what was asked for (weekdays,
times of day, a clinician, on or after an instant), on ordinary days and across both clock changes.
"""

import os
from datetime import date, time, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from scheduling.queries import statements
from scheduling.queries.availability import SlotSearch, fitting_resources, free_slots
from tests import builders
from tests.integration.slot_oracle import oracle
from tests.integration.slot_rows import build
from tests.integration.slot_worlds import NO_WISH, NOW, Thing, worlds

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("DORSA_EXAMPLES", "15"))


def offered(world, built):
    wish = world["wish"]
    search = SlotSearch(
        visit_type=built.visit_type,
        sites=built.sites,
        earliest=built.begin + timedelta(minutes=wish["after"]),
        latest=built.begin + timedelta(days=1),
        clinicians=[built.named] if built.named else None,
        patient_id=built.patient.pk,
        weekdays=wish["weekdays"],
        from_time=wish["from_time"],
        until_time=wish["until_time"],
        limit=10_000,
    )
    slots = free_slots(built.clerk, search, now=NOW)
    return sorted((slot.start_at, slot.site_id, slot.clinician_id) for slot in slots)


compared = settings(
    max_examples=EXAMPLES,
    # Rows are slow to shrink: a first example is enough to look at.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def compare(world):
    with transaction.atomic():
        built = build(world)
        times = offered(world, built)
        event("some time is free" if times else "nothing is free")
        event("a group can be joined" if built.joinable else "no group can be joined")
        event(f"{len(built.sites)} sites, {'some' if world['wish'] is not NO_WISH else 'no'} wish")
        assert times == oracle(world, built)
        transaction.set_rollback(True)


@compared
@given(worlds())
def test_offered_times_are_exactly_those_that_fit(world):
    """A time too many is a double booking refused at the desk; one too few is an empty chair."""
    compare(world)


# What somebody might break in the statement: a piece of it, and what is there instead.
TAKEN = "a.seat_id = seat.id AND a.status = ANY(%(holding)s)"
FAULTS = {
    "buffers before": ("part.begins - n.buffer_before_minutes", "part.begins"),
    "buffers after": ("part.begins + n.buffer_after_minutes", "part.begins"),
    "seats that are taken": (TAKEN, "false"),
    "seats that are free again": (TAKEN, "a.seat_id = seat.id"),
    "groups that closed": (" AND g.is_active\n", "\n"),
    "groups without their clinician": ("NOT coalesce(open.during @> r.during, false)", "false"),
    "weekdays": ("= ANY(%(weekdays)s::int[]))", "= ANY(%(weekdays)s::int[]) OR true)"),
    "times of day": ("wall.clock::time < %(until_time)s::time", "true"),
    "the clock on the wall": ("start_at AT TIME ZONE time_zone", "start_at AT TIME ZONE 'UTC'"),
    "where things are": ("n.need_id AND f.site_id = s.site_id)", "n.need_id)"),
    "on or after": (
        "tstzrange(%(earliest)s, %(latest)s)",
        "tstzrange(%(earliest)s::timestamptz - interval '1 hour', %(latest)s)",
    ),
}


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("fault", FAULTS)
def test_the_comparison_notices(fault, monkeypatch):
    """The positive control: whatever is broken in the statement, some example shows it."""
    right, wrong = FAULTS[fault]
    whole = statements._statement("offered_starts.sql", "", "")
    assert right in whole
    broken = whole.replace(right, wrong)
    monkeypatch.setattr(statements, "_statement", lambda ending, among, written_by: broken)
    with pytest.raises(AssertionError):
        settings(compared, max_examples=1000)(given(worlds())(compare))()


@compared
@given(worlds(), st.integers(0, 24 * 12))
def test_what_is_offered_can_be_taken_and_nothing_else(world, step):
    """The question that books must never answer otherwise than the one that offers."""
    with transaction.atomic():
        world |= {"visits": [], "wish": NO_WISH, "capacity": 1, "alignment": 5}
        built = build(world)
        start = built.begin + timedelta(minutes=5 * step)
        wanted = {at for at, site, _clinician in oracle(world, built) if site == built.site.pk}
        chosen = fitting_resources(
            built.clerk,
            visit_type=built.visit_type,
            site=built.site,
            start_at=start,
            clinician=None,
            now=NOW,
        )
        inside = start < built.begin + timedelta(days=1)
        if inside and start.astimezone(built.site.zone).minute % 5 == 0:
            assert (chosen is not None) == (start in wanted)
        transaction.set_rollback(True)


def test_the_comparison_would_notice_a_forgotten_buffer():
    """The positive control: an oracle that forgets the buffers must disagree."""
    world = {
        "zones": ["Asia/Kolkata"],
        "day": date(2027, 1, 12),
        "capacity": 1,
        "wish": NO_WISH,
        "minutes": 30,
        "alignment": 10,
        "needs": [
            {
                "kind": kind,
                "capability": kind,
                "count": 1,
                "parts": [],
                "buffer_before_minutes": 0,
                "buffer_after_minutes": 15,
            }
            for kind in ("clinician", "room")
        ],
        "places": [
            {
                "site_hours": [(time(9), time(12))],
                "closed": [],
                "holiday": "",
                "things": [
                    Thing("clinician", ["clinician"], [(time(9), time(12))], (None, None), [], []),
                    Thing("room", ["room"], None, (None, None), [], []),
                ],
                "sessions": [],
            }
        ],
        "visits": [],
    }
    built = build(world)
    assert offered(world, built) == oracle(world, built)
    assert offered(world, built) != oracle(world, built, buffers=False)


def test_one_query_however_many_clinicians_and_days(django_assert_num_queries):
    """A query for each clinician or day is what makes the boards of others slow."""
    site = builders.make_site("UTC")
    for _ in range(8):
        builders.make_clinician(site)
        builders.make_resource(site)
    kind = builders.make_visit_type()
    clerk = builders.make_user()
    for days in (1, 21):
        search = SlotSearch(kind, [site], NOW, NOW + timedelta(days=days), limit=100_000)
        with django_assert_num_queries(1):
            assert free_slots(clerk, search, now=NOW)
