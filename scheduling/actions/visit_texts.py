"""The words of messages about visits, in the person's language. No message is clinical."""

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import formats, timezone, translation

from clinic.messaging.texts import Text, render
from scheduling.models import Appointment, Site

_SHORT_DAY = {"en": "D, M j", "es": "D j M"}
_LONGEST_NAME = 24


def visit_text(template: str, visit: Appointment, **words: Any) -> Text:
    """What a template says about a visit: when by the clock of its site, where, and `words`."""
    context = visit_words(visit.start_at, visit.site, visit.patient.language)
    about = {
        "patient": visit.patient,
        "appointment": visit,
        "site": visit.site,
        "what": visit.visit_type.message_name(visit.patient.language),
    }
    return render(template, visit.patient.language, {**about, **context, **words})


def visit_words(start_at: datetime, site: Site, language: str) -> Mapping[str, str]:
    """Day and time as mail says them, and short and without accents, as a text message does."""
    with translation.override(language), timezone.override(site.zone):
        local = start_at.astimezone(site.zone)
        return {
            "day": f"{formats.date_format(local, 'l')}, {formats.date_format(local)}",
            "clock": formats.time_format(local),
            "short_day": short_day(start_at, site.zone, language),
            "short_clock": short_clock(start_at, site.zone, language),
            "short_site": unaccented(site.name)[:_LONGEST_NAME],
        }


def short_day(instant: datetime, zone: ZoneInfo, language: str) -> str:
    """A day as a text message says it: "Thu, Mar 11", "jue 11 mar"."""
    with translation.override(language):
        local = instant.astimezone(zone)
        return unaccented(formats.date_format(local, _SHORT_DAY.get(language, _SHORT_DAY["en"])))


def short_clock(instant: datetime, zone: ZoneInfo, language: str) -> str:
    """A time of day as a text message says it: "8 am", whose dots would meet those of sentences."""
    with translation.override(language):
        return unaccented(formats.time_format(instant.astimezone(zone))).replace(".", "")


def unaccented(text: str) -> str:
    """A text message with a letter that old phones lack takes twice the room."""
    apart = unicodedata.normalize("NFD", text.replace("\N{NO-BREAK SPACE}", " "))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
