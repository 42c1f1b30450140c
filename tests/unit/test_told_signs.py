"""Red flags in people's own words: what is found, and what is no alarm."""

import pytest

from treatments.domain.told_signs import signs_in


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("I have a fever of 38.9", "fever"),
        ("Temp is 101.5 since last night", "fever"),
        ("tengo fiebre y escalofríos", "fever"),
        ("no pain, fever 39", "fever"),
        ("No better and fever", "fever"),
        ("I can't feel my legs", "weakness-both-legs"),
        ("my legs gave out this morning", "weakness-both-legs"),
        ("No puedo mover las piernas", "weakness-both-legs"),
        ("My left leg is getting weaker", "limb-weakness"),
        ("I cannot walk any more", "limb-weakness"),
        ("siento debilidad en la pierna derecha", "limb-weakness"),
        ("I can’t pee", "bladder-or-bowel-trouble"),
        ("Haven't been able to urinate today", "bladder-or-bowel-trouble"),
        ("I wet myself twice", "bladder-or-bowel-trouble"),
        ("no puedo orinar desde ayer", "bladder-or-bowel-trouble"),
        ("me oriné encima", "bladder-or-bowel-trouble"),
        ("numb between my legs", "saddle-numbness"),
        ("my groin feels numb", "saddle-numbness"),
        ("tengo adormecida la entrepierna", "saddle-numbness"),
        ("the worst headache of my life", "severe-headache"),
        ("Un dolor de cabeza insoportable", "severe-headache"),
        ("it's hard to breathe", "trouble-breathing"),
        ("Me falta el aire", "trouble-breathing"),
        ("sharp pain in my chest", "chest-or-upper-back-pain"),
        ("me duele mucho el pecho", "chest-or-upper-back-pain"),
        ("The injection site is red and warm", "wound-trouble"),
        ("sale pus", "wound-trouble"),
        ("la herida está muy hinchada", "wound-trouble"),
        ("tingling down to my toes", "numbness-or-tingling"),
    ],
)
def test_a_sign_is_found_however_it_is_said(text, sign):
    """Nobody in trouble answers with the clinic's own words."""
    assert sign in signs_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "My back hurts worse",
        "I am driving",
        "No fever or chills, thank you",
        "sin fiebre",
        "No tengo fiebre ni escalofríos",
        "Can I come at 10:30 instead?",
        "Which bus stops at the red door?",
        "I feel great, no weakness",
        "Gracias, estoy bien",
        "Please send the bill to my feet clinic",
        "",
        "\N{THUMBS UP SIGN}",
        "Do I need a driver?",
        "I don't have fever",
    ],
)
def test_what_is_no_sign_raises_no_alarm(text):
    """An alarm for every message would soon be read by nobody."""
    assert signs_in(text) == frozenset()


def test_several_signs_are_all_found():
    """The soonest of them decides how fast somebody calls."""
    said = "Fever since Monday. Now my legs are weak and I can't pee"
    assert {"fever", "weakness-both-legs", "bladder-or-bowel-trouble"} <= signs_in(said)


def test_every_sign_is_a_red_flag_of_the_catalogue():
    """An alarm about a key that nobody knows could not be judged."""
    from pathlib import Path

    import yaml

    from treatments.domain.told_signs import _SIGNS

    file = Path("treatments/data/catalogue/red_flags.yaml")
    keys = {entry["key"] for entry in yaml.safe_load(file.read_text())["entries"]}
    assert set(_SIGNS) <= keys
