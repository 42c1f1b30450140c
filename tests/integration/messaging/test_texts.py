"""Every text message fits, and says nothing that a stranger may not read."""

import re
from collections import defaultdict
from pathlib import Path
from typing import ClassVar

import pytest
from django.template.loader import get_template

from tests.architecture.rules import ROOT

SMS = sorted(
    path
    for path in ROOT.glob("**/templates/**/*.sms.txt")
    if ".venv" not in path.relative_to(ROOT).parts
)
MAIL = sorted(
    path
    for path in ROOT.glob("**/templates/*/messages/*.txt")
    if ".venv" not in path.relative_to(ROOT).parts and path not in SMS
)
# The basic characters of GSM 03.38; those of its extension take two places.
BASIC = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = set("^{}\\[~]|€")
ONE_PART, OF_TWO_PARTS = 160, 2 * 153
ONE_PART_WIDE, OF_TWO_PARTS_WIDE = 70, 2 * 67
CLINICAL = re.compile(
    r"injection|epidural|steroid|surgery|procedure|pain|spine|back\b|diagnos|treatment|block|nerve"
    r"|inyecci|epidural|esteroide|cirug|procedimiento|dolor|columna|espalda|diagn|tratamiento|nervio",
    re.I,
)


def parts(text):
    """How many text messages a phone company makes of it."""
    if set(text) <= BASIC | EXTENDED:
        length = sum(2 if sign in EXTENDED else 1 for sign in text)
        return 1 if length <= ONE_PART else 2 if length <= OF_TWO_PARTS else 3
    length = len(text.encode("utf-16-le")) // 2
    return 1 if length <= ONE_PART_WIDE else 2 if length <= OF_TWO_PARTS_WIDE else 3


class Anything(defaultdict):
    """Whatever a template asks for, as long as such things usually are."""

    USUAL: ClassVar = {
        "link": "https://clinic.example/v/abcdefghijklmnop",
        "day": "Wednesday, September 30, 2026",
        "site": "Downtown Clinic",
        "phone": "+1 212-555-0142",
        "clinic": "Dorsa",
        "given_names": "Maria",
    }

    def __init__(self, name=""):
        super().__init__()
        self.name = name

    def __contains__(self, name):
        return True

    def __getitem__(self, name):
        return Anything(name)

    def __iter__(self):
        return iter([Anything("line")])

    def __len__(self):
        return 1

    def __str__(self):
        return self.USUAL.get(self.name, "10:30 a.m."[: max(5, len(self.name))])


def rendered(path):
    name = str(path).split("/templates/")[1]
    from django.template import Context

    template = get_template(name).template
    context = Context(Anything())
    return template.render(context)


def test_there_are_templates():
    """A test that walks nothing finds nothing."""
    assert len(SMS) >= 6
    assert len(MAIL) >= 18


@pytest.mark.parametrize("path", SMS, ids=lambda path: path.name)
def test_a_text_message_fits_into_two_parts(path):
    """Three parts cost three times as much, and arrive in any order."""
    text = " ".join(rendered(path).split())
    assert text
    assert parts(text) <= 2, f"{len(text)} signs: {text}"


@pytest.mark.parametrize("path", SMS, ids=lambda path: path.name)
def test_both_languages_stand_beside_each_other(path):
    """A message in one language only is none for the others; and each has its e-mail."""
    base = path.name.split(".")[0]
    for language in ("en", "es"):
        assert (path.parent / f"{base}.{language}.sms.txt").exists()
        assert (path.parent / f"{base}.{language}.txt").exists()


@pytest.mark.parametrize("path", [*SMS, *MAIL], ids=lambda path: path.name)
def test_nothing_clinical_stands_on_a_locked_phone(path):
    """A text message and a subject are read by whoever sits beside."""
    text = path.read_text()
    shown = text if path in SMS else text.strip().partition("\n")[0]
    assert not CLINICAL.search(re.sub(r"{%.*?%}", "", shown)), shown


def test_the_counting_counts():
    """The checker bites."""
    assert parts("a" * 160) == 1
    assert parts("a" * 161) == 2
    assert parts("a" * 307) == 3
    assert parts("€" * 80) == 1
    assert parts("á" * 70) == 1, "an accent that GSM lacks makes the whole message wide"
    assert parts("á" * 71) == 2
    assert parts("á" * 135) == 3
    assert Path(ROOT).exists()
