"""Patients read with pain, at night, or in a second language: grade 6, short sentences."""

import re

import pytest

from clinic.shared.management.texts import sentences_in
from tests.architecture.rules import ROOT
from tests.architecture.unmarked import patient_templates
from tests.reading import read, sentences_of, syllables, words_of

GRADE, WORDS, FEW = 6.5, 25, 12
MESSAGES = sorted(ROOT.glob("**/templates/*/messages/*.en*.txt"))
TEMPLATES = [path for path in patient_templates() if sentences_in(path)]
# What pages and refusals of the portal say in Python.
SOURCES = [
    path
    for pattern in ("*/pages/patient/**/*.py", "*/pages/public/**/*.py", "*/forms/patient*/*.py")
    for path in sorted(ROOT.glob(pattern))
    if sentences_in(path)
]


# Names stand on the box: people know theirs, and no shorter word helps.
NAMES = re.compile(r"\b(warfarin|eliquis|xarelto|plavix|aspirin)\b", re.IGNORECASE)


def said_by(path):
    return [NAMES.sub("pill", text) for text in texts_of(path)]


def texts_of(path):
    if path in MESSAGES:
        return [path.read_text()]
    return [ids if isinstance(ids, str) else ids[-1] for ids, _context in sentences_in(path)]


@pytest.mark.parametrize(
    "path", [*TEMPLATES, *SOURCES, *MESSAGES], ids=lambda path: str(path.relative_to(ROOT))
)
def test_it_is_read_with_ease(path):
    """A sentence that must be read twice is not read at all."""
    texts = said_by(path)
    found = read(*texts)
    long = [one for text in texts for one in sentences_of(text) if len(words_of(one)) > WORDS]
    assert long == [], f"more than {WORDS} words"
    # Of a handful of words the formula says nothing.
    assert found.words < FEW or found.grade <= GRADE, (
        f"grade {found.grade:.1f}; shorter sentences, shorter words"
    )


def test_hard_sentences_are_noticed():
    """The formula must tell a contract from a kind word."""
    hard = read(
        "Notwithstanding prior authorization, procedural eligibility necessitates evaluation."
    )
    assert hard.grade > 15
    assert read("Please call us now. We will help you at once.").grade < 3
    assert read("word " * 30 + ".").longest == 30
    assert read("Call us").words == 0


@pytest.mark.parametrize(
    ("word", "count"),
    [("pain", 1), ("today", 2), ("visit", 2), ("medicine", 3), ("table", 2), ("asked", 1)],
)
def test_syllables_are_about_right(word, count):
    """A wrong counter passes hard words."""
    assert syllables(word) == count
