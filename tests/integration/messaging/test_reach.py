"""How somebody is reached: by what, where, and when not."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.template import TemplateDoesNotExist
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.accounts.models import THE_CLINIC
from clinic.accounts.roles import Role
from clinic.messaging.actions import Recipient, queue_message
from clinic.messaging.actions.outbox import give_up, try_again
from clinic.messaging.models import (
    Channel,
    Message,
    MessageKind,
    MessageStatus,
    Suppression,
)
from clinic.messaging.quiet import QuietHours
from clinic.messaging.recipients import route
from clinic.messaging.texts import Text, render
from clinic.shared.errors import Conflict, NotAllowed
from patients.models import CommunicationPreference, Consent, ContactPoint, Patient
from patients.queries import recipient, recipients
from tests import builders
from tests.integration.messaging.conftest import NOW, make_message

NEW_YORK = ZoneInfo("America/New_York")
BOTH = Text("Your visit", "Come.\n", "Come: YES?")
LETTER = Text("Your visit", "Come.\n")
PHONE = "+15125550100"


def ana(**fields):
    return Recipient(**{"name": "Ana", "email": "ana@example.org", "phone": PHONE, **fields})


def make_person(email="ana@example.org", phone="15125550100", use="mobile", **fields):
    patient = builders.make_patient(email=email)
    if phone:
        ContactPoint.objects.create(
            patient=patient, system="phone", use=use, value=phone, digits=phone
        )
    Patient.objects.filter(pk=patient.pk).update(**fields)
    return Patient.objects.get(pk=patient.pk)


def to(patient):
    return recipient(THE_CLINIC, patient, zone=NEW_YORK, now=NOW)


def consent(patient, decision, until=None):
    Consent.objects.create(
        patient=patient,
        kind="messages",
        decision=decision,
        method="paper",
        given_by="Ana",
        decided_date=date(2026, 1, 1),
        until_date=until,
        recorded_by=builders.make_user(),
    )


# --- quiet hours --------------------------------------------------------------------------------

clocks = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
zones = st.sampled_from(["America/New_York", "Europe/Madrid", "UTC", "Australia/Lord_Howe"])
# Around both clock changes of both halves of the world.
days = st.sampled_from([date(2026, 3, 8), date(2026, 11, 1), date(2026, 10, 4), date(2026, 3, 29)])


# How fast a busy machine thinks of examples says nothing about quiet hours.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(clocks, clocks, zones.map(ZoneInfo), days, st.integers(-2880, 2880))
def test_quiet_hours_end_when_a_clock_on_the_wall_says_so(begins, ends, zone, day, minutes):
    """Across clock changes too: the oracle walks on minute by minute and looks at the clock."""
    quiet = QuietHours(begins, ends, zone)
    at = datetime.combine(day, time(12), UTC) + timedelta(minutes=minutes)
    moved = quiet.moved_out(at)
    assert not quiet.are_at(moved)
    walked = at
    while quiet.are_at(walked):
        walked += timedelta(minutes=1)
    # Where the clock jumps over the end, an hour later at most.
    assert walked <= moved <= walked + timedelta(hours=1)
    local = datetime.combine(walked.astimezone(zone).date(), ends, zone)
    is_skipped = local.astimezone(UTC).astimezone(zone).time() != ends
    assert moved == walked or is_skipped


def test_the_same_time_twice_is_no_quiet_time():
    """Somebody who works at night must be able to say so."""
    quiet = QuietHours(time(8), time(8), NEW_YORK)
    assert not any(quiet.are_at(NOW + timedelta(hours=n)) for n in range(24))


# --- the route ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "kind", "text", "stopped", "goes"),
    [
        (ana(), "appointment_reminder", BOTH, set(), "email"),
        (ana(channel=Channel.SMS), "appointment_reminder", BOTH, set(), "sms"),
        (ana(channel=Channel.SMS), "appointment_booked", LETTER, set(), "email"),
        (ana(channel=Channel.SMS, phone=""), "appointment_booked", BOTH, set(), "email"),
        (ana(), "appointment_booked", BOTH, {Channel.EMAIL}, "sms"),
        (ana(), "appointment_booked", BOTH, {Channel.EMAIL, Channel.SMS}, "parked"),
        (ana(), "newsletter", BOTH, {Channel.EMAIL, Channel.SMS}, "withdrawn"),
        (ana(), "account", LETTER, {Channel.EMAIL}, "email"),
        (ana(channel=None), "appointment_cancelled", BOTH, set(), "parked"),
        (ana(channel=None), "appointment_reminder", BOTH, set(), "withdrawn"),
        (ana(reminders=False), "appointment_reminder", BOTH, set(), "withdrawn"),
        (ana(reminders=False), "appointment_moved", BOTH, set(), "email"),
        (ana(email="", phone=""), "appointment_booked", BOTH, set(), "parked"),
    ],
)
def test_a_message_finds_its_way_or_says_why_not(who, kind, text, stopped, goes):
    """By what they prefer, else by the other, else somebody calls."""
    found = route(MessageKind(kind), who, text, stopped)
    if goes in {"parked", "withdrawn"}:
        assert not found.address
        assert found.reason.endswith(".")
        assert found.is_unwanted is (goes == "withdrawn")
    else:
        assert (found.channel, bool(found.address)) == (goes, True)


def queue(who, **fields):
    told = {
        "kind": MessageKind.APPOINTMENT_REMINDER,
        "to": who,
        "text": BOTH,
        "about": "appointment:1",
        "dedupe_key": "one",
        "by": None,
        "now": NOW,
    }
    queue_message(**{**told, **fields})
    return Message.objects.latest("id")


@pytest.mark.django_db
def test_nobody_is_woken_but_for_what_cannot_wait():
    """At noon in UTC it is seven in New York; their quiet time ends at eight."""
    quiet = QuietHours(time(21), time(8), NEW_YORK)
    assert queue(ana(quiet=quiet)).due_at == NOW + timedelta(hours=1)
    assert queue(ana(quiet=quiet), dedupe_key="two", urgent=True).due_at == NOW
    later = NOW + timedelta(hours=14)
    waits = queue(ana(quiet=quiet), dedupe_key="three", due_at=later)
    assert waits.due_at == NOW + timedelta(hours=25)


@pytest.mark.django_db
def test_the_same_occasion_is_told_once():
    """Two reminders are one too many."""
    queue(ana())
    queue(ana(email="other@example.org"))
    assert Message.objects.count() == 1


@pytest.mark.django_db
def test_a_stop_is_seen_when_the_message_is_written(settings):
    """Then it goes the other way, instead of nowhere."""
    Suppression.objects.create(
        channel="email", address="ana@example.org", reason="bounce", since_at=NOW
    )
    message = queue(ana(email="Ana@Example.org"))
    assert (message.channel, message.to_address, message.body) == ("sms", PHONE, BOTH.sms)
    settings.SMS = None
    parked = queue(ana(), dedupe_key="two")
    assert (parked.channel, parked.status) == ("email", MessageStatus.WITHDRAWN)


def test_a_text_knows_both_its_forms():
    """The first line of the e-mail is its subject; the short one stands in one line."""
    text = render("messaging/messages/sms_stopped", "es", {"clinic": "Dorsa"})
    assert text.subject == "Mensajes de texto"
    assert text.sms.startswith("Dorsa: no recibirá")
    assert "\n" not in text.sms
    with pytest.raises(TemplateDoesNotExist):
        render("messaging/messages/no_such", "en", {})


# --- the door -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_without_a_word_of_theirs_it_is_e_mail_or_else_their_mobile():
    """What most people want."""
    assert to(make_person()).channel == Channel.EMAIL
    mobile = to(make_person(email=""))
    assert (mobile.channel, mobile.phone) == (Channel.SMS, PHONE)
    assert to(make_person(email="", use="home")).phone == "", "a landline reads no text messages"
    assert mobile.quiet == QuietHours(time(21), time(8), NEW_YORK)


@pytest.mark.django_db
def test_what_they_said_counts():
    """That is what they were asked for."""
    patient = make_person(use="home")
    wish = CommunicationPreference.objects.create(
        patient=patient, channel="sms", quiet_from=time(20), quiet_until=time(9), reminders=False
    )
    found = to(patient)
    assert (found.channel, found.phone, found.reminders) == (Channel.SMS, PHONE, False)
    assert found.quiet == QuietHours(time(20), time(9), NEW_YORK)
    wish.channel = "none"
    wish.save()
    assert to(patient).channel is None


@pytest.mark.django_db
def test_declined_consent_and_death_end_messages():
    """The newest decision counts, as long as it holds; and nobody writes to the dead."""
    patient = make_person()
    consent(patient, "deny")
    assert to(patient).channel is None
    consent(patient, "permit")
    assert to(patient).channel == Channel.EMAIL
    consent(patient, "deny", until=NOW.date())
    assert to(patient).channel == Channel.EMAIL
    Patient.objects.filter(pk=patient.pk).update(deceased_date=NOW.date())
    assert (to(patient).channel, to(patient).why_none) == (None, "This person has died.")


@pytest.mark.django_db
def test_an_address_that_bounces_gives_way_to_another_one():
    """Many people have an old address on file."""
    patient = make_person()
    ContactPoint.objects.create(patient=patient, system="email", value="new@example.org", rank=2)
    Suppression.objects.create(
        channel="email", address="ana@example.org", reason="bounce", since_at=NOW
    )
    found = to(patient)
    assert (found.email, found.stopped) == ("new@example.org", set())


@pytest.mark.django_db
def test_many_people_are_one_statement(django_assert_num_queries):
    """A reminder run asks about thousands."""
    people = [make_person(email=f"p{n}@example.org") for n in range(5)]
    with django_assert_num_queries(1):
        found = recipients(THE_CLINIC, people, zone=NEW_YORK, now=NOW)
    assert {pk: who.email for pk, who in found.items()} == {
        person.pk: f"p{n}@example.org" for n, person in enumerate(people)
    }


@pytest.mark.django_db
def test_strangers_learn_no_address():
    """An address tells who is a patient."""
    patient = make_person()
    other = builders.make_user(Role.PATIENT)
    assert recipients(other, [patient], zone=NEW_YORK, now=NOW) == {}
    from django.contrib.auth.models import AnonymousUser

    with pytest.raises(NotAllowed):
        recipients(AnonymousUser(), [patient], zone=NEW_YORK, now=NOW)


# --- the outbox ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_try_again_starts_from_the_beginning_and_twice_is_as_once():
    """Whoever presses the button twice sends one message."""
    manager = builders.make_user(Role.MANAGER)
    message = make_message(status="parked", last_error="Refused", attempts=8)
    for _time in range(2):
        try_again(message=message, by=manager, now=NOW)
    message.refresh_from_db()
    assert (message.status, message.attempts, message.due_at) == ("due", 0, NOW)
    with pytest.raises(NotAllowed):
        try_again(message=message, by=builders.make_user(), now=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"to_address": ""}, "no address"),
        ({"body": ""}, "link was forgotten"),
        ({"valid_until": NOW}, "time has passed"),
        ({"status": "sent", "sent_at": NOW, "last_error": ""}, "not waiting"),
    ],
)
def test_what_cannot_be_sent_again_says_why(fields, sentence):
    """A button that does nothing makes people press it harder."""
    manager = builders.make_user(Role.MANAGER)
    message = make_message(**{"status": "parked", "last_error": "Refused", **fields})
    with pytest.raises(Conflict, match=sentence):
        try_again(message=message, by=manager, now=NOW)


@pytest.mark.django_db
def test_giving_up_says_who(client):
    """Somebody will ask."""
    manager = builders.make_user(Role.MANAGER)
    message = make_message(status="parked", last_error="Refused", to_address="")
    for _time in range(2):
        give_up(message=message, by=manager, now=NOW)
    message.refresh_from_db()
    assert message.status == "withdrawn"
    assert message.last_error == f"Given up by {manager.name}. Refused"
    with pytest.raises(Conflict):
        give_up(message=make_message(), by=manager, now=NOW)
