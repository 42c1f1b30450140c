"""Looking after one's own visits: moving, cancelling, being late, being here, waiting."""

from uuid import uuid4

import pytest

from clinic.accounts.models import User
from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.actions.offers import offer_time
from scheduling.domain.visit_flags import flags_in
from scheduling.models import Appointment, Hold, WaitlistEntry, WaitlistOffer
from scheduling.queries.day_taken import visit_row
from tests import builders
from tests.portal_builders import Portal, later, slots_in
from tests.security.clients import client_of
from treatments.models import WellBeing

pytestmark = pytest.mark.django_db


@pytest.fixture
def portal():
    return Portal()


def visit_at(portal, start_at, patient=None):
    request = BookingRequest(patient or portal.patient, portal.kind, portal.site, start_at)
    clerk = User.objects.filter(role="front_desk").first() or builders.make_user()
    return book_appointment(request=request, by=clerk, now=portal.now)


def test_a_visit_moves_to_a_time_that_was_shown(portal):
    """It keeps its row, and both the desk and the person know the new time."""
    visit = visit_at(portal, later(portal.now, days=3))
    slot = slots_in(portal.phone.get(portal.url("visit-move", visit.pk)))[0]
    moved = portal.phone.post(portal.url("visit-move", visit.pk), {"slot": slot})
    assert moved.url == portal.url("visit", visit.pk)
    visit.refresh_from_db()
    assert slot.startswith(visit.start_at.isoformat())
    nonsense = portal.phone.post(portal.url("visit-move", visit.pk), {"slot": "tomorrow/1"})
    assert nonsense.status_code == 302


def test_a_visit_is_cancelled_until_the_clinic_s_notice_and_then_by_phone(portal):
    """After that the place can hardly be given to somebody else."""
    far, near = (
        visit_at(portal, later(portal.now, days=3)),
        visit_at(portal, later(portal.now, hours=20)),
    )
    url = portal.url("visit-cancel", far.pk)
    assert portal.phone.get(url).status_code == 200
    for _press in range(2):
        assert portal.phone.post(url, {"cancellation_reason": "ill"}).status_code == 302
    far.refresh_from_db()
    assert (far.status, far.cancellation_reason) == ("cancelled", "ill")
    for name in ("visit-cancel", "visit-move"):
        assert portal.phone.get(portal.url(name, near.pk)).url == portal.url("visit", near.pk)
    refused = portal.phone.post(portal.url("visit-cancel", near.pk), {})
    assert refused.status_code == 409
    assert portal.site.phone in refused.content.decode()
    near.refresh_from_db()
    assert near.status == "booked"


def test_who_is_late_says_so_and_the_board_shows_it(portal):
    """One tap in a traffic jam, and only on the day itself."""
    visit, another = (
        visit_at(portal, later(portal.now, **at)) for at in ({"minutes": 20}, {"days": 3})
    )
    page = portal.phone.get(portal.url("visit", visit.pk)).content.decode()
    assert "Running late?" in page
    portal.phone.post(portal.url("visit-late", visit.pk), {"minutes": "20"})
    visit.refresh_from_db()
    assert visit.late_minutes == 20
    clerk = builders.make_user()
    assert "Says 20 min late" in flags_in(visit_row(clerk, visit), "")
    assert (
        portal.phone.post(portal.url("visit-late", another.pk), {"minutes": "20"}).status_code
        == 409
    )
    portal.phone.post(portal.url("visit-late", visit.pk), {"minutes": "500"})
    portal.phone.post(portal.url("visit-late", visit.pk), {"minutes": "0"})
    visit.refresh_from_db()
    assert visit.late_minutes is None


def test_who_is_here_checks_in_and_sees_their_place(portal):
    """Not before they can be here, and not for somebody else's visit."""
    visit = visit_at(portal, later(portal.now, minutes=20))
    other = visit_at(portal, later(portal.now, days=2))
    assert portal.phone.post(portal.url("visit-here", other.pk)).status_code == 409
    here = portal.phone.post(portal.url("visit-here", visit.pk))
    assert here.status_code == 302
    assert "/public/" in here.url
    visit.refresh_from_db()
    assert visit.status == "arrived"


def test_the_file_for_the_calendar_has_no_clinical_word(portal):
    """Calendars are read by family and by companies."""
    visit = visit_at(portal, later(portal.now, days=2))
    answer = portal.phone.get(portal.url("visit-calendar", visit.pk))
    assert answer["Content-Type"].startswith("text/calendar")
    told = answer.content.decode()
    assert "SUMMARY:Visit" in told
    assert portal.kind.name not in told


def test_somebody_else_s_visit_does_not_exist(portal):
    """Not under their own record's address either."""
    stranger = builders.make_patient("Eve")
    theirs = visit_at(portal, later(portal.now, days=2), stranger)
    for name in ("visit", "visit-booked", "visit-move", "visit-cancel", "visit-calendar"):
        assert portal.phone.get(portal.url(name, theirs.pk)).status_code == 404
    for name in ("visit-move", "visit-cancel", "visit-late", "visit-here"):
        said = {"minutes": "10", "slot": f"{theirs.start_at.isoformat()}/{portal.clinician.pk}"}
        assert portal.phone.post(portal.url(name, theirs.pk), said).status_code == 404
    theirs.refresh_from_db()
    assert theirs.status == "booked"


def test_an_emergency_moves_no_visit(portal):
    """Later is what must not happen then."""
    visit = visit_at(portal, later(portal.now, days=3))
    portal.say(1, "saddle-numbness")
    assert WellBeing.objects.count() == 1
    slot = f"{later(portal.now, days=4).isoformat()}/{portal.clinician.pk}"
    url = portal.url("visit-move", visit.pk)
    assert portal.phone.get(url).url == portal.url("book")
    assert portal.phone.post(url, {"slot": slot}).url == portal.url("book")
    before = visit.start_at
    visit.refresh_from_db()
    assert visit.start_at == before


def test_nothing_fits_so_they_wait_and_say_yes_to_an_offer(portal):
    """On the list in one form, an offer in one tap, and off it again."""
    portal.answer_all()
    portal.choose_kind()
    join = portal.url("waitlist-join")
    assert portal.phone.get(join).status_code == 200
    assert portal.phone.post(join, {"until": "400"}).status_code == 422
    wish = {"until": "14", "weekdays": ["1", "2", "3", "4", "5", "6", "7"], "notice": "60"}
    assert portal.phone.post(join, wish | {"part": ""}).url == portal.url("waitlist")
    again = portal.phone.post(join, wish | {"part": ""})
    assert "waitlist for this visit already" in again.content.decode()
    entry = WaitlistEntry.objects.get()
    assert entry.created_by == portal.user
    offer_time(entry=entry, start_at=later(portal.now, hours=6), by=None, now=portal.now)
    page = portal.phone.get(portal.url("waitlist")).content.decode()
    assert "Yes, I take it" in page
    offer = WaitlistOffer.objects.get()
    yes = portal.phone.post(portal.url("waitlist-answer", offer.pk), {"answer": "accept"})
    assert yes.url == portal.url("visit-booked", Appointment.objects.get().pk)
    assert WaitlistEntry.objects.get().status == "booked"


def test_an_offer_of_somebody_else_cannot_be_answered_and_a_wait_not_be_ended(portal):
    """Ids of waits and offers are no keys."""
    portal.answer_all()
    portal.choose_kind()
    portal.phone.post(portal.url("waitlist-join"), {"until": "14", "notice": "60", "part": ""})
    entry = WaitlistEntry.objects.get()
    offer_time(entry=entry, start_at=later(portal.now, hours=6), by=None, now=portal.now)
    offer = WaitlistOffer.objects.get()
    eve = Portal.__new__(Portal)
    eve.__dict__ |= vars(portal)
    eve.patient = builders.make_patient("Eve")
    eve.phone = client_of(eve.let_in(eve.patient))
    for name, pk in (("waitlist-answer", offer.pk), ("waitlist-leave", entry.pk)):
        assert eve.phone.post(eve.url(name, pk), {"answer": "accept"}).status_code == 404
        assert eve.phone.post(eve.url(name, uuid4()), {"answer": "accept"}).status_code == 404
    no = portal.phone.post(portal.url("waitlist-answer", offer.pk), {"answer": "decline"})
    assert no.url == portal.url("waitlist")
    assert Hold.objects.get().status == "released"
    for _press in range(2):
        left = portal.phone.post(portal.url("waitlist-leave", entry.pk))
        assert left.url == portal.url("waitlist")
    assert WaitlistEntry.objects.get().status == "withdrawn"
    gone = portal.phone.post(portal.url("waitlist-answer", offer.pk), {"answer": "accept"})
    assert gone.status_code == 409


def test_the_list_of_visits_asks_few_questions(portal, django_assert_max_num_queries):
    """However many visits there are."""
    for days in range(1, 8):
        visit_at(portal, later(portal.now, days=days))
    with django_assert_max_num_queries(25):
        page = portal.phone.get(portal.url("visits"))
    assert page.content.decode().count("visit-card") == 7
