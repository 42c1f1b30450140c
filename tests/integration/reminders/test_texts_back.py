"""Answers by text message: a clear word acts once, all else is read by a person at the desk."""

import pytest

from clinic.messaging.models import InboundMessage, Message
from scheduling.actions.text_answers import answer_next_text, put_text_aside
from scheduling.domain.text_answers import Meaning, read_answer
from scheduling.models import Appointment, TextToAnswer
from tests.builders import make_patient
from tests.integration.reminders.worlds import BOOKED_AT, DAY, HOUR, World, remind

START = BOOKED_AT + 5 * DAY
NOW = START - 2 * DAY + HOUR
PHONE = "+12125550199"


@pytest.mark.parametrize(
    ("text", "meaning", "language"),
    [
        ("YES", "yes", "en"),
        (" y ", "yes", ""),
        ("Sí!", "yes", "es"),
        ("si", "yes", "es"),
        ("1", "yes", ""),
        ("C", "cancel", ""),
        ("Cancelar.", "cancel", "es"),
        ("cancel", "cancel", "en"),
        ("yes but later", "other", ""),
        ("no", "other", ""),
        ("", "other", ""),
        ("\N{THUMBS UP SIGN}", "other", ""),
    ],
)
def test_a_clear_word_is_understood_and_nothing_else(text, meaning, language):
    """“Yes, but later” must not confirm."""
    assert read_answer(text) == (Meaning(meaning), language)


def give_phone(person):
    person.contacts.all().delete()
    person.contacts.create(
        system="phone", use="mobile", value=PHONE, digits=PHONE.removeprefix("+")
    )


@pytest.fixture
def world(db):
    made = World()
    give_phone(made.person)
    made.visit = made.book(START)
    remind(START - 2 * DAY)
    Message.objects.filter(channel="sms").update(status="sent", sent_at=START - 2 * DAY)
    return made


def send(text, number="a", phone=PHONE, now=NOW):
    InboundMessage.objects.create(
        provider_id=f"SM{number}", from_phone=phone, text=text, received_at=now
    )
    handled = []
    while (one := answer_next_text(by="worker", now=now)) is not None:
        handled.append(one.outcome)
    return handled


def answers():
    return list(Message.objects.filter(kind="sms_answer").values_list("body", flat=True))


def status(world):
    return Appointment.objects.get(pk=world.visit.pk).status


def test_yes_confirms_the_visit_we_wrote_about(world):
    """The desk need not call who has said yes."""
    assert send("Yes!") == ["confirmed"]
    assert status(world) == "confirmed"
    assert "We expect you" in answers()[0]
    assert send("YES", "b") == ["confirmed"], "said twice, it is still so"
    assert len(answers()) == 2


def test_cancel_gives_the_time_back(world):
    """The freed time goes to somebody else while that still helps."""
    assert send("C") == ["cancelled"]
    assert status(world) == "cancelled"
    assert "is cancelled" in answers()[0]
    assert world.book(START).start_at == START


def test_too_late_to_cancel_is_told_to_call_and_shown_to_the_desk(world):
    """Nobody believes that a visit is cancelled when it is not."""
    assert send("cancel", now=START - HOUR) == ["for_the_desk"]
    assert status(world) == "booked"
    assert world.site.phone in answers()[0]
    assert TextToAnswer.objects.get().why == "too_late"


def test_anything_else_is_read_by_a_person_and_answered_once(world):
    """A machine that answers our answer must not start a conversation."""
    assert send("My back hurts worse") == ["for_the_desk"]
    assert send("I am driving", "b") == ["for_the_desk"]
    assert TextToAnswer.objects.count() == 2
    assert len(answers()) == 1
    assert status(world) == "booked"


def test_a_phone_that_two_people_share_is_a_matter_for_people(world):
    """The yes of one is not the yes of the other."""
    give_phone(make_patient("Leo"))
    assert send("yes") == ["for_the_desk"]
    assert status(world) == "booked"
    assert TextToAnswer.objects.get().why == "several"


def test_a_stranger_changes_nothing(world):
    """A number that nobody has is not guessed at."""
    assert send("C", phone="+12125550000") == ["for_the_desk"]
    assert TextToAnswer.objects.get().why == "nobody"


def test_a_visit_that_was_moved_since_is_not_confirmed_at_its_new_time(world):
    """“Yes” was said to the time in the message."""
    Appointment.objects.filter(pk=world.visit.pk).update(
        start_at=START + DAY, end_at=START + DAY + HOUR / 2
    )
    assert send("yes") == ["for_the_desk"]
    assert status(world) == "booked"
    assert TextToAnswer.objects.get().why == "changed"


def test_what_cannot_be_handled_ends_on_the_desk(world):
    """One message that breaks the worker must not hold up all others, nor be lost."""
    InboundMessage.objects.create(provider_id="SMx", from_phone=PHONE, text="?", received_at=NOW)
    for minute in range(5):
        put_text_aside(by="worker", now=NOW + minute * HOUR)
    assert TextToAnswer.objects.count() == 1
    assert InboundMessage.objects.get().outcome == "for_the_desk"
