"""Words by which people stop and start text messages, in both languages."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class Wish(StrEnum):
    """What they want."""

    STOP = "stopped"
    START = "started"
    HELP = "helped"


@dataclass(frozen=True)
class Keyword:
    """A wish, and the language it was said in."""

    wish: Wish
    language: str


# CANCEL is not among them: it cancels a visit.
_WORDS = {
    Wish.STOP: {"en": "stop stopall unsubscribe end quit", "es": "alto parar baja"},
    Wish.START: {"en": "start unstop", "es": "inicio iniciar empezar"},
    Wish.HELP: {"en": "help info", "es": "ayuda"},
}
_KEYWORDS = {
    word: Keyword(wish, language)
    for wish, languages in _WORDS.items()
    for language, words in languages.items()
    for word in words.split()
}


def plain(text: str) -> str:
    """What was typed in lower case, without accents, punctuation and doubled spaces."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(sign if sign.isalnum() else " " for sign in apart if not _is_accent(sign))
    return " ".join(kept.split())


def keyword_in(text: str) -> Keyword | None:
    """The wish, if the message is one of the words and nothing else."""
    return _KEYWORDS.get(plain(text))


def _is_accent(sign: str) -> bool:
    return unicodedata.category(sign) == "Mn"
