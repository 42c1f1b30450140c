"""Why nothing is free: the reason that is read aloud must be the true one."""

from datetime import time, timedelta

import pytest
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from hypothesis import event, given

from scheduling.domain.emptiness import Reason
from scheduling.models import Reservation, TimeOff
from scheduling.queries.availability import SlotSearch, free_slots
from scheduling.queries.nothing_free import why_nothing
from tests import builders
from tests.integration.slot_oracle import fits, oracle
from tests.integration.slot_rows import build
from tests.integration.slot_worlds import DAY, MINUTE, simple, worlds
from tests.integration.slot_worlds import NOW as BEGIN
from tests.integration.test_booking import NOW, TEN, Place
from tests.integration.test_slots_oracle import compared

pytestmark = pytest.mark.django_db
HALF = timedelta(minutes=30)


@pytest.fixture
def place():
    return Place()


def reason(place, earliest=TEN, latest=TEN + HALF, now=NOW, **changes):
    search = SlotSearch(changes.pop("kind", place.kind), [place.site], earliest, latest, **changes)
    assert free_slots(place.clerk, search, now=now) == []
    return why_nothing(place.clerk, search, now=now).reason


def away(place, resource, start=TEN, end=TEN + 2 * HALF):
    TimeOff.objects.create(site=place.site, resource=resource, during=DateTimeTZRange(start, end))


def test_past_and_far_and_too_soon(place):
    """Before anything is computed."""
    assert reason(place, NOW - 2 * HALF, NOW - HALF) == Reason.TOO_SOON
    assert reason(place, NOW, NOW + timedelta(minutes=10)) == Reason.TOO_SOON
    far = NOW + timedelta(days=31)
    assert reason(place, far, far + HALF) == Reason.TOO_FAR


def test_more_notice_than_horizon_is_no_breakdown(place):
    """A setting that makes no sense is answered like any other: nothing is free."""
    kind = builders.make_visit_type(30, notice_minutes=3 * 24 * 60, horizon_days=1)
    search_end = NOW + timedelta(days=10)
    assert reason(place, NOW, search_end, kind=kind) == Reason.TOO_FAR


def test_each_reason_by_itself(place):
    """One thing is wrong at a time."""
    away(place, place.clinician)
    assert reason(place) == Reason.AWAY
    TimeOff.objects.all().delete()
    away(place, place.machine)
    assert reason(place) == Reason.AWAY
    TimeOff.objects.all().delete()
    place.book()
    assert reason(place) == Reason.FULL
    rare = builders.make_visit_type(30, ["clinician", {"kind": "room", "capability": "mri"}])
    assert reason(place, kind=rare) == Reason.NONE_HERE
    closed = TEN.replace(hour=23, minute=59)
    assert reason(place, closed, closed + timedelta(minutes=1)) == Reason.CLOSED


def test_the_person_themself_and_the_hour(place):
    """Nothing is wrong with the clinic's calendar."""
    visit = place.book(
        visit_type=builders.make_visit_type(30, ["clinician"]),
        clinician=builders.make_clinician(place.site),
    )
    end = TEN + timedelta(minutes=1)
    assert reason(place, latest=end, patient_id=visit.patient_id) == Reason.PATIENT_BUSY
    evening = {"from_time": time(18), "until_time": time(19)}
    assert reason(place, **evening) == Reason.NOT_AT_THAT_HOUR
    assert reason(place, weekdays=[1]) == Reason.NOT_AT_THAT_HOUR


def test_a_gap_that_is_too_short_and_a_machine_at_another_time(place):
    """Twenty minutes are no half hour; and ten o'clock here is eleven there."""
    for start, end in [(TEN - HALF, TEN), (TEN + HALF * 2 / 3, TEN + 2 * HALF)]:
        during = DateTimeTZRange(start, end)
        Reservation.objects.create(resource=place.clinician, during=during, kind="block")
    assert reason(place) == Reason.NO_GAP
    Reservation.objects.all().delete()
    away(place, place.machine, TEN - HALF, TEN + HALF)
    away(place, place.clinician, TEN + HALF, TEN + 4 * HALF)
    assert reason(place, TEN - HALF, TEN + 2 * HALF) == Reason.NEVER_TOGETHER


def test_a_window_between_two_starts_is_not_blamed_on_the_clinic(place):
    """Visits begin every ten minutes: from 10:01 to 10:05 none does, and all is free."""
    minute = timedelta(minutes=1)
    assert reason(place, TEN + minute, TEN + 5 * minute) == Reason.NO_START
    # Free from one minute past to four minutes past, and no longer.
    for begin, end in [(TEN - HALF, TEN + minute), (TEN + HALF + 4 * minute, TEN + 3 * HALF)]:
        during = DateTimeTZRange(begin, end)
        Reservation.objects.create(resource=place.clinician, during=during, kind="block")
    assert reason(place) == Reason.NO_START


def test_what_is_missing_is_said_in_plain_words(place):
    """It is read aloud on the phone: "No Fluoroscopy then" is nothing one can say."""

    def sentence():
        search = SlotSearch(place.kind, [place.site], TEN, TEN + HALF)
        return why_nothing(place.clerk, search, now=NOW).sentence

    type(place.machine).objects.filter(pk=place.machine.pk).update(name="C-arm 1")
    away(place, place.machine)
    assert sentence() == "No machine for fluoroscopy is free then: C-arm 1 is away."
    TimeOff.objects.all().delete()
    during = DateTimeTZRange(TEN - HALF, TEN + 4 * HALF)
    Reservation.objects.create(resource=place.machine, during=during, kind="block")
    assert sentence() == "No machine for fluoroscopy is free then: C-arm 1 is taken."
    Reservation.objects.all().delete()
    for room in place.rooms:
        away(place, room)
    names = " and ".join(sorted(room.name for room in place.rooms))
    assert sentence() == f"No room is free then: {names} are away."


def alone(world, built, need):
    """Whether enough resources meet this need at some minute of the day, each by itself."""
    able = [
        resource
        for resource in built.free
        if any(
            fits(world, need, resource, built, built.begin + n * MINUTE, True)
            for n in range(24 * 60)
        )
    ]
    return len(able) >= need["count"]


@compared
@given(worlds().map(simple))
def test_the_need_that_is_named_is_one_that_fails(world):
    """An oracle that tries each need alone, minute by minute."""
    with transaction.atomic():
        built = build(world)
        search = SlotSearch(
            built.visit_type,
            [built.site],
            built.begin,
            built.begin + DAY,
            patient_id=built.patient.pk,
        )
        if not oracle(world, built):
            found = why_nothing(built.clerk, search, now=BEGIN)
            failing = {n["kind"] for n in world["needs"] if not alone(world, built, n)}
            event(found.reason)
            by_need = {Reason.NONE_HERE, Reason.CLOSED, Reason.AWAY, Reason.FULL, Reason.NO_GAP}
            assert bool(failing) == (found.reason in by_need), (failing, found)
        transaction.set_rollback(True)
