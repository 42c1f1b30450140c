"""People are written to after a treatment: once, in their language, without a clinical word."""

from datetime import timedelta

import pytest

from clinic.accounts.roles import Role
from clinic.messaging.models import Message
from patients.models import ContactPoint, Patient
from scheduling.actions.asking import ask_due, send_aftercare
from scheduling.actions.follow_up_visits import book_follow_up
from scheduling.models import VisitType
from scheduling.queries.follow_up_slots import follow_up_times
from tests import builders
from tests.outcome_builders import DAY, NOW
from tests.record_builders import make_follow_up, make_procedure, shipped_catalogue
from treatments.actions.follow_up_work import FollowUpResult, close_follow_up
from treatments.domain.aftercare import aftercare_for
from treatments.models import FollowUp

pytestmark = pytest.mark.django_db
CLINICAL = ("epidural", "injection", "inyección", "steroid", "block", "lumbar", "numb", "fever")


@pytest.fixture
def doctor():
    shipped_catalogue()
    return builders.make_user(Role.PHYSICIAN)


@pytest.fixture
def patient(doctor):
    builders.make_site()
    person = builders.make_patient(email="ana@example.org")
    builders.care_for(person, doctor)
    return person


def due_call(patient, doctor, **values):
    done = make_procedure(patient, doctor, at=NOW - DAY, status="signed")
    return make_follow_up(patient, due_at=NOW + DAY, procedure=done, step="safety-call", **values)


def test_a_link_goes_out_once_when_it_is_due(patient, doctor):
    """Two ticks send one message; what is not due yet, or too late, sends none."""
    call = due_call(patient, doctor)
    make_follow_up(patient, due_at=NOW - DAY, kind="questionnaire")
    make_follow_up(patient, due_at=NOW + 9 * DAY, kind="questionnaire")
    make_follow_up(patient, due_at=NOW + DAY, step="glucose-call")
    assert ask_due(limit=100, by=None, now=NOW) == 1
    assert ask_due(limit=100, by=None, now=NOW + timedelta(minutes=1)) == 0
    message = Message.objects.get()
    assert message.about == f"follow-up:{call.pk}"
    assert "/public/answers/" in message.body
    assert not any(word in message.subject.lower() for word in CLINICAL)


def test_what_was_closed_meanwhile_is_not_asked(patient, doctor):
    """Somebody reached by phone gets no question in the morning; sent again, they get a new one."""
    call = due_call(patient, doctor, kind="questionnaire")
    ask_due(limit=100, by=None, now=NOW)
    again = FollowUpResult.SEND_AGAIN
    close_follow_up(follow_up=call, result=again, by=doctor, now=NOW + timedelta(hours=2))
    ask_due(limit=100, by=None, now=NOW + timedelta(hours=3))
    assert Message.objects.filter(status="due").count() == 2
    by_phone = FollowUpResult.BY_PHONE
    close_follow_up(follow_up=call, result=by_phone, by=doctor, now=NOW + timedelta(hours=4))
    assert Message.objects.filter(status="withdrawn").count() == 2


def test_a_text_message_says_nothing_clinical_in_either_language(patient, doctor):
    """A phone on a table is read by others."""
    ContactPoint.objects.filter(patient=patient).delete()
    ContactPoint.objects.create(
        patient=patient, system="phone", use="mobile", value="+1 512 555 0100", digits="15125550100"
    )
    for language in ("en", "es"):
        Patient.objects.filter(pk=patient.pk).update(language=language)
        call = due_call(patient, doctor)
        ask_due(limit=100, by=None, now=NOW)
        message = Message.objects.get(about=f"follow-up:{call.pk}")
        assert message.channel == "sms"
        assert not any(word in message.body.lower() for word in CLINICAL)


@pytest.mark.parametrize(("language", "says"), [("en", "Rest today"), ("es", "Descanse hoy")])
def test_aftercare_goes_out_once_in_their_language(patient, doctor, language, says):
    """What to do at home is no use in a language one does not read."""
    Patient.objects.filter(pk=patient.pk).update(language=language)
    make_procedure(patient, doctor, at=NOW, status="signed", aftercare=aftercare_for("epidural"))
    for _number in range(2):
        send_aftercare(limit=100, by=None, now=NOW + timedelta(hours=1))
    message = Message.objects.get()
    assert says in message.body
    assert not any(word in message.subject.lower() for word in CLINICAL)


def test_a_visit_that_is_due_is_three_times_and_one_press(patient, doctor):
    """The desk reads out three times; booking keeps the row until the visit took place."""
    site = builders.make_site()
    own = builders.make_clinician(site, user=doctor)
    builders.make_resource(site)
    kind = builders.make_visit_type()
    VisitType.objects.filter(pk=kind.pk).update(code="follow-up")
    desk = builders.make_user()
    done = make_procedure(patient, doctor, at=NOW - 28 * DAY, status="signed")
    row = make_follow_up(
        patient, due_at=NOW + 7 * DAY, kind="visit", owner_role="physician", procedure=done
    )
    FollowUp.objects.filter(pk=row.pk).update(earliest_at=NOW)
    row = FollowUp.objects.select_related("procedure").get(pk=row.pk)
    offered = follow_up_times(desk, row, now=NOW)
    assert (len(offered.times), offered.is_wished) == (3, True)
    assert len({one.slot.start_at.astimezone(site.zone).date() for one in offered.times}) == 3
    assert all(one.slot.clinician_id == own.pk for one in offered.times)
    booked = book_follow_up(
        follow_up=row,
        visit_type=offered.visit_type,
        site=offered.site,
        start_at=offered.times[0].slot.start_at,
        clinician=own,
        by=desk,
        now=NOW,
    )
    row = FollowUp.objects.get(pk=row.pk)
    assert (booked.patient, row.status) == (patient, "in_progress")
    assert "Booked for" in row.result
