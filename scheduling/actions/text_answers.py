"""Answering the text messages that people send about their visits.

Each is handled in one transaction: what it does to the visit, the answer that goes back, and that
it is handled. So a worker that dies in between leaves it as it was, and two workers answer once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, User
from clinic.messaging.actions import Recipient, queue_message
from clinic.messaging.models import Channel, InboundMessage, MessageKind
from clinic.messaging.models.inbound import InboundOutcome
from clinic.messaging.texts import render
from clinic.shared.actions import action
from clinic.shared.errors import DomainError
from patients.models import Patient
from patients.queries import people_with_phone
from scheduling.actions.text_alarms import raise_text_alarm
from scheduling.actions.visit_answers import TooLate, cancel_visit, confirm_visit
from scheduling.actions.visit_texts import visit_words
from scheduling.domain.text_answers import Meaning, Said, read_answer
from scheduling.models import Appointment, TextToAnswer, WhyAsked
from scheduling.queries.text_answers import PERMISSION, next_told
from scheduling.queries.waitlist import phones
from treatments.domain.told_signs import language_of, signs_in

PAUSE = timedelta(minutes=1)
MOST_ATTEMPTS = 5
# Who writes several messages, or has a machine that answers, is told once in so long.
PASSED_ON_WITHIN = "%Y%m%dT%H"


@dataclass(frozen=True)
class Outcome:
    """What was made of a text message, the template that answers it, and why the desk reads it."""

    outcome: InboundOutcome
    answer: str
    visit: Appointment | None = None
    why: WhyAsked | None = None


@action
def answer_next_text(*, by: str, now: datetime) -> InboundMessage | None:
    """Handle the oldest text message that waits; None if none does, or others have them in hand."""
    rows = InboundMessage.objects.claimable(now).order_by("received_at", "id")
    inbound = rows.select_for_update(skip_locked=True).first()
    if inbound is None:
        return None
    said = read_answer(inbound.text)
    people = people_with_phone(THE_CLINIC, inbound.from_phone)
    signs = signs_in(inbound.text) if said.meaning == Meaning.OTHER else frozenset()
    if signs:
        language = people[0].language if len(people) == 1 else language_of(inbound.text)
        raise_text_alarm(
            inbound=inbound, signs=signs, people=people, language=language, by=by, now=now
        )
        return _handled(inbound, Outcome(InboundOutcome.ALARMING, ""), people, now)
    made = _made_of(inbound, said, people, now)
    if made.why is not None:
        TextToAnswer.objects.create(
            inbound=inbound, appointment=made.visit, why=made.why, asked_at=now
        )
    _answer(inbound, said, people, made, by=by, now=now)
    return _handled(inbound, made, people, now)


def _handled(
    inbound: InboundMessage, made: Outcome, people: list[Patient], now: datetime
) -> InboundMessage:
    inbound.handled_at, inbound.outcome, inbound.claimed_until = now, made.outcome, None
    if made.visit is not None:
        inbound.about = f"appointment:{made.visit.pk}"
    if len(people) == 1:
        inbound.patient_id = people[0].pk
    inbound.save(update_fields=["handled_at", "outcome", "claimed_until", "about", "patient_id"])
    return inbound


@action
def put_text_aside(*, by: str, now: datetime) -> None:
    """The oldest text message could not be handled: try it later, and in the end ask the desk."""
    rows = InboundMessage.objects.claimable(now).order_by("received_at", "id")
    inbound = rows.select_for_update(skip_locked=True).first()
    if inbound is None:
        return
    again = InboundMessage.objects.filter(pk=inbound.pk)
    if inbound.attempts + 1 < MOST_ATTEMPTS:
        again.update(attempts=F("attempts") + 1, claimed_until=now + PAUSE)
        return
    TextToAnswer.objects.get_or_create(
        inbound=inbound, defaults={"why": WhyAsked.UNCLEAR, "asked_at": now}
    )
    again.update(handled_at=now, outcome=InboundOutcome.FOR_THE_DESK, claimed_until=None)


@action
def settle_text(*, text: TextToAnswer, by: User, now: datetime) -> None:
    """Somebody has read it and done what was needed. Twice is once. Raises `NotAllowed`."""
    require(by, PERMISSION)
    TextToAnswer.objects.filter(pk=text.pk, done_at__isnull=True).update(done_at=now, done_by=by)


def _made_of(inbound: InboundMessage, said: Said, people: list[Patient], now: datetime) -> Outcome:
    if said.meaning == Meaning.OTHER:
        return _for_the_desk(WhyAsked.UNCLEAR)
    if len(people) != 1:
        return _for_the_desk(WhyAsked.SEVERAL if people else WhyAsked.NOBODY)
    told = next_told(THE_CLINIC, people[0], inbound.from_phone, now=now)
    if told is None:
        return _for_the_desk(WhyAsked.NOBODY)
    if not told.is_as_told:
        return _for_the_desk(WhyAsked.CHANGED, told.visit)
    return _act(told.visit, said, f"sms:{inbound.pk}", now)


def _act(visit: Appointment, said: Said, key: str, now: datetime) -> Outcome:
    is_yes = said.meaning == Meaning.YES
    act = confirm_visit if is_yes else cancel_visit
    try:
        # What refuses leaves nothing behind, and the message is still handled.
        with transaction.atomic():
            act(visit=visit, told_start=visit.start_at, key=key, by=None, now=now)
    except TooLate:
        return Outcome(InboundOutcome.FOR_THE_DESK, "text_too_late", visit, WhyAsked.TOO_LATE)
    except DomainError:
        return _for_the_desk(WhyAsked.CHANGED, visit)
    if is_yes:
        return Outcome(InboundOutcome.CONFIRMED, "text_confirmed", visit)
    return Outcome(InboundOutcome.CANCELLED, "text_cancelled", visit)


def _for_the_desk(why: WhyAsked, visit: Appointment | None = None) -> Outcome:
    return Outcome(InboundOutcome.FOR_THE_DESK, "text_passed_on", visit, why)


def _answer(
    inbound: InboundMessage,
    said: Said,
    people: list[Patient],
    made: Outcome,
    *,
    by: str,
    now: datetime,
) -> None:
    """Write back once; about what only a person can answer, once an hour."""
    person = people[0] if len(people) == 1 else None
    language = person.language if person else (said.language or "en")
    key = f"sms:{inbound.pk}:answer"
    if made.answer == "text_passed_on":
        key = f"sms:{inbound.from_phone}:{now:{PASSED_ON_WITHIN}}:passed_on"
    site = made.visit.site if made.visit else next(iter(phones(THE_CLINIC)), None)
    told = visit_words(made.visit.start_at, made.visit.site, language) if made.visit else {}
    context = {"phone": site.phone if site else "", **told}
    queue_message(
        kind=MessageKind.SMS_ANSWER,
        to=Recipient(
            name=person.name if person else "",
            phone=inbound.from_phone,
            language=language,
            channel=Channel.SMS,
        ),
        text=render(f"scheduling/messages/{made.answer}", language, context),
        about=f"inbound:{inbound.pk}",
        patient_id=person.pk if person else None,
        dedupe_key=key,
        urgent=True,
        by=by,
        now=now,
    )
