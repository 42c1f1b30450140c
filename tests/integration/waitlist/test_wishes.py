"""Getting on the list, changing one's mind, and getting off it."""

from datetime import date, time, timedelta

import pytest

from clinic.accounts.models import THE_CLINIC
from clinic.accounts.roles import Role
from clinic.shared.errors import Invalid, NotAllowed
from patients.actions.merge import merge_patients, undo_merge
from scheduling.actions.offers import accept_offer, offer_time
from scheduling.actions.steps import take_step
from scheduling.actions.waitlist import (
    AlreadyWaiting,
    NotWaiting,
    Wish,
    change_entry,
    lapse_entries,
    leave_waitlist,
)
from scheduling.domain.states import Step
from scheduling.domain.waiting_line import Stretch
from scheduling.models import (
    AppointmentSeries,
    Hold,
    SecretLink,
    WaitlistEntry,
)
from scheduling.queries.waiting_line import waiting_line
from tests import builders
from tests.integration.test_booking import NOW, TEN
from tests.integration.waitlist.conftest import HALF

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def test_somebody_is_put_on_the_list_once(clinic):
    """Two entries for one wish would ask the same person twice."""
    entry = clinic.wait(weekdays=(3, 1, 3), from_time=time(9), until_time=time(12))
    assert (entry.weekdays, entry.status, entry.created_by) == ([1, 3], "waiting", clinic.clerk)
    with pytest.raises(AlreadyWaiting):
        clinic.wait(patient=entry.patient)
    leave_waitlist(entry=entry, by=clinic.clerk, now=NOW)
    with pytest.raises(NotWaiting):
        leave_waitlist(entry=entry, by=clinic.clerk, now=NOW)
    assert clinic.wait(patient=entry.patient).pk != entry.pk


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"earliest_date": TODAY - timedelta(days=1)}, "have passed"),
        (
            {
                "earliest_date": TODAY - timedelta(days=9),
                "latest_date": TODAY - timedelta(days=1),
            },
            "have passed",
        ),
        (
            {"earliest_date": TODAY + timedelta(days=5), "latest_date": TODAY},
            "before the first",
        ),
        ({"latest_date": TODAY + timedelta(days=400)}, "longer than a year"),
        ({"weekdays": (0,)}, "1 \\(Monday\\)"),
        ({"weekdays": (1,), "latest_date": TODAY}, "None of these weekdays"),
        ({"from_time": time(12), "until_time": time(9)}, "before the earliest"),
        ({"notice_minutes": 20_000}, "a week"),
        ({"priority": 9}, "not known"),
    ],
)
def test_a_wish_that_nothing_could_fulfil_is_refused(clinic, wish, said):
    """Whoever waits for a day that never comes is never asked, and never told why."""
    with pytest.raises(Invalid, match=said):
        clinic.wait(**wish)


def test_what_cannot_be_held_or_done_here_is_refused(clinic):
    """Nobody waits for a seat in a group; a visit nobody here does cannot be offered."""
    group = builders.make_visit_type(60, capacity=8)
    with pytest.raises(Invalid, match="group"):
        clinic.wait(visit_type=group)
    rare = builders.make_visit_type(60, [{"kind": "room", "capability": "laser"}])
    with pytest.raises(Invalid, match=r"cannot be booked at .*: laser"):
        clinic.wait(visit_type=rare)
    elsewhere = builders.make_clinician(builders.make_site())
    with pytest.raises(Invalid, match="cannot be booked with"):
        clinic.wait(clinician=elsewhere)


def test_only_a_coming_visit_of_their_own_is_brought_forward(clinic):
    """Otherwise a yes would move somebody else's visit."""
    visit = clinic.book(TEN + timedelta(days=2))
    with pytest.raises(Invalid, match="another person"):
        clinic.wait(appointment=visit)
    take_step(appointment=visit, step=Step.CANCEL, by=clinic.clerk, now=NOW)
    with pytest.raises(Invalid, match="has begun or ended"):
        clinic.wait(patient=visit.patient, appointment=visit)


def test_a_wish_can_change(clinic):
    """People find out that Mondays are better after all."""
    entry = clinic.wait(at=NOW)
    later = NOW + timedelta(days=3)
    kept = Wish(earliest_date=entry.earliest_date, latest_date=entry.latest_date, weekdays=(1,))
    change_entry(entry=entry, wish=kept, by=clinic.clerk, now=later)
    entry.refresh_from_db()
    assert entry.weekdays == [1]
    past = Wish(earliest_date=date(2027, 1, 13), latest_date=entry.latest_date)
    with pytest.raises(Invalid, match="passed"):
        change_entry(entry=entry, wish=past, by=clinic.clerk, now=later)
    with pytest.raises(NotAllowed):
        change_entry(entry=entry, wish=kept, by=builders.make_user(Role.MANAGER), now=NOW)


def test_an_entry_ends_with_its_last_day(clinic):
    """Nobody is asked about a time they said they could not come."""
    entry = clinic.wait(latest_date=TODAY + timedelta(days=3))
    assert lapse_entries(site=clinic.site, by=None, now=NOW + timedelta(days=3)) == 0
    assert lapse_entries(site=clinic.site, by=None, now=NOW + timedelta(days=4)) == 1
    entry.refresh_from_db()
    assert entry.status == "lapsed"


def test_a_merge_carries_waiting_and_offers_along(clinic):
    """The person, not the record, was promised the time."""
    manager = builders.make_user(Role.MANAGER)
    kept, merged = builders.make_patient(), builders.make_patient(email="b@example.org")
    entry = clinic.wait(patient=merged)
    offer = offer_time(entry=entry, start_at=TEN, by=clinic.clerk, now=NOW)
    link = SecretLink.objects.create(
        kind="patient_calendar", patient=merged, digest="d", created_by=clinic.clerk, created_at=NOW
    )
    series = AppointmentSeries.objects.create(
        patient=merged,
        visit_type=clinic.kind,
        site=clinic.site,
        per_week=2,
        booked_by=clinic.clerk,
        created_at=NOW,
    )
    merge = merge_patients(kept=kept, merged=merged, reason="One person", by=manager, now=NOW)
    for row in (entry, link, series, offer.hold):
        row.refresh_from_db()
        assert row.patient == kept, row
    undo_merge(merge=merge, by=manager, now=NOW)
    entry.refresh_from_db()
    assert entry.patient == merged
    merge_patients(kept=kept, merged=merged, reason="One person", by=manager, now=NOW)
    offer.refresh_from_db()
    offer.hold.refresh_from_db()
    assert accept_offer(offer=offer, by=None, now=NOW).patient == kept


def test_a_merge_of_two_who_wait_for_the_same_leaves_one_in_line(clinic):
    """One person stands in line once, and one yes ends both of their entries for good."""
    manager = builders.make_user(Role.MANAGER)
    kept, merged = clinic.wait(), clinic.wait()
    offer = offer_time(entry=merged, start_at=TEN, by=clinic.clerk, now=NOW)
    people = {"kept": kept.patient, "merged": merged.patient}
    merge = merge_patients(**people, reason="One person", by=manager, now=NOW)
    stretch = Stretch(TEN + HALF, TEN + 2 * HALF)

    def in_line():
        return [entry.pk for entry in waiting_line(THE_CLINIC, clinic.site, stretch, now=NOW)]

    assert in_line() == [], "the kept record is asked already"
    offer.refresh_from_db()
    assert offer.hold.patient == kept.patient
    assert accept_offer(offer=offer, by=None, now=NOW).patient == kept.patient
    assert in_line() == [], "whoever has what they waited for waits no longer"
    undo_merge(merge=merge, by=manager, now=NOW)
    assert in_line() == [], "the visit is theirs, and stays"
    assert Hold.objects.get().status == "booked"
    assert WaitlistEntry.objects.filter(status="booked").count() == 2
