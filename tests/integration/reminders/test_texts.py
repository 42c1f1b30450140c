"""What people read: both languages, short enough for a phone, and nothing clinical."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from clinic.messaging.models import Message
from scheduling.actions.visit_texts import unaccented
from tests.integration.reminders.worlds import BOOKED_AT, DAY, World, remind

FOLDER = Path("scheduling/templates/scheduling/messages")
GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
)
NAMES = sorted({path.name.split(".")[0] for path in FOLDER.iterdir()})


@pytest.mark.parametrize("name", NAMES)
def test_every_text_is_there_in_both_languages_and_forms(name):
    """A person who reads Spanish, or has only a phone, is told the same."""
    forms = {path.name.removeprefix(f"{name}.") for path in FOLDER.glob(f"{name}.*")}
    wanted = {"en.txt", "es.txt", "en.sms.txt", "es.sms.txt"}
    assert forms == wanted


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.sms.txt")), ids=lambda path: path.name)
def test_a_text_message_uses_letters_that_every_phone_has(path):
    """One letter outside of the old alphabet halves what fits into a text message."""
    words = re.sub(r"{[{%].*?[%}]}", "", path.read_text())
    assert set(words) <= GSM


def test_accents_of_days_are_left_out():
    """ "sáb" would make a long text message of a short one."""
    assert unaccented("sáb 20 mié") == "sab 20 mie"


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_reminder_by_text_message_fits_two_parts(language, settings):
    """Text messages are paid by the part, and a third part arrives out of order."""
    settings.PUBLIC_URL = "https://spine-clinic.example.org"
    world = World()
    person = world.person
    person.language = language
    person.save()
    person.contacts.all().delete()
    person.contacts.create(system="phone", use="mobile", value="+12125550199", digits="12125550199")
    world.book(BOOKED_AT + 5 * DAY)
    remind(BOOKED_AT + 3 * DAY + timedelta(minutes=1))
    texts = [message.body for message in Message.objects.filter(channel="sms")]
    assert len(texts) == 2, "the confirmation and the reminder"
    for text in texts:
        assert set(text) <= GSM
        assert len(text) <= 306, text
        assert "/visit/" in text
