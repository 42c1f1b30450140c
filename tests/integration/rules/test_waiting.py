"""The waitlist asks the rules: whom they stop is not asked to come, nor told as the desk is."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from patients.models import Patient
from scheduling.actions.offers import accept_offer, offer_time
from scheduling.actions.waitlist import Wish, add_to_waitlist
from scheduling.models import Appointment, Opening, WaitlistOffer
from scheduling.queries.waiting_line import times_for
from scheduling.tasks.waitlist import offer_opening
from tests import builders
from tests.integration.rules.test_booking import NOW, TEN, Epidurals
from tests.integration.waitlist.conftest import secret_sent
from tests.rule_builders import CAP, SADDLE, file_rules, make_finding
from treatments.actions.limits import NotAllowedByRules

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def clinic():
    """Somebody who had four lumbar epidurals in a year."""
    return Epidurals()


def wait(clinic, patient, at=NOW, **wish):
    told = {"patient": patient, "visit_type": clinic.kind, "site": clinic.site}
    days = {"earliest_date": at.date(), "latest_date": at.date() + 365 * DAY, "notice_minutes": 0}
    return add_to_waitlist(**told, wish=Wish(**days | wish), by=clinic.clerk, now=at)


def test_who_would_be_refused_is_not_asked_and_the_next_one_is(clinic):
    """A yes that is then refused is worse than no question."""
    stopped = wait(clinic, clinic.patient)
    other = wait(clinic, builders.make_patient(email="bo@example.org"))
    freed = Opening.objects.create(
        site=clinic.site,
        resource=clinic.clinician,
        start_at=TEN,
        end_at=TEN + timedelta(minutes=30),
        cause="cancel",
        created_at=NOW,
        due_at=NOW,
    )
    assert offer_opening(freed, NOW) == "Offered to 1."
    assert WaitlistOffer.objects.get().entry == other
    with pytest.raises(NotAllowedByRules):
        offer_time(entry=stopped, start_at=TEN, by=clinic.clerk, now=NOW)


def test_the_times_of_who_waits_begin_where_no_rule_stops_them(clinic):
    """The desk was shown no time at all: the first two hundred were all too early."""
    patient = clinic.patient = builders.make_patient()
    for days in (355, 200, 120, 60):
        clinic.had(NOW - days * DAY)
    entry = wait(clinic, patient)
    days = [slot.start_at.date() for slot in times_for(clinic.clerk, entry, now=NOW)]
    assert days[0] == (NOW + 10 * DAY).date()
    assert days == sorted(days)


def test_a_yes_that_came_too_late_is_answered_in_words_for_the_person(clinic):
    """Between question and answer another one was done elsewhere: the desk's words are not hers."""
    now = timezone.now()
    patient = builders.make_patient(email="ana@example.org")
    Patient.objects.filter(pk=patient.pk).update(language="es")
    patient.refresh_from_db()
    start = (now + 3 * DAY).replace(hour=10, minute=0, second=0, microsecond=0)
    offer = offer_time(entry=wait(clinic, patient, now), start_at=start, by=clinic.clerk, now=now)
    for days in (30, 60, 90, 120):
        clinic.patient = patient
        clinic.had(now - days * DAY)
    address = f"/public/offers/{secret_sent(offer)}/"
    answer = Client().post(address, {"answer": "accept"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Esta cita tiene que esperar un poco más" in page
    for words in (CAP["desk_message"], "physician", "earliest", "Not on this day", "booked"):
        assert words not in page
    assert not Appointment.objects.exists()
    assert WaitlistOffer.objects.get().status == "open"


def test_an_emergency_told_meanwhile_is_not_read_out_to_the_person_as_to_the_desk(clinic):
    """“Say: call 911. Do not book.” is an order to the desk."""
    file_rules(SADDLE)
    now = timezone.now()
    patient = builders.make_patient(email="ana@example.org")
    start = (now + 3 * DAY).replace(hour=10, minute=0, second=0, microsecond=0)
    offer = offer_time(entry=wait(clinic, patient, now), start_at=start, by=clinic.clerk, now=now)
    make_finding(patient, record=SADDLE, urgency="emergency")
    with pytest.raises(NotAllowedByRules):
        accept_offer(offer=offer, by=None, now=now)
    page = Client().post(f"/public/offers/{secret_sent(offer)}/", {"answer": "accept"})
    assert "Do not book" not in page.content.decode()
