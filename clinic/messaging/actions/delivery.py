"""Claiming what is due, and recording what became of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from django.db.models import F

from clinic.messaging.forgetting import is_forgotten
from clinic.messaging.models import (
    MAX_ATTEMPTS,
    Channel,
    Message,
    MessageStatus,
    Suppression,
)
from clinic.messaging.recipients import ASKED_FOR, CAN_BE_LEFT_OUT, STOPPED, normalised
from clinic.shared.actions import action
from clinic.shared.prepared import all_rows, run

# How long a claim holds. A batch lasts a few seconds and one hand-over the rest of it at most; and
# as long as its worker lives, nobody else delivers by the same channel.
CLAIM = timedelta(seconds=45)
LONGEST_PAUSE = timedelta(hours=1)
# While a carrier takes nothing, the message is not to blame: it waits a little, for a day or so.
LONGEST_PAUSE_WHILE_DOWN = timedelta(seconds=30)
MAX_ATTEMPTS_WHILE_DOWN = 2880
TOO_LATE = "Its time had passed before it could be sent."
KILLS = "Sending it stopped the worker several times."


@dataclass(frozen=True)
class Claimed:
    """A message in a worker's hands.

    `may_be_out`: another worker died while it had it, or an earlier attempt failed: a carrier that
    took it and hung up without a word looks like one that did not take it.
    """

    message: Message
    may_be_out: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt.

    Sent if there is no `reason`. `is_final`: it will never be taken. `is_down`: nothing was taken
    by this carrier. `retry_after`: when they said that it may be tried again.
    """

    message: Message
    provider_id: str = ""
    reason: str = ""
    is_final: bool = False
    is_down: bool = False
    retry_after: timedelta | None = None


@action
def claim_messages(*, channel: Channel, limit: int, by: object, now: datetime) -> list[Claimed]:
    """Take up to `limit` due messages for sending; no other worker gets them while the claim holds.

    What is too late, and what somebody asked us to stop meanwhile, ends here. The attempt is
    counted before anything is sent. What a worker had in hand that died is taken by itself, so
    that a message which kills its worker takes no others along, and is parked in the end.
    """
    due = Message.objects.claimable(now).filter(channel=channel).order_by("due_at", "id")
    rows = list(due.select_for_update(skip_locked=True)[:limit])
    rows = [row for row in rows if not _ends_here(row, now)] if rows else []
    stopped = _stopped(channel, rows)
    for row in rows:
        if row.pk in stopped:
            left_out = row.kind in CAN_BE_LEFT_OUT
            status = MessageStatus.WITHDRAWN if left_out else MessageStatus.PARKED
            _end(row, status, STOPPED)
    rows = [row for row in rows if row.pk not in stopped]
    dropped = [row for row in rows[:1] if row.claimed_until]
    claimed = dropped or list(takewhile(lambda row: row.claimed_until is None, rows))
    Message.objects.filter(pk__in=[row.pk for row in claimed]).update(
        claimed_until=now + CLAIM, attempts=F("attempts") + 1
    )
    for row in claimed:
        row.claimed_until, row.attempts = now + CLAIM, row.attempts + 1
    return [Claimed(row, may_be_out=bool(dropped) or row.attempts > 1) for row in claimed]


def _ends_here(row: Message, now: datetime) -> bool:
    if row.valid_until and row.valid_until <= now:
        _end(row, MessageStatus.WITHDRAWN, TOO_LATE)
    elif row.claimed_until and row.attempts >= MAX_ATTEMPTS:
        _end(row, MessageStatus.PARKED, KILLS)
    else:
        return False
    return True


def _end(row: Message, status: MessageStatus, reason: str) -> None:
    body = "" if is_forgotten(row.kind, status, Channel(row.channel)) else row.body
    Message.objects.filter(pk=row.pk).update(
        status=status, last_error=reason, claimed_until=None, body=body
    )


def _stopped(channel: Channel, rows: Collection[Message]) -> set[int]:
    """Those that go to an address to which nothing may be sent any more."""
    told = {row.pk: normalised(channel, row.to_address) for row in rows}
    found = Suppression.objects.filter(
        channel=channel, lifted_at__isnull=True, address__in=set(told.values())
    )
    ended = set(found.values_list("address", flat=True)) if told else set()
    return {row.pk for row in rows if told[row.pk] in ended and row.kind not in ASKED_FOR}


_STILL = """
    SELECT m.id FROM messaging_message m
    WHERE m.id = ANY(%(ids)s) AND m.status = 'due'
      AND (m.valid_until IS NULL OR m.valid_until > %(now)s)
      AND (m.kind = ANY(%(asked_for)s) OR NOT EXISTS (
           SELECT FROM messaging_suppression s WHERE s.lifted_at IS NULL AND s.channel = m.channel
           AND s.address = CASE m.channel WHEN 'email' THEN lower(m.to_address)
                                          ELSE m.to_address END))
"""


@action
def look_again(*, ids: Collection[int], by: object, now: datetime) -> set[int]:
    """Which of these claimed messages are still to be sent, right before they are handed over."""
    asked_for = [str(kind) for kind in ASKED_FOR]
    told = {"ids": list(ids), "now": now, "asked_for": asked_for}
    return {pk for (pk,) in all_rows(_STILL, told)}


@action
def release_messages(*, ids: Collection[int], by: object, now: datetime) -> None:
    """Give claimed messages back that nobody tried to send; the attempt did not take place."""
    held = Message.objects.filter(pk__in=ids, status=MessageStatus.DUE)
    held.update(claimed_until=None, attempts=F("attempts") - 1)


# Withdrawn while it was on its way out: what counts is that they got it. If the provider told what
# became of it before we had written down that it took it, what it told stands.
_RECORD = """
    UPDATE messaging_message m
    SET status = CASE WHEN m.status IN ('delivered', 'bounced') THEN m.status ELSE o.status END,
        last_error = CASE WHEN m.status = 'bounced' THEN m.last_error ELSE o.reason END,
        provider_id = o.provider_id,
        claimed_until = NULL, due_at = coalesce(o.due_at, m.due_at), sent_at = o.sent_at,
        body = CASE WHEN o.forget THEN '' ELSE m.body END
    FROM unnest(%(ids)s::bigint[], %(statuses)s::text[], %(reasons)s::text[],
                %(provider_ids)s::text[], %(due)s::timestamptz[], %(sent)s::timestamptz[],
                %(forget)s::boolean[])
         AS o(id, status, reason, provider_id, due_at, sent_at, forget)
    WHERE m.id = o.id AND (m.status = 'due' OR (
        o.status = 'sent' AND m.status IN ('withdrawn', 'delivered', 'bounced')
        AND m.provider_id = ''))
"""


@action
def record_outcomes(*, outcomes: Sequence[Outcome], by: object, now: datetime) -> None:
    """Write down, in one statement, what became of each attempt.

    A failure waits twice as long each time, and is parked after the last attempt. Links are
    forgotten once they are out; those that are keys also once they are given up.
    """
    statuses = [_status(outcome) for outcome in outcomes]
    told = {
        "ids": [outcome.message.pk for outcome in outcomes],
        "statuses": [str(status) for status in statuses],
        "reasons": [outcome.reason for outcome in outcomes],
        "provider_ids": [outcome.provider_id for outcome in outcomes],
        "due": [now + _pause(outcome) if outcome.reason else None for outcome in outcomes],
        "sent": [None if outcome.reason else now for outcome in outcomes],
        "forget": [
            is_forgotten(outcome.message.kind, status, Channel(outcome.message.channel))
            for status, outcome in zip(statuses, outcomes, strict=True)
        ],
    }
    run(_RECORD, told)


def _status(outcome: Outcome) -> MessageStatus:
    if not outcome.reason:
        return MessageStatus.SENT
    most = MAX_ATTEMPTS_WHILE_DOWN if outcome.is_down else MAX_ATTEMPTS
    over = outcome.is_final or outcome.message.attempts >= most
    return MessageStatus.PARKED if over else MessageStatus.DUE


def _pause(outcome: Outcome) -> timedelta:
    if outcome.retry_after is not None:
        return min(outcome.retry_after, LONGEST_PAUSE)
    pause = retry_pause(outcome.message.attempts)
    return min(pause, LONGEST_PAUSE_WHILE_DOWN) if outcome.is_down else pause


def retry_pause(attempts: int) -> timedelta:
    """How long to wait after the n-th failed attempt: 10 s, 20 s, 40 s … at most an hour."""
    return min(timedelta(seconds=10) * 2 ** min(attempts - 1, 10), LONGEST_PAUSE)
