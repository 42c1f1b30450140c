"""What stands on the portal's first page: one card a subject, most urgent first.

A card is made by a small function that answers None if there is nothing to say. A new subject is a
function, its template `_card_….html` beside the page's, and its place in `CARDS`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import translation

from clinic.accounts.models import THE_CLINIC, User
from patients.models import Patient
from patients.queries.threads import count_unread
from scheduling.models import Appointment
from scheduling.pages.patient.before import before_visit
from scheduling.pages.patient.clock import zone_of
from scheduling.queries.board import upcoming_visits
from scheduling.queries.own_booking import is_stopped
from scheduling.queries.own_visits import waits
from scheduling.queries.places import place_of
from treatments.forms.own_diaries import NUMBERS
from treatments.queries.hold_plans import own_instructions
from treatments.queries.own_care import own_aftercare
from treatments.queries.own_diaries import open_blocks, pain_day


@dataclass(frozen=True)
class Card:
    """One card: the template that draws it, and what that template finds in `card.about`."""

    template: str
    about: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reader:
    """Who looks at whose first page, and what several cards ask, each asked once."""

    viewer: User
    patient: Patient
    now: datetime

    @cached_property
    def visits(self) -> list[Appointment]:
        """What is booked, the next one first."""
        return upcoming_visits(self.viewer, self.patient, now=self.now)

    @cached_property
    def told(self) -> dict[UUID, str]:
        """What a clinician approved to be done about medicines, by visit."""
        if not self.visits:
            return {}
        return own_instructions(self.viewer, self.patient, now=self.now)

    @cached_property
    def zone(self) -> ZoneInfo:
        """By whose clock a day of theirs begins."""
        return zone_of(self.patient.pk)


CardMaker = Callable[[Reader], Card | None]


def cards_for(viewer: User, patient: Patient, *, now: datetime) -> list[Card]:
    """The cards of this person's first page. The person comes from `own_record`."""
    reader = Reader(viewer, patient, now)
    made = (make(reader) for make in CARDS)
    return [card for card in made if card is not None]


def emergency(one: Reader) -> Card | None:
    """What to do now, as long as no clinician has settled what they told."""
    if not is_stopped(one.viewer, one.patient):
        return None
    return Card(
        "scheduling/patient/_card_emergency.html", {"site": place_of(THE_CLINIC, one.patient.pk)}
    )


def coming_visits(one: Reader) -> Card:
    """The next visit with what to do before it, and the ones after; or the way to book one."""
    shown = [(visit, one.told.get(visit.pk, "")) for visit in one.visits]
    return Card("scheduling/patient/_card_visits.html", {"visits": shown, "now": one.now})


def time_offered(one: Reader) -> Card | None:
    """A time from the waitlist that waits for a yes or a no."""
    offered = [wait for wait in waits(one.viewer, one.patient) if wait.is_offered(one.now)]
    return Card("scheduling/patient/_card_offer.html", {"waits": offered}) if offered else None


def after_procedure(one: Reader) -> Card | None:
    """What was done in the last days, with the way to what to watch for."""
    language = translation.get_language() or "en"
    done = own_aftercare(one.viewer, one.patient, language=language, zone=one.zone, now=one.now)
    return Card("scheduling/patient/_card_after.html", {"name": done[0].name}) if done else None


def block_hours(one: Reader) -> Card | None:
    """The diary of a block that is open now."""
    blocks = open_blocks(one.viewer, one.patient, now=one.now)
    return Card("scheduling/patient/_card_blocks.html", {"blocks": blocks}) if blocks else None


def pain_today(one: Reader) -> Card:
    """How is your pain today: a number here and one press to save, and what was said already."""
    today = one.now.astimezone(one.zone).date()
    there = pain_day(one.viewer, one.patient, today)
    numbers = [number for number, _word in NUMBERS]
    return Card("scheduling/patient/_card_pain.html", {"numbers": numbers, "there": there})


def before_next_visit(one: Reader) -> Card | None:
    """What is to do before the next visit; nothing if none is booked or all is done."""
    visit = next(iter(one.visits), None)
    if visit is None:
        return None
    todo = before_visit(one.viewer, one.patient, visit, told=one.told, now=one.now)
    return None if todo.is_done else Card("scheduling/patient/_card_before.html", {"list": todo})


def answers_to_read(one: Reader) -> Card | None:
    """Answers of the clinic that nobody read yet."""
    unread = count_unread(one.viewer, one.patient)
    return Card("scheduling/patient/_card_messages.html", {"unread": unread}) if unread else None


# Most urgent first: what cannot wait, the next visit, what is asked of the person, the rest.
CARDS: Sequence[CardMaker] = [
    emergency,
    block_hours,
    time_offered,
    after_procedure,
    answers_to_read,
    coming_visits,
    before_next_visit,
    pain_today,
]
