"""Handing over what is due, batch by batch, and writing down what became of it."""

import time
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import OperationalError, connection
from django.utils import timezone
from structlog.contextvars import bound_contextvars

from clinic.messaging.actions.delivery import (
    Claimed,
    Outcome,
    claim_messages,
    look_again,
    record_outcomes,
    release_messages,
)
from clinic.messaging.channels.base import Gateway, Refused, TryAgain
from clinic.messaging.channels.choosing import gateway_of
from clinic.messaging.models import Channel, Message
from clinic.messaging.turns import turn

log = structlog.get_logger(__name__)

WORKER = "worker"
BATCH = 200
# Seconds. A batch goes back after so long, and a task ends well before its time limit.
BATCH_LASTS, TASK_LASTS = 5.0, 35.0
# So often it is written down what went out, and looked whether the rest still shall: a worker that
# is killed leaves no more than this behind that is out and not written down.
GLANCE = 0.1
# How long the database may be away while something is out and not written down.
PATIENCE = timedelta(seconds=15)


def deliver(channel: Channel) -> int:
    """Send what is due by this channel; how many went out.

    Trouble that is not about one message leaves the rest to the next tick.
    """
    if not _is_any_due(channel, timezone.now()):
        return 0
    gateway = gateway_of(channel)
    if gateway is None:
        return 0
    with turn(channel, timezone.now()) as is_ours:
        try:
            return _deliver_by(gateway, channel) if is_ours else 0
        finally:
            gateway.close()


def _is_any_due(channel: Channel, now: datetime) -> bool:
    """Whether a tick has anything to do. Mostly it has not.

    The order makes PostgreSQL go through the index of what is due. Without it (as `exists()` asks)
    and right after a great many went out, it believes that nearly every row is due still, and reads
    the whole table to find the first.
    """
    due = Message.objects.claimable(now).filter(channel=channel).order_by("due_at")
    return bool(due.values_list("pk")[:1])


def _deliver_by(gateway: Gateway, channel: Channel) -> int:
    count, end = 0, time.monotonic() + TASK_LASTS
    while time.monotonic() < end:
        batch = claim_messages(channel=channel, limit=BATCH, by=WORKER, now=timezone.now())
        sent, goes_on = _work_through(batch, gateway)
        count += sent
        if not batch or not goes_on:
            break
    return count


def _work_through(batch: Sequence[Claimed], gateway: Gateway) -> tuple[int, bool]:
    """How many of the batch went out, and whether the carrier takes more."""
    waiting, sent, goes_on = deque(batch), 0, True
    end = time.monotonic() + BATCH_LASTS
    try:
        while waiting and goes_on and time.monotonic() < end:
            _leave_out_what_changed(waiting)
            outcomes: list[Outcome] = []
            try:
                goes_on = _hand_over_for_a_glance(waiting, gateway, outcomes)
            finally:
                _write_down(outcomes)
            sent += sum(not outcome.reason for outcome in outcomes)
    finally:
        if waiting:
            ids = [claimed.message.pk for claimed in waiting]
            release_messages(ids=ids, by=WORKER, now=timezone.now())
    return sent, goes_on


def _leave_out_what_changed(waiting: deque[Claimed]) -> None:
    """A visit may have been cancelled since, or somebody may have asked us to stop."""
    ids = [claimed.message.pk for claimed in waiting]
    still = look_again(ids=ids, by=WORKER, now=timezone.now())
    gone = [pk for pk in ids if pk not in still]
    if gone:
        release_messages(ids=gone, by=WORKER, now=timezone.now())
        kept = [claimed for claimed in waiting if claimed.message.pk in still]
        waiting.clear()
        waiting.extend(kept)


def _hand_over_for_a_glance(
    waiting: deque[Claimed], gateway: Gateway, outcomes: list[Outcome]
) -> bool:
    """Hand over for a moment; False if the carrier takes nothing."""
    until = time.monotonic() + GLANCE
    while waiting:
        claimed = waiting.popleft()
        # What is logged meanwhile names the request that caused the message.
        with bound_contextvars(request_id=claimed.message.request_id):
            outcomes.append(_hand_over(claimed, gateway))
        if outcomes[-1].is_down:
            return False
        if time.monotonic() >= until:
            break
    return True


def _hand_over(claimed: Claimed, gateway: Gateway) -> Outcome:
    message = claimed.message
    try:
        provider_id = gateway.send(message, may_be_out=claimed.may_be_out)
    except Refused as refused:
        log.warning("message_refused", message=message.pk, channel=message.channel)
        return Outcome(message, reason=str(refused), is_final=True)
    except TryAgain as trouble:
        log.warning("message_failed", message=message.pk, channel=message.channel)
        return Outcome(
            message,
            reason=str(trouble),
            is_down=trouble.is_down,
            retry_after=trouble.retry_after,
        )
    log.info("message_sent", message=message.pk, channel=message.channel)
    return Outcome(message, provider_id=provider_id)


def _write_down(outcomes: list[Outcome]) -> None:
    """What is out is written down even if the database restarts in this very moment."""
    if not outcomes:
        return None
    end = time.monotonic() + PATIENCE.total_seconds()
    while True:
        try:
            return record_outcomes(outcomes=outcomes, by=WORKER, now=timezone.now())
        except OperationalError:
            if connection.in_atomic_block or time.monotonic() > end:
                raise
            connection.close()
            time.sleep(0.3)
