"""What a text message means that somebody sends back."""

import unicodedata
from enum import StrEnum
from typing import NamedTuple


class Meaning(StrEnum):
    """Comes, does not come, or something a person has to read."""

    YES = "yes"
    CANCEL = "cancel"
    OTHER = "other"


class Said(NamedTuple):
    """What was meant, and the language that tells of it: "" if no word does."""

    meaning: Meaning
    language: str


_WORDS = {
    "yes": Said(Meaning.YES, "en"),
    "y": Said(Meaning.YES, ""),
    "1": Said(Meaning.YES, ""),
    "si": Said(Meaning.YES, "es"),
    "c": Said(Meaning.CANCEL, ""),
    "cancel": Said(Meaning.CANCEL, "en"),
    "cancelar": Said(Meaning.CANCEL, "es"),
}


def read_answer(text: str) -> Said:
    """One word and nothing else, however it is written: "Sí!", " yes. ". All else is for people.

    "Yes, but later" is no yes.
    """
    apart = unicodedata.normalize("NFKD", text.casefold())
    kept = (letter for letter in apart if not unicodedata.combining(letter))
    word = "".join(letter if letter.isalnum() else " " for letter in kept).strip()
    return _WORDS.get(word, Said(Meaning.OTHER, ""))
