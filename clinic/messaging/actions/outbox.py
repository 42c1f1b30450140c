"""What a person decides about a message that did not go out."""

from datetime import datetime

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.messaging.models import Message, MessageStatus
from clinic.shared.actions import action
from clinic.shared.errors import Conflict

STUCK = (MessageStatus.PARKED, MessageStatus.BOUNCED)
FORGOTTEN = "Its link was forgotten for safety. Please send a new one, or tell them another way."
GIVEN_UP = "Given up by {name}."


@action
def try_again(*, message: Message, by: User, now: datetime) -> None:
    """Let a message that did not go out, or came back, be sent once more; twice is as once.

    Raises `Conflict` for one that cannot be, `NotAllowed`.
    """
    require(by, "messaging.manage_outbox")
    held = Message.objects.select_for_update(no_key=True).get(pk=message.pk)
    if held.status == MessageStatus.DUE:
        return
    if held.status not in STUCK:
        raise Conflict("This message is not waiting for anybody. Nothing was changed.")
    if not held.to_address:
        raise Conflict("There is no address to send it to. Please tell them by phone.")
    if not held.body:
        raise Conflict(FORGOTTEN)
    if held.valid_until and held.valid_until <= now:
        raise Conflict("Its time has passed. Please tell them another way.")
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

    Raises `Conflict` for one that went out, `NotAllowed`.
    """
    require(by, "messaging.manage_outbox")
    held = Message.objects.select_for_update(no_key=True).get(pk=message.pk)
    if held.status == MessageStatus.WITHDRAWN:
        return
    if held.status != MessageStatus.PARKED:
        raise Conflict("Only a message that could not be sent can be given up.")
    reason = f"{GIVEN_UP.format(name=by.name)} {held.last_error}"
    Message.objects.filter(pk=held.pk).update(
        status=MessageStatus.WITHDRAWN, last_error=reason, claimed_until=None
    )
