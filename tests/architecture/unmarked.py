"""Sentences in a template that nobody can translate, because they are not marked."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.rules import ROOT

# What stands between these is translated, or is no text.
_SPOKEN = re.compile(
    r"{%\s*blocktranslate.*?{%\s*endblocktranslate\s*%}|{%\s*comment.*?endcomment\s*%}|{#.*?#}"
    r"|{%\s*block audience\s*%}.*?{%\s*endblock[^%]*%}|<(script|style)\b.*?</\1>"
    r"|<(\w+)[^>]*\blang=\"es\"[^>]*>.*?</\2>",
    re.DOTALL,
)
_CODE = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
_TAG = re.compile(r"<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", re.DOTALL)
_READ_ALOUD = re.compile(
    r"\b(?:alt|title|placeholder|aria-label|data-label|value)=\"([^\"]*)\"", re.DOTALL
)
_WORD = re.compile(r"[^\W\d_]{2,}")
# Names, and what is the same in both.
SAME_IN_BOTH = {"Dorsa", "English", "Español", "UTC", "Edge", "Firefox", "Chrome", "Safari"}
# The order of day and month is the language's own: `|date`, `|time`, or one part of it alone. What
# programs read (c, Y-m-d) and the few letters below a picture (j M) are the same in both.
_OWN_ORDER = re.compile(r"\|(?:date|time):\"(?!(?:[lDMc]|j M)\"|[A-Z_]+_FORMAT\"|Y-m-d)[^\"]*\"")
# They stand alone when something is broken, and say the same in Spanish below.
IN_BOTH = {"clinic/templates/500.html", "clinic/templates/503.html"}
FOLDERS = (
    "clinic/templates/account",
    "clinic/templates/allauth",
    "clinic/templates/components",
    "clinic/templates/mfa",
    "clinic/templates/usersessions",
    "clinic/templates/*.html",
    "clinic/templates/base/_*.html",
    "clinic/templates/base/account.html",
    "clinic/templates/base/document.html",
    "clinic/templates/base/patient.html",
    "clinic/templates/base/public.html",
    "*/templates/*/patient",
    "*/templates/*/public",
)
# The frame of staff pages, and what only they include.
STAFF_ONLY = {"_shortcuts.html", "_staff.html", "_patient_search.html"}
# They write days as the desk does; a page for patients writes its own.
STAFF_ONLY |= {"slot.html", "_person.html", "flag.html"}


def patient_templates() -> list[Path]:
    """Every template that a patient or a stranger may see."""
    found: set[Path] = set()
    for folder in FOLDERS:
        for path in ROOT.glob(folder):
            found |= {path} if path.is_file() else set(path.rglob("*.html"))
            found |= set() if path.is_file() else set(path.rglob("*.txt"))
    return sorted(path for path in found if path.name not in STAFF_ONLY)


def unmarked(text: str) -> Iterator[str]:
    """The pieces of text that are said as they stand, whatever the language."""
    yield from (match.group() for match in _OWN_ORDER.finditer(text))
    bare = _SPOKEN.sub(" ", text)
    # An attribute may hold a template tag with quotes of its own, so those go first.
    bare = _CODE.sub("\x00", bare)
    spoken = [match[1] for match in _READ_ALOUD.finditer(bare) if " " in match[1].strip("\x00 ")]
    spoken += [match[1] for match in _READ_ALOUD.finditer(bare) if "value" not in match[0][:5]]
    for piece in [*re.split(r"\x00", _TAG.sub("\x00", bare)), *spoken]:
        words = [word for word in _WORD.findall(piece) if word not in SAME_IN_BOTH]
        if words and not re.fullmatch(r"&\w+;", piece.strip()):
            yield " ".join(piece.replace("\x00", "…").split())
