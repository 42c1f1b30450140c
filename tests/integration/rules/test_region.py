"""Where a visit is for: said once as it is booked, kept, and asked by every later look."""

from datetime import UTC, date, datetime, timedelta

import pytest

from clinic.shared.errors import Invalid
from scheduling.actions.describe import describe_visit
from scheduling.actions.hold import book_hold, place_hold
from scheduling.actions.look_again import begin_run, continue_run
from scheduling.actions.move import NewPlace, move_appointment
from scheduling.actions.offers import accept_offer, offer_time
from scheduling.actions.overbook import overbook_appointment
from scheduling.actions.reserve import BookingRequest
from scheduling.actions.series import CourseRequest, add_visits, book_series
from scheduling.actions.series_move import Scope, SeriesChange, move_series
from scheduling.actions.steps import take_step
from scheduling.actions.waitlist import Wish, add_to_waitlist
from scheduling.domain.states import Step
from scheduling.models import Appointment, WorklistItem
from scheduling.queries.availability import SlotSearch
from scheduling.queries.limited_slots import slots_for
from scheduling.queries.waiting_line import times_for
from tests import builders
from tests.integration.rules.test_booking import NOW, TEN, Epidurals, of_no_region
from treatments.models import Finding

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def clinic():
    """Four lumbar epidurals in a year, and a kind of visit that leaves open where."""
    clinic = Epidurals()
    of_no_region(clinic)
    return clinic


def request_of(clinic, start_at=TEN, **more):
    return BookingRequest(clinic.patient, clinic.kind, clinic.site, start_at, **more)


def test_a_hold_keeps_what_was_said_until_it_is_booked(clinic):
    """Somebody else books the held time: a neck must not become a back that is refused."""
    hold = place_hold(request=request_of(clinic, region="cervical"), by=clinic.clerk, now=NOW)
    booked = book_hold(hold=hold, by=builders.make_user(), now=NOW)
    assert (hold.region, booked.region) == ("cervical", "cervical")


def test_a_moved_visit_is_still_for_the_same_region(clinic):
    """A visit that was allowed is refused when it moves by a day, and nobody knows why."""
    booked = clinic.book(region="cervical")
    place = NewPlace(clinic.site, TEN + DAY)
    assert move_appointment(appointment=booked, to=place, by=clinic.clerk, now=NOW)
    assert Appointment.objects.get().region == "cervical"


def test_the_night_and_the_check_in_ask_about_the_region_that_was_said(clinic):
    """A cervical visit would be put on the worklist each night for the lumbar ones."""
    booked = clinic.book(region="cervical")
    begin_run(by="worker", now=NOW)
    continue_run(by="worker", now=NOW)
    assert not Finding.objects.exists()
    take_step(appointment=booked, step=Step.ARRIVE, by=clinic.clerk, now=TEN)
    assert not Finding.objects.exists()
    assert not WorklistItem.objects.exists()


def test_a_coming_visit_counts_where_it_is_for(clinic):
    """Two coming necks are no reason against a back, and three backs are one against a fourth."""
    clinic.patient = builders.make_patient()
    for days in range(4):
        clinic.book(TEN + days * DAY, region="cervical")
    assert clinic.book(TEN + 5 * DAY, region="lumbar").pk
    with pytest.raises(Exception, match="too many"):
        clinic.book(TEN + 6 * DAY, region="cervical")


def test_a_series_and_what_is_added_to_it_are_for_one_region(clinic):
    """It is said once for the course, and holds for its visits as they move."""
    times = [(TEN, None), (TEN + 7 * DAY, None)]
    wish = CourseRequest(clinic.patient, clinic.kind, clinic.site, times, 1, region="cervical")
    series = book_series(request=wish, by=clinic.clerk, now=NOW)
    add_visits(series=series, times=[(TEN + 14 * DAY, None)], by=clinic.clerk, now=NOW)
    first = series.appointments.order_by("series_number")[0]
    change = SeriesChange(days=1)
    move_series(appointment=first, scope=Scope.ALL, change=change, by=clinic.clerk, now=NOW)
    regions = Appointment.objects.values_list("region", flat=True)
    assert [series.region, *regions] == ["cervical"] * 4


def test_who_waits_is_offered_times_for_the_region_they_wait_for(clinic):
    """A freed time is offered to nobody, because a neck is taken for a back."""
    wish = Wish(date(2027, 1, 12), date(2027, 2, 1), notice_minutes=0, region="cervical")
    told = {"patient": clinic.patient, "visit_type": clinic.kind, "site": clinic.site}
    entry = add_to_waitlist(**told, wish=wish, by=clinic.clerk, now=NOW)
    assert times_for(clinic.clerk, entry, now=NOW)
    offer = offer_time(entry=entry, start_at=TEN, by=clinic.clerk, now=NOW)
    assert accept_offer(offer=offer, by=None, now=NOW).region == "cervical"


def test_a_visit_over_another_keeps_its_region(clinic):
    """What is booked in haste is looked at at night like the others."""
    clinic.patient, other = builders.make_patient(), clinic.patient
    clinic.book(region="lumbar")
    clinic.patient = other
    over = overbook_appointment(
        request=request_of(clinic, region="cervical"),
        reason="Cannot wait until next week",
        by=builders.make_user(),
        now=NOW,
    )
    assert over.region == "cervical"


def test_a_region_is_kept_only_where_it_is_open(clinic):
    """Two places that say where would contradict each other."""
    clinic.patient = builders.make_patient()
    kind = clinic.kind
    kind.region = "cervical"
    kind.save()
    booked = clinic.book(region="lumbar")
    assert booked.region == ""
    with pytest.raises(Invalid, match="said by its kind"):
        describe_visit(appointment=booked, region="lumbar", by=clinic.clerk, now=NOW)


def test_a_region_that_is_corrected_is_looked_at_at_once(clinic):
    """It was never a neck: the desk reads now, not tomorrow, that it is one too many."""
    booked = clinic.book(region="cervical")
    describe_visit(appointment=booked, region="lumbar", by=clinic.clerk, now=NOW)
    finding = Finding.objects.get()
    assert (finding.severity, finding.state) == ("block", "open")
    assert WorklistItem.objects.get().appointment == booked
    assert Appointment.objects.get().status == "booked"
    describe_visit(appointment=booked, region="cervical", by=clinic.clerk, now=NOW)
    assert Finding.objects.get().state == "cleared"


def test_the_reason_and_the_region_change_apart(clinic):
    """Whoever corrects a word must not lose where the visit is for."""
    booked = clinic.book(region="cervical", reason="Neck")
    changed = describe_visit(appointment=booked, reason="Neck, right", by=clinic.clerk, now=NOW)
    assert (changed.reason, changed.region) == ("Neck, right", "cervical")


def test_a_search_for_somebody_asks_about_the_region(clinic):
    """Free times of a course begin on days that will not be refused."""
    end = datetime(2027, 1, 20, tzinfo=UTC)
    search = SlotSearch(
        clinic.kind, [clinic.site], NOW, end, patient_id=clinic.patient.pk, region="cervical"
    )
    assert slots_for(clinic.clerk, search, now=NOW)
