"""Dangers that people name in a message."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from patients.domain.talk import answer_due_at
from patients.domain.urgent_words import EMERGENCY, SAME_DAY, SIGNS, signs_in, urgency_of

NAMED = [
    ("self-harm", "I want to die"),
    ("self-harm", "Sometimes I think of SUICIDE"),
    ("self-harm", "I don't want to live anymore"),
    ("self-harm", "I want to hurt myself."),
    ("self-harm", "quiero morirme"),
    ("self-harm", "Me quiero hacer daño"),
    ("self-harm", "ya no quiero vivir"),
    ("trouble-breathing", "I can’t breathe"),
    ("trouble-breathing", "cannot really breathe since noon"),
    ("trouble-breathing", "short of breath"),
    ("trouble-breathing", "NO PUEDO RESPIRAR"),
    ("trouble-breathing", "me falta el aire"),
    ("chest-pain", "chest pain"),
    ("chest-pain", "My chest is tight"),
    ("chest-pain", "me duele mucho el pecho"),
    ("chest-pain", "presion en el pecho"),
    ("stroke", "Her face is drooping, a stroke?"),
    ("bladder-or-bowel", "I can't hold my urine"),
    ("bladder-or-bowel", "CANNOT HOLD MY STOOL"),
    ("bladder-or-bowel", "I wet myself twice"),
    ("bladder-or-bowel", "trouble peeing since the shot"),
    ("bladder-or-bowel", "no puedo aguantar la orina"),
    ("bladder-or-bowel", "se me sale la orina"),
    ("bladder-or-bowel", "no puedo orinar"),
    ("saddle-numbness", "numb between my legs"),
    ("saddle-numbness", "No feeling around my groin"),
    ("saddle-numbness", "tengo adormecida la entrepierna, adormecimiento entre las piernas"),
    ("weakness", "new weakness in my left leg"),
    ("weakness", "my foot gave way"),
    ("weakness", "I cannot move my arm"),
    ("weakness", "debilidad nueva en la pierna"),
    ("weakness", "no siento las piernas"),
    ("weakness", "se me dobla la rodilla, se doblan las rodillas"),
    ("severe-headache", "the worst headache of my life"),
    ("severe-headache", "dolor de cabeza insoportable"),
    ("fever", "I have had a fever since the injection"),
    ("fever", "chills all night"),
    ("fever", "101.5 F this morning"),
    ("fever", "tengo 39 grados"),
    ("fever", "tengo calentura"),
    ("wound", "the injection site is red and swollen"),
    ("wound", "la herida me sale pus"),
]
HARMLESS = [
    "When is my next visit?",
    "I need a refill of gabapentin",
    "The bill for March is wrong.",
    "My back hurts when I sit for long",
    "Can I go for a walk tomorrow?",
    "¿Puedo tomar ibuprofeno?",
    "Me duele la espalda al sentarme",
    "Necesito una copia de mi recibo, por favor",
    "¿A qué hora es mi cita?",
]


@pytest.mark.parametrize(("sign", "text"), NAMED)
def test_a_danger_is_found(sign, text):
    """What is not found is sent as an ordinary message, and may be read in two days."""
    assert sign in signs_in(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_ordinary_words_pass(text):
    """A warning at each message would soon be pressed away unread."""
    assert signs_in(text) == []


@pytest.mark.parametrize("text", ["No fever", "no tengo fiebre", "I do not have a fever now"])
def test_saying_no_does_not_silence_it(text):
    """It understands nothing: "no fever" may stand beside what is meant."""
    assert signs_in(text) == ["fever"]


def test_the_sooner_danger_counts():
    """Fever alone waits for today; with numbness between the legs nothing waits."""
    assert urgency_of(signs_in("I have a fever")) == SAME_DAY
    assert urgency_of(signs_in("fever, and numb between the legs")) == EMERGENCY
    assert urgency_of([]) == ""


def test_each_danger_speaks_both_languages():
    """The warning names what was found, in the language of whoever wrote it."""
    assert all(sign.en and sign.es and sign.patterns for sign in SIGNS.values())
    assert [key for key, sign in SIGNS.items() if sign.is_crisis] == ["self-harm"]


def test_an_answer_is_promised_in_working_days():
    """A promise over Thanksgiving that nobody can keep is worse than none."""
    zone = ZoneInfo("America/New_York")
    wednesday = datetime(2026, 11, 25, 22, tzinfo=UTC)
    closed = {date(2026, 11, 26), date(2026, 11, 27)}
    until = answer_due_at(wednesday, working_days=2, closed=closed, zone=zone)
    assert until.astimezone(zone).date() == date(2026, 12, 1)
    assert answer_due_at(wednesday, working_days=1, closed=(), zone=zone).day == 26
    # Late in the evening in New York it is tomorrow already in UTC.
    late = datetime(2026, 11, 24, 3, tzinfo=UTC)
    assert answer_due_at(late, working_days=1, closed=(), zone=zone).day == 24
