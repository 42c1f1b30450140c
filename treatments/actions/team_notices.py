"""Telling whoever is on call that something waits, without a name and without a clinical word."""

from datetime import datetime
from uuid import UUID

from django.conf import settings

from clinic.accounts.models import User
from clinic.messaging.actions import queue_message
from clinic.messaging.models import MessageKind
from clinic.messaging.recipients import Recipient
from clinic.messaging.texts import render
from clinic.shared.actions import action
from treatments.facts.calendar import calendar

ON_CALL = "On call"


@action
def tell_on_call(
    *,
    about: str,
    link: str,
    urgency: str,
    patient_id: UUID | None = None,
    by: User | None,
    now: datetime,
) -> None:
    """Write the message to the address on call, if there is one; the pages tell in any case.

    That of the place where the person comes, else the clinic's own. `about` names what waits, and
    `link` leads there. It goes at once, whatever the hour, in the caller's transaction.
    """
    address = calendar().on_call_of(patient_id) or settings.ON_CALL_EMAIL
    if not address:
        return
    queue_message(
        kind=MessageKind.TEAM_NOTICE,
        to=Recipient(name=ON_CALL, email=address),
        text=render(
            "treatments/messages/on_call", "en", {"link": link, "is_now": urgency == "emergency"}
        ),
        about=about,
        dedupe_key=f"{about}:on-call",
        urgent=True,
        by=by,
        now=now,
    )
