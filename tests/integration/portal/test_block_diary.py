"""The hours after a block, kept on a phone: asked once each, and theirs."""

from datetime import timedelta
from decimal import Decimal

import pytest

from clinic.accounts.models import THE_CLINIC
from clinic.accounts.roles import Role
from clinic.messaging.models import Message
from clinic.shared.errors import NotFound
from patients.models import CommunicationPreference, Patient, PortalAccess
from scheduling.actions.diary_prompts import prompt_diaries
from tests import builders
from tests.outcome_builders import NOW, block
from tests.record_builders import shipped_catalogue, shipped_instruments
from treatments.actions.follow_ups import cancel_follow_ups_of, write_follow_ups
from treatments.actions.outcomes import record_diary
from treatments.actions.own_block_diary import HourIsClosed, WrittenByClinic, keep_block_line
from treatments.models import FollowUp, QuestionnaireResponse
from treatments.queries.own_diaries import block_of_token, diary_token, own_block
from treatments.queries.scores import access_diary

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
HALF = Decimal("0.5")


@pytest.fixture
def doctor():
    shipped_catalogue()
    shipped_instruments()
    return builders.make_user(Role.PHYSICIAN)


@pytest.fixture
def patient(doctor):
    builders.make_site()
    person = builders.make_patient(email="ana@example.org")
    builders.care_for(person, doctor)
    return person


@pytest.fixture
def done(patient, doctor):
    """A block at NOW, 11 in the morning by the clock of the place, with what is due after it."""
    row = block(patient, doctor, at=NOW)
    write_follow_ups(procedure=row, by=doctor, now=NOW)
    return row


@pytest.fixture
def user(patient):
    user = builders.make_user(Role.PATIENT)
    PortalAccess.objects.create(user=user, patient=patient)
    return user


def keep(done, hour, pain, *, by=None, now):
    found = access_diary(done.performer, done.pk, now=now)
    return keep_block_line(
        block=done, instrument=found.instrument, hour=hour, pain=pain, by=by, now=now
    )


def ask(now):
    return prompt_diaries(limit=100, by=None, now=now)


def test_each_hour_is_asked_for_once(done):
    """Ticks come each minute; a person gets one message an hour."""
    assert ask(NOW + timedelta(minutes=29)) == 0
    assert [ask(NOW + HOUR / 2), ask(NOW + HOUR / 2), ask(NOW + 0.6 * HOUR)] == [1, 0, 0]
    assert ask(NOW + HOUR) == 1
    first, second = Message.objects.filter(kind="questionnaire").order_by("due_at")
    assert first.valid_until == NOW + HOUR == second.due_at
    assert "/public/block-diary/" in first.body
    assert "pain" not in first.subject


def test_a_silent_hour_is_not_made_up_for(done):
    """After hours without a worker nobody gets four messages at once."""
    assert ask(NOW + 6.5 * HOUR) == 1
    assert Message.objects.get(kind="questionnaire").about.endswith(":6")


def test_what_is_answered_is_not_asked_for(done):
    """The message of an hour that was filled meanwhile stays here; the last hour ends it."""
    ask(NOW + HOUR)
    keep(done, Decimal(1), 2, now=NOW + HOUR)
    assert Message.objects.get(kind="questionnaire").status == "withdrawn"
    keep(done, Decimal(8), 5, now=NOW + 8 * HOUR)
    assert FollowUp.objects.get(kind="diary").status == "completed"
    assert ask(NOW + 8.1 * HOUR) == 0


def test_it_ends_with_its_day_and_when_the_procedure_is_taken_back(done, doctor):
    """Nobody is asked about a block that was not, or the day after."""
    assert ask(NOW + 25 * HOUR) == 0
    cancel_follow_ups_of(procedure=done, reason="Wrong person", by=doctor, now=NOW)
    assert ask(NOW + HOUR) == 0


def test_quiet_hours_hold_and_nothing_stale_is_sent(patient, done):
    """At night the message waits; by morning only the last hour is of any use."""
    CommunicationPreference.objects.create(
        patient=patient, quiet_from="12:30", quiet_until="20:30", channel="email"
    )
    ask(NOW + 2 * HOUR)
    message = Message.objects.get(kind="questionnaire")
    assert message.due_at > message.valid_until
    ask(NOW + 8 * HOUR)
    last = Message.objects.filter(kind="questionnaire").latest("pk")
    assert NOW + 9 * HOUR < last.due_at < last.valid_until == NOW + 24 * HOUR


@pytest.mark.parametrize("language", ["en", "es"])
def test_it_is_written_in_their_language_without_a_clinical_word(patient, done, language):
    """A phone on a table is read by others."""
    Patient.objects.filter(pk=patient.pk).update(language=language)
    ask(NOW + HOUR)
    message = Message.objects.get(kind="questionnaire")
    assert message.language == language
    assert not any(word in message.subject.lower() for word in ("pain", "dolor", "block"))


def test_the_clinic_sees_it_as_theirs_and_when_it_was_late(done, user, doctor):
    """An hour that was remembered in the evening is worth less than one that was felt."""
    keep(done, None, 8, by=user, now=NOW + HOUR / 2)
    keep(done, HALF, 1, by=user, now=NOW + HOUR / 2)
    keep(done, Decimal(1), 2, by=user, now=NOW + 5 * HOUR)
    found = access_diary(doctor, done.pk, now=NOW + 5 * HOUR)
    assert found.said[HALF] == 1
    told = {line.hours: (line.told_at, line.was_late) for line in found.lines}
    assert told[HALF] == (NOW + HOUR / 2, False)
    assert told[Decimal(1)] == (NOW + 5 * HOUR, True)
    assert told[Decimal(2)] == (None, False)


def test_hours_open_when_they_come_and_close_after_a_day(done, user):
    """Nobody writes down at noon how the evening was."""
    for hour, now in ((Decimal(4), NOW + 3 * HOUR), (HALF, NOW + 24 * HOUR)):
        with pytest.raises(HourIsClosed):
            keep(done, hour, 3, by=user, now=now)
    keep(done, Decimal(4), 3, by=user, now=NOW + 3.9 * HOUR)


def test_a_line_is_corrected_by_whoever_wrote_it(done, user, doctor):
    """A slip of the thumb can be mended; what the clinic wrote down is the clinic's."""
    keep(done, HALF, 9, by=user, now=NOW + HOUR)
    keep(done, HALF, 1, by=user, now=NOW + HOUR)
    rows = QuestionnaireResponse.objects.filter(procedure=done, hours_after=HALF)
    assert [(row.score, row.voided_at is None) for row in rows.order_by("pk")] == [
        (9, False),
        (1, True),
    ]
    instrument = access_diary(doctor, done.pk, now=NOW + HOUR).instrument
    record_diary(
        procedure=done,
        instrument=instrument,
        before=None,
        entries={Decimal(1): 3, HALF: 1},
        by=doctor,
        now=NOW + HOUR,
    )
    with pytest.raises(WrittenByClinic):
        keep(done, Decimal(1), 7, by=user, now=NOW + HOUR)


def test_a_link_opens_one_diary_until_it_ends(done):
    """A forged, spent or foreign link says nothing about anybody."""
    until = NOW + 24 * HOUR
    token = diary_token(THE_CLINIC, done, until=until)
    assert block_of_token(THE_CLINIC, token, now=NOW + HOUR).procedure == done
    for spoilt, now in ((token, until), (token[:-2] + "xx", NOW + HOUR), ("none", NOW)):
        with pytest.raises(NotFound):
            block_of_token(THE_CLINIC, spoilt, now=now)


def test_another_person_does_not_find_it(done, user, doctor):
    """The id of somebody else's procedure is answered like one that does not exist."""
    other = builders.make_patient()
    stranger = builders.make_user(Role.PATIENT)
    PortalAccess.objects.create(user=stranger, patient=other)
    with pytest.raises(NotFound):
        own_block(stranger, other, done.pk, now=NOW + HOUR)
    with pytest.raises(NotFound):
        keep(done, HALF, 3, by=stranger, now=NOW + HOUR)
