"""Writing messages into the outbox, and recording what became of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F

from clinic.messaging.models import MAX_ATTEMPTS, Message, MessageKind, MessageStatus
from clinic.shared.actions import action
from clinic.shared.prepared import insert_rows

# Longer than the hard time limit of a task, so that a claim never runs out under a live worker.
CLAIM = timedelta(seconds=120)
LONGEST_PAUSE = timedelta(hours=1)
# Their links are keys: what they say is forgotten once they are out or given up.
CARRYING_A_KEY = frozenset({MessageKind.ACCOUNT, MessageKind.WAITLIST_OFFER})


@dataclass(frozen=True)
class Recipient:
    """Whom to tell. An empty address is allowed: the message is then kept, unsent, for a person."""

    name: str
    address: str


@action
def queue_message(
    *,
    kind: MessageKind,
    to: Recipient,
    subject: str,
    body: str,
    about: str,
    dedupe_key: str,
    patient_id: UUID | None = None,
    by: object,
    now: datetime,
) -> None:
    """Write a message in the caller's transaction: it exists exactly if its cause does.

    The same `dedupe_key` again changes nothing.
    """
    reachable = bool(to.address)
    message = Message(
        kind=kind,
        status=MessageStatus.DUE if reachable else MessageStatus.PARKED,
        last_error="" if reachable else "No e-mail address on file: please tell them by phone.",
        to_name=to.name,
        to_address=to.address,
        subject=subject,
        body=body,
        about=about,
        patient_id=patient_id,
        dedupe_key=dedupe_key,
        due_at=now,
    )
    insert_rows(message, or_leave=True)


@action
def withdraw_messages(*, about: str, by: object, now: datetime) -> None:
    """Messages about a thing that is no longer so, and that nobody has begun to send, stay here."""
    Message.objects.unclaimed(now).filter(about=about).update(status=MessageStatus.WITHDRAWN)


@action
def claim_messages(*, limit: int, by: object, now: datetime) -> list[Message]:
    """Take up to `limit` due messages for sending; no other worker gets them while the claim holds.

    The attempt is counted here, before anything is sent, so that a message which kills its worker
    is parked in the end instead of killing workers for ever.
    """
    rows = list(
        Message.objects.claimable(now)
        .order_by("due_at", "id")
        .select_for_update(skip_locked=True)[:limit]
    )
    for message in rows:
        message.claimed_until = now + CLAIM
        message.attempts += 1
    Message.objects.filter(pk__in=[message.pk for message in rows]).update(
        claimed_until=now + CLAIM, attempts=F("attempts") + 1
    )
    return rows


@action
def record_sent(*, message: Message, by: object, now: datetime) -> None:
    """The mail server has taken it. A link that is a key is forgotten once it is out."""
    body = "" if message.kind in CARRYING_A_KEY else message.body
    Message.objects.filter(pk=message.pk, status=MessageStatus.DUE).update(
        status=MessageStatus.SENT, sent_at=now, claimed_until=None, last_error="", body=body
    )


@action
def record_failure(*, message: Message, reason: str, by: object, now: datetime) -> None:
    """Try again later, waiting twice as long each time; after the last attempt, park it.

    A link that is a key and was given up is forgotten, like one that went out.
    """
    parked = message.attempts >= MAX_ATTEMPTS
    forgotten = parked and message.kind in CARRYING_A_KEY
    Message.objects.filter(pk=message.pk, status=MessageStatus.DUE).update(
        status=MessageStatus.PARKED if parked else MessageStatus.DUE,
        last_error=reason,
        claimed_until=None,
        due_at=now + retry_pause(message.attempts),
        body="" if forgotten else message.body,
    )


def retry_pause(attempts: int) -> timedelta:
    """How long to wait after the n-th failed attempt: 10 s, 20 s, 40 s … at most an hour."""
    return min(timedelta(seconds=10) * 2 ** (attempts - 1), LONGEST_PAUSE)
