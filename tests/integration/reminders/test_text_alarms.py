"""A text message that names a danger reaches a physician at once, and says what to do now."""

from urllib.parse import urlencode

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from clinic.messaging import arrivals
from clinic.messaging.actions.suppressions import suppress
from clinic.messaging.models import InboundMessage, Message
from clinic.messaging.signatures import signature
from scheduling.actions import text_alarms
from scheduling.actions.text_answers import answer_next_text
from scheduling.models import TextToAnswer
from scheduling.queries.text_answers import texts_to_answer
from tests import builders
from tests.integration.reminders.worlds import BOOKED_AT, HOUR
from tests.record_builders import make_follow_up, shipped_catalogue
from treatments.actions import alarms
from treatments.models import FollowUp, WellBeing
from treatments.queries import alarms as read

pytestmark = pytest.mark.django_db
NOW, PHONE = BOOKED_AT, "+12125550199"


def with_phone(person, phone=PHONE):
    person.contacts.all().delete()
    person.contacts.create(system="phone", use="mobile", value=phone, digits=phone.lstrip("+"))
    return person


@pytest.fixture(autouse=True)
def site():
    shipped_catalogue()
    return builders.make_site()


@pytest.fixture
def person():
    return with_phone(builders.make_patient("Ana"))


@pytest.fixture
def physician(person):
    made = builders.make_user(Role.PHYSICIAN)
    builders.care_for(person, made)
    return made


def send(text, number="a", now=NOW, phone=PHONE):
    InboundMessage.objects.create(
        provider_id=f"SM{number}", from_phone=phone, text=text, received_at=now
    )
    return answer_next_text(by="worker", now=now)


def advice():
    rows = Message.objects.filter(kind="urgent_advice").order_by("id")
    return [(row.status, row.to_address, row.body) for row in rows]


def test_it_stands_on_top_of_the_inbox_and_says_what_to_do(person, physician, site, settings):
    """Before, it waited at the desk among messages about being late."""
    settings.ON_CALL_EMAIL = "oncall@dorsa.example"
    assert send("I can't feel my legs and I wet myself").outcome == "alarming"
    (alarm,) = read.alarms(physician, now=NOW)
    assert alarm.is_emergency
    assert (alarm.row.told_by, alarm.row.words) == ("sms", "I can't feel my legs and I wet myself")
    assert set(alarm.row.flags) >= {"weakness-both-legs", "bladder-or-bowel-trouble"}
    ((status, address, words),) = advice()
    assert (status, address) == ("due", PHONE)
    assert "911" in words
    assert site.phone in words
    assert not any(word in words.lower() for word in ("leg", "feel", "bladder"))
    assert Message.objects.filter(kind="team_notice").count() == 1
    call = FollowUp.objects.get(occasion__startswith="alarm:")
    assert call.owner_role == Role.FRONT_DESK
    assert not Message.objects.filter(kind="sms_answer").exists()


def test_what_can_wait_for_a_call_today_says_so_in_their_language(person, physician):
    """Somebody with a fever is not sent to 911, and reads it in their own language."""
    person.language = "es"
    person.save()
    send("Tengo fiebre desde anoche")
    assert read.alarms(physician, now=NOW)[0].row.urgency == "same_day"
    ((_status, _address, words),) = advice()
    assert "hoy" in words


def test_it_closes_the_questions_that_asked(person, physician):
    """Who was asked how they are, and answers by text, is not asked again."""
    asked = make_follow_up(person, kind="questionnaire", due_at=NOW + HOUR, asked_at=NOW - HOUR)
    send("fever")
    asked.refresh_from_db()
    assert asked.status == "completed"
    assert WellBeing.objects.get().follow_up == asked


def test_the_desk_reads_it_first(person):
    """Oldest first would hide it under twenty questions about parking."""
    send("Where can I park?", "a")
    send("fever", "b", now=NOW + HOUR)
    first, second = texts_to_answer(builders.make_user())
    assert (first.item.is_alarm, second.item.is_alarm) == (True, False)
    assert "danger" in str(first.item)


def test_of_several_people_with_one_number_all_may_be_meant(person, physician):
    """A mother and her son share a phone: nobody can know, so nobody is left out."""
    other = with_phone(builders.make_patient("Leo"))
    builders.care_for(other, physician)
    send("chills and fever")
    assert {alarm.row.patient_id for alarm in read.alarms(physician, now=NOW)} == {
        person.pk,
        other.pk,
    }
    assert len(advice()) == 1


def test_of_several_people_the_one_who_was_asked_is_meant(person, physician):
    """The one whom we have just asked is the one who answers."""
    with_phone(builders.make_patient("Leo"))
    make_follow_up(person, kind="questionnaire", due_at=NOW + HOUR, asked_at=NOW - HOUR)
    send("chills and fever")
    assert [row.patient_id for row in WellBeing.objects.all()] == [person.pk]


def test_a_number_that_nobody_has_still_reaches_whoever_is_on_call(settings):
    """They may write from a daughter's phone."""
    settings.ON_CALL_EMAIL = "oncall@dorsa.example"
    send("no puedo respirar", phone="+12125550000")
    (notice,) = Message.objects.filter(kind="team_notice")
    assert "/desk/messages/" in notice.body
    assert TextToAnswer.objects.get().is_alarm
    ((_status, address, words),) = advice()
    assert address == "+12125550000"
    assert "llame al 911" in words


def test_who_answered_stop_is_advised_all_the_same(person):
    """A stop is about reminders; this is about their life."""
    suppress(channel="sms", address=PHONE, reason="stop", by="sms", now=NOW - HOUR)
    send("fever")
    assert [status for status, _to, _words in advice()] == ["due"]


def test_a_machine_that_answers_is_advised_once_an_hour(person):
    """Two machines must not talk all night; each alarm counts all the same."""
    for minute in range(3):
        send("Fever clinic: we are closed", str(minute))
    assert len(advice()) == 1


def test_the_same_words_under_the_questions_count_too(person, physician):
    """Who says no to every question and writes of a fever below has a fever."""
    from treatments.actions.alarms import Told
    from treatments.actions.answers import answer_by_link

    asked = make_follow_up(person, due_at=NOW + HOUR, step="safety-call")
    told = Told(frozenset(), "Tengo fiebre")
    answer_by_link(follow_up=asked, told=told, scores={}, by=None, now=NOW)
    assert read.alarms(physician, now=NOW)[0].row.flags == ["fever"]


def test_what_cannot_be_filed_still_reaches_somebody(person, settings, monkeypatch):
    """After twenty answers a chart takes no more; whoever is on call is told all the same."""

    def refuses(**_said):
        raise alarms.TooManyAnswers

    monkeypatch.setattr(text_alarms, "tell_well_being", refuses)
    settings.ON_CALL_EMAIL = "oncall@dorsa.example"
    send("fever")
    assert Message.objects.filter(kind="team_notice").count() == 1
    assert TextToAnswer.objects.get().is_alarm
    assert len(advice()) == 1


def test_a_danger_waits_for_no_worker(person, physician, settings, client):
    """At night nobody sees that the worker has stopped."""
    settings.SMS_HOOK_SECRET = "0" * 32
    body = urlencode({"MessageSid": "SM1", "From": PHONE, "Body": "I can't feel my legs"})
    signed = {"X-Dorsa-Signature": signature(body.encode(), settings.SMS_HOOK_SECRET).decode()}
    form = "application/x-www-form-urlencoded"
    assert client.post("/hooks/sms/", body, content_type=form, headers=signed).status_code == 200
    assert read.count_alarms(physician, now=timezone.now()) == 1


def test_what_cannot_be_handled_at_once_is_kept_for_the_worker(settings, client, monkeypatch):
    """The provider must not be told that we have not got it: it would send it again and again."""

    def fails(_now):
        raise RuntimeError

    monkeypatch.setattr(arrivals, "_handlers", [fails])
    settings.SMS_HOOK_SECRET = "0" * 32
    body = urlencode({"MessageSid": "SM1", "From": PHONE, "Body": "yes"})
    signed = {"X-Dorsa-Signature": signature(body.encode(), settings.SMS_HOOK_SECRET).decode()}
    form = "application/x-www-form-urlencoded"
    assert client.post("/hooks/sms/", body, content_type=form, headers=signed).status_code == 200
    assert InboundMessage.objects.get().handled_at is None
