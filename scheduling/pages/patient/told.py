"""What somebody told about a subject, as lines to read, in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from treatments.domain.body_words import label_in
from treatments.domain.intake import LINES, Subject, Thins

Told = Sequence[str]
_LONGEST = 160


def told_of(subject: Subject, said: Mapping[str, Any] | None) -> Told | None:
    """The lines; empty if the page was saved with nothing on it, None if it was not saved."""
    if said is None:
        return None
    if subject == Subject.REASON:
        words = said.get("words", "")
        return [words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"] if words else []
    if subject == Subject.WHERE:
        language = get_language() or "en"
        return [label_in(part, language) for part in said.get("parts", [])]
    if subject == Subject.NOW:
        return [_("%(number)s of 10") % {"number": value} for value in said.values()]
    if subject in LINES:
        lines = [_line(line) for line in said.get("lines", [])]
        return lines or ([_("None")] if said.get("none") else [])
    return (
        [", ".join(_("%(number)s of 10") % {"number": value} for value in said.values())]
        if said
        else []
    )


def _line(line: Mapping[str, str]) -> str:
    words = {
        Thins.YES.value: _("blood thinner"),
        Thins.UNSURE.value: _("maybe a blood thinner"),
    }
    said = [line["what"], line.get("how_much", ""), line.get("when", ""), line.get("reaction", "")]
    said.append(words.get(line.get("thins", ""), ""))
    return " · ".join(part for part in said if part)
