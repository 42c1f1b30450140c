"""A person's own data as they read it: by the clock of their place, in their language."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from scheduling.domain.own_record import Both, Part, Said, Told, Word
from scheduling.pages.patient.told import told_of
from treatments.domain.intake import Subject
from treatments.domain.plain_names import said_in
from treatments.forms.intake import TITLES
from treatments.forms.own_diaries import ACTIVITIES, TOOK

# Where something stands, by the codes of the record (FHIR R4's), as one says it at home.
_CODES: Mapping[str, Any] = {
    "planned": gettext_lazy("Not begun yet"),
    "active": gettext_lazy("Going on now"),
    "recurrence": gettext_lazy("Came back"),
    "relapse": gettext_lazy("Came back"),
    "remission": gettext_lazy("Better for now"),
    "inactive": gettext_lazy("Not now"),
    "resolved": gettext_lazy("Over"),
    "on-hold": gettext_lazy("On a break"),
    "paused": gettext_lazy("On a break"),
    "completed": gettext_lazy("Came to its end"),
    "stopped": gettext_lazy("Ended early"),
    "cancelled": gettext_lazy("Did not begin"),
    "unknown": gettext_lazy("We do not know"),
    **dict(TOOK),
    **dict(ACTIVITIES),
}


@dataclass(frozen=True)
class Read:
    """One thing to read: its heading, and its lines."""

    heading: str
    lines: Sequence[str]


def readable(parts: Iterable[Part], zone: ZoneInfo) -> list[tuple[str, list[Read]]]:
    """Each part with its title and its things, in the language of the page."""
    with timezone.override(zone):
        return [
            (
                _(part.title),
                [
                    Read(
                        " · ".join(text for said in item.heading for text in _texts(said)),
                        [text for said in item.lines for text in _texts(said)],
                    )
                    for item in part.items
                ],
            )
            for part in parts
        ]


def _texts(said: Said) -> list[str]:
    match said:
        case datetime():
            return [date_format(timezone.localtime(said), "DATETIME_FORMAT")]
        case date():
            return [date_format(said, "DATE_FORMAT")]
        case Word(text):
            return [str(_CODES[text]) if text in _CODES else _(text)]
        case Both(english, spanish):
            return [said_in(get_language() or "en", english, spanish)]
        case Told(subject, answer):
            told = ", ".join(told_of(Subject(subject), answer) or [])
            return [f"{TITLES[Subject(subject)]} {told}"] if told else []
        case _:
            return [said]
