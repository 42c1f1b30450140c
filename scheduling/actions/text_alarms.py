"""A text message that names a danger: a physician's inbox, the desk, and what to do now.

All of it is written in the transaction in which the message is handled, and goes at once.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from clinic.accounts.models import THE_CLINIC
from clinic.messaging.actions import Recipient, queue_message
from clinic.messaging.models import Channel, InboundMessage, MessageKind
from clinic.messaging.texts import render
from clinic.shared.actions import action
from clinic.shared.addresses import public_address
from clinic.shared.errors import DomainError
from patients.models import Patient
from scheduling.models import TextToAnswer, WhyAsked
from scheduling.queries.places import place_of
from scheduling.queries.waitlist import phones
from treatments.actions.alarms import Told, tell_well_being
from treatments.actions.follow_ups import OPEN
from treatments.actions.team_notices import tell_on_call
from treatments.models import FollowUp, ToldBy
from treatments.queries.alarms import urgency_of

# Whoever writes of the same danger again and again is answered once in so long.
_ADVISED_WITHIN = "%Y%m%dT%H"


@action
def raise_text_alarm(
    *,
    inbound: InboundMessage,
    signs: frozenset[str],
    people: Sequence[Patient],
    language: str,
    by: str,
    now: datetime,
) -> None:
    """Tell everybody who has to know that a text message names these red flags.

    Where several people share the number, each of them may be meant: whoever was asked how they are
    or, if none of them was, all. Where nobody has it, whoever is on call is told where it stands.
    """
    TextToAnswer.objects.create(inbound=inbound, why=WhyAsked.ALARM, asked_at=now)
    urgency = urgency_of(THE_CLINIC, signs)
    told = [_tell(inbound, signs, person, asked, now) for person, asked in _meant(people)]
    if not any(told):
        tell_on_call(
            about=f"inbound:{inbound.pk}",
            link=public_address("desk:texts"),
            urgency=urgency,
            by=None,
            now=now,
        )
    _advise(inbound, urgency, people, language, by=by, now=now)


def _meant(people: Sequence[Patient]) -> list[tuple[Patient, FollowUp | None]]:
    """Who may have written, each with what they were asked last."""
    rows = FollowUp.objects.filter(
        Q(asked_at__isnull=False), patient__in=people, status__in=OPEN
    ).order_by("asked_at", "id")
    asked = {row.patient_id: row for row in rows}
    sure = [person for person in people if person.pk in asked] if len(people) > 1 else []
    return [(person, asked.get(person.pk)) for person in sure or people]


def _tell(
    inbound: InboundMessage,
    signs: frozenset[str],
    person: Patient,
    asked: FollowUp | None,
    now: datetime,
) -> bool:
    told = Told(signs, inbound.text, told_by=ToldBy.SMS)
    try:
        # What cannot be written for one of them must not keep the others from being told.
        with transaction.atomic():
            tell_well_being(patient=person, told=told, follow_up=asked, by=None, now=now)
    except DomainError:
        return False
    return True


def _advise(
    inbound: InboundMessage,
    urgency: str,
    people: Sequence[Patient],
    language: str,
    *,
    by: str,
    now: datetime,
) -> None:
    person = people[0] if len(people) == 1 else None
    site = place_of(THE_CLINIC, person.pk) if person else next(iter(phones(THE_CLINIC)), None)
    name = "text_emergency" if urgency == "emergency" else "text_same_day"
    queue_message(
        kind=MessageKind.URGENT_ADVICE,
        to=Recipient(
            name=person.name if person else "",
            phone=inbound.from_phone,
            language=language,
            channel=Channel.SMS,
        ),
        text=render(f"scheduling/messages/{name}", language, {"phone": site.phone if site else ""}),
        about=f"inbound:{inbound.pk}",
        patient_id=person.pk if person else None,
        dedupe_key=f"sms:{inbound.from_phone}:{now:{_ADVISED_WITHIN}}:{name}",
        urgent=True,
        by=by,
        now=now,
    )
