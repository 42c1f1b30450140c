"""Writing messages into the outbox, and taking them back."""

from collections.abc import Set
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.conf import settings

from clinic.messaging.models import Channel, Message, MessageKind, MessageStatus
from clinic.messaging.recipients import Recipient, normalised, route
from clinic.messaging.texts import Text
from clinic.shared.actions import action
from clinic.shared.origin import current_origin
from clinic.shared.prepared import all_rows, insert_rows

_STOPPED = """
    SELECT channel FROM messaging_suppression
    WHERE lifted_at IS NULL
      AND ((channel = 'email' AND address = %(email)s) OR (channel = 'sms' AND address = %(phone)s))
"""


@action
def queue_message(
    *,
    kind: MessageKind,
    to: Recipient,
    text: Text,
    about: str,
    dedupe_key: str,
    patient_id: UUID | None = None,
    due_at: datetime | None = None,
    valid_until: datetime | None = None,
    urgent: bool = False,
    by: object,
    now: datetime,
) -> None:
    """Write a message in the caller's transaction: it exists exactly if its cause does.

    It goes by the channel that they prefer, else by the other one. If neither reaches them it is
    kept, unsent, with a sentence for whoever calls them instead. Before `due_at` (now, unless said
    otherwise) and in their quiet hours it waits, unless it is `urgent`; at `valid_until` it is of
    no use any more. The same `dedupe_key` again changes nothing.
    """
    if settings.SMS is None:
        text = replace(text, sms="")
    taken = route(kind, to, text, _stopped(to) if to.stopped is None else to.stopped)
    if taken.address:
        status = MessageStatus.DUE
    else:
        status = MessageStatus.WITHDRAWN if taken.is_unwanted else MessageStatus.PARKED
    message = Message(
        kind=kind,
        status=status,
        channel=taken.channel,
        language=to.language,
        last_error=taken.reason,
        to_name=to.name,
        to_address=taken.address,
        subject=text.subject,
        body=text.sms if taken.channel == Channel.SMS else text.body,
        about=about,
        patient_id=patient_id,
        dedupe_key=dedupe_key,
        due_at=_waking(due_at or now, to, urgent),
        valid_until=valid_until,
        request_id=current_origin().request_id,
    )
    insert_rows(message, or_leave=True)


@action
def withdraw_messages(*, about: str, by: object, now: datetime) -> None:
    """Messages about a thing that is no longer so, and that are not out yet, stay here.

    Also those that a worker has claimed: it looks again right before it hands one over; and those
    that were parked, which nobody shall try once more.
    """
    here = [MessageStatus.DUE, MessageStatus.PARKED]
    waiting = Message.objects.filter(status__in=here, about=about)
    waiting.update(status=MessageStatus.WITHDRAWN, claimed_until=None)


def _waking(due_at: datetime, to: Recipient, urgent: bool) -> datetime:
    return due_at if urgent or to.quiet is None else to.quiet.moved_out(due_at)


def _stopped(to: Recipient) -> Set[Channel]:
    addresses = {
        "email": normalised(Channel.EMAIL, to.email),
        "phone": normalised(Channel.SMS, to.phone),
    }
    return {Channel(channel) for (channel,) in all_rows(_STOPPED, addresses)}
