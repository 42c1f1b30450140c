"""The free times, compared with an oracle that thinks quite differently.

The product computes with multiranges in SQL. The oracle (`slot_worlds.py`) knows only minutes: for
each resource the set of minutes in which it is free, and for each candidate start whether every
minute it takes is in that set. They must agree over random hours, leave, reservations, buffers,
counts and zones, on ordinary days and across both clock changes.
"""

import os
from datetime import date, time, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from scheduling.queries.availability import SlotSearch, fitting_resources, free_slots
from tests import builders
from tests.integration.slot_worlds import NOW, Thing, build, oracle, worlds

pytestmark = pytest.mark.django_db


EXAMPLES = int(os.environ.get("DORSA_EXAMPLES", "15"))


def offered(built):
    search = SlotSearch(
        visit_type=built.visit_type,
        sites=[built.site],
        earliest=built.begin,
        latest=built.begin + timedelta(days=1),
        patient_id=built.patient.pk,
        limit=10_000,
    )
    slots = free_slots(built.clerk, search, now=NOW)
    return sorted((slot.start_at, slot.clinician_id) for slot in slots)


compared = settings(
    max_examples=EXAMPLES,
    # Rows are slow to shrink: a first example is enough to look at.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@compared
@given(worlds())
def test_offered_times_are_exactly_those_that_fit(world):
    """A time too many is a double booking refused at the desk; one too few is an empty chair."""
    with transaction.atomic():
        built = build(world)
        times = offered(built)
        event("some time is free" if times else "nothing is free")
        assert times == oracle(world, built)
        transaction.set_rollback(True)


@compared
@given(worlds(), st.integers(0, 24 * 12))
def test_what_is_offered_can_be_taken_and_nothing_else(world, step):
    """The question that books must never answer otherwise than the one that offers."""
    with transaction.atomic():
        built = build(world | {"visits": []})
        start = built.begin + timedelta(minutes=5 * step)
        wanted = dict(oracle(world | {"alignment": 5}, built))
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
        "zone": "Asia/Kolkata",
        "day": date(2027, 1, 12),
        "site_hours": [(time(9), time(12))],
        "closed": [],
        "holiday": "",
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
        "things": [
            Thing("clinician", ["clinician"], [(time(9), time(12))], (None, None), [], []),
            Thing("room", ["room"], None, (None, None), [], []),
        ],
        "visits": [],
    }
    built = build(world)
    assert offered(built) == oracle(world, built)
    assert offered(built) != oracle(world, built, buffers=False)


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
