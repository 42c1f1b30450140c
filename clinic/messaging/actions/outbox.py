"""What a person decides about a message that did not go out."""

from datetime import datetime

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.messaging.models import Message, MessageStatus
from clinic.messaging.models.message import NO_WORD
from clinic.messaging.receipts import without_a_word
from clinic.shared.actions import action
from clinic.shared.errors import Conflict

STUCK = (MessageStatus.PARKED, MessageStatus.BOUNCED)
FORGOTTEN = "Its link was forgotten for safety. Please send a new one, or tell them another way."
SUPERSEDED = "They were written to about the same thing since then. Please look at that message."
GIVEN_UP = "Given up by {name}."


@action
def try_again(*, message: Message, by: User, now: datetime) -> None:
    """Let a message be sent once more that did not go out, came back, or was taken without a word.

    Twice is as once. Raises `Conflict` for one that cannot be, `NotAllowed`.
    """
    require(by, "messaging.manage_outbox")
    held = Message.objects.select_for_update(no_key=True).get(pk=message.pk)
    if held.status == MessageStatus.DUE:
        return
    if held.status not in STUCK and not _is_without_a_word(held, now):
        raise Conflict("This message is not waiting for anybody. Nothing was changed.")
    if not held.to_address:
        raise Conflict("There is no address to send it to. Please tell them by phone.")
    if not held.body:
        raise Conflict(FORGOTTEN)
    if held.valid_until and held.valid_until <= now:
        raise Conflict("Its time has passed. Please tell them another way.")
    if held.status != MessageStatus.PARKED and _is_superseded(held):
        raise Conflict(SUPERSEDED)
    Message.objects.filter(pk=held.pk).update(
        status=MessageStatus.DUE,
        attempts=0,
        due_at=now,
        sent_at=None,
        provider_id="",
        claimed_until=None,
    )


@action
def give_up(*, message: Message, by: User, now: datetime) -> None:
    """This one is settled another way, or not at all; twice is as once.

    Raises `Conflict` for one that went out, unless nobody told what became of it; `NotAllowed`.
    """
    require(by, "messaging.manage_outbox")
    held = Message.objects.select_for_update(no_key=True).get(pk=message.pk)
    if held.status == MessageStatus.WITHDRAWN:
        return
    is_silent = _is_without_a_word(held, now)
    if held.status != MessageStatus.PARKED and not is_silent:
        raise Conflict("Only a message that could not be sent can be given up.")
    reason = f"{GIVEN_UP.format(name=by.name)} {NO_WORD if is_silent else held.last_error}"
    Message.objects.filter(pk=held.pk).update(
        status=MessageStatus.WITHDRAWN,
        last_error=reason,
        claimed_until=None,
        sent_at=None,
        body="" if is_silent else held.body,
    )


def _is_without_a_word(held: Message, now: datetime) -> bool:
    return Message.objects.filter(without_a_word(now), pk=held.pk).exists()


def _is_superseded(held: Message) -> bool:
    """Whether a newer message to them is about the same: a visit may be off by now."""
    if not held.about or held.patient_id is None:
        return False
    theirs = Message.objects.filter(patient_id=held.patient_id, about=held.about)
    return theirs.filter(pk__gt=held.pk).exists()
