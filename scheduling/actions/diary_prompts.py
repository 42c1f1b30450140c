"""Asking for the hours of a block diary: written as messages, each hour once."""

from datetime import datetime
from decimal import Decimal

from clinic.accounts.models import THE_CLINIC
from clinic.messaging.actions import queue_message
from clinic.messaging.models import Message, MessageKind
from clinic.messaging.texts import render
from clinic.shared.actions import action
from clinic.shared.addresses import public_address
from patients.queries import recipient
from scheduling.models import Site
from scheduling.queries.places import place_of
from treatments.actions.own_block_diary import claim_to_prompt
from treatments.domain.block_hours import ends_at, prompt_key
from treatments.models import FollowUp, Procedure
from treatments.queries.own_diaries import diary_token


@action
def prompt_diaries(*, limit: int, by: None, now: datetime) -> int:
    """Write to everybody whose diary has an hour that has come and is not answered; how many.

    Each hour is asked for once, waits in quiet hours, and is not sent once the next one has come.
    Nobody is asked any more when the diary is full or over.
    """
    due = [
        (row, row.procedure, hour, until)
        for row, hour, until in claim_to_prompt(limit=limit, by=by, now=now)
        if row.procedure is not None
    ]
    keys = {prompt_key(block.pk, hour) for _row, block, hour, _until in due}
    told = set(Message.objects.filter(dedupe_key__in=keys).values_list("dedupe_key", flat=True))
    written = 0
    for row, block, hour, until in due:
        site = place_of(THE_CLINIC, row.patient_id)
        if site is not None and prompt_key(block.pk, hour) not in told:
            _prompt(row, block, hour, until, site, now)
            written += 1
    return written


def _prompt(
    row: FollowUp, block: Procedure, hour: Decimal, until: datetime, site: Site, now: datetime
) -> None:
    key, begun = prompt_key(block.pk, hour), block.performed_at or now
    token = diary_token(THE_CLINIC, block, until=ends_at(begun))
    context = {
        "given_names": row.patient.given_names,
        "link": public_address("public:block-diary", token),
        "site": site.name,
        "phone": site.phone or site.name,
    }
    queue_message(
        kind=MessageKind.QUESTIONNAIRE,
        to=recipient(THE_CLINIC, row.patient, zone=site.zone, now=now),
        text=render("scheduling/messages/block_diary", row.patient.language, context),
        about=key,
        patient_id=row.patient_id,
        dedupe_key=key,
        valid_until=until,
        by=None,
        now=now,
    )
