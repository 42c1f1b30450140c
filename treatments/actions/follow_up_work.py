"""What people do with a follow-up, each in one press, and taking a slip back.

Whoever may work follow-ups may do all of it; whoever calls people for them (the desk) may do what
needs no clinical judgement, with what `may_work` lets them see.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid, NotAllowed
from patients.actions.standing import lock_record
from treatments.actions.escalations import move_to_physicians
from treatments.actions.follow_up_events import (
    note_event,
    restore,
    standing_of,
    withdraw_questions,
)
from treatments.actions.follow_ups import OPEN, Closed
from treatments.domain.follow_ups import MOST_TRIES, UNDO_LASTS, UNDOABLE, next_try
from treatments.domain.plain_follow_ups import may_work
from treatments.domain.states import FOLLOW_UP_STEPS, FollowUpStatus
from treatments.facts.calendar import calendar
from treatments.facts.people import clinic_zone
from treatments.models import FollowUp, FollowUpEvent, FollowUpEventKind, FollowUpKind

# Questions that are sent once more may be answered for so long.
ANSWER_LASTS = timedelta(days=3)
# No clinic is closed for longer in one go.
_LONGEST_BREAK = timedelta(days=60)


class FollowUpResult(StrEnum):
    """What became of it, as one presses it."""

    DONE = "done"
    WELL = "well"
    NO_ANSWER = "no_answer"
    SEND_AGAIN = "send_again"
    BY_PHONE = "by_phone"
    ELSEWHERE = "elsewhere"
    NOT_NEEDED = "not_needed"


class NothingToUndo(Conflict):
    """What was last done with it is somebody else's, too long ago, or nothing that is undone."""

    code = "nothing_to_undo"
    default_sentence = "There is nothing of yours to take back here."


_CALLS = (FollowUpKind.CALL,)
_ASKED = (FollowUpKind.QUESTIONNAIRE, FollowUpKind.DIARY)
_TESTS = (FollowUpKind.LAB, FollowUpKind.IMAGING, FollowUpKind.REFERRAL)
_KINDS: Mapping[FollowUpResult, tuple[FollowUpKind, ...]] = {
    FollowUpResult.WELL: _CALLS,
    FollowUpResult.NO_ANSWER: (*_CALLS, *_ASKED, FollowUpKind.VISIT),
    FollowUpResult.SEND_AGAIN: (FollowUpKind.QUESTIONNAIRE,),
    FollowUpResult.BY_PHONE: _ASKED,
    FollowUpResult.ELSEWHERE: (*_TESTS, FollowUpKind.VISIT),
}
_STATUS: Mapping[FollowUpResult, FollowUpStatus] = {
    FollowUpResult.NO_ANSWER: FollowUpStatus.IN_PROGRESS,
    FollowUpResult.SEND_AGAIN: FollowUpStatus.IN_PROGRESS,
    FollowUpResult.NOT_NEEDED: FollowUpStatus.CANCELLED,
}
_EVENTS: Mapping[FollowUpResult, FollowUpEventKind] = {
    FollowUpResult.WELL: FollowUpEventKind.REACHED,
    FollowUpResult.NO_ANSWER: FollowUpEventKind.TRIED,
    FollowUpResult.SEND_AGAIN: FollowUpEventKind.TRIED,
    FollowUpResult.BY_PHONE: FollowUpEventKind.ANSWERED,
    FollowUpResult.NOT_NEEDED: FollowUpEventKind.NOT_NEEDED,
}
_WORDS: Mapping[FollowUpResult, str] = {
    FollowUpResult.DONE: "Done.",
    FollowUpResult.WELL: "Reached, all well.",
    FollowUpResult.NO_ANSWER: "Tried, nobody answered.",
    FollowUpResult.SEND_AGAIN: "Questions are sent again.",
    FollowUpResult.BY_PHONE: "Answered by phone.",
    FollowUpResult.ELSEWHERE: "Done elsewhere.",
    FollowUpResult.NOT_NEEDED: "",
}


@action
def close_follow_up(
    *,
    follow_up: FollowUp,
    result: FollowUpResult,
    note: str = "",
    by: User,
    now: datetime,
) -> FollowUp:
    """Say what became of it.

    Nobody who answered is tried again on the next working day; after three tries it is the
    physicians'. Raises `Invalid` for what does not fit its kind, or if it is not needed and nobody
    says why; `Closed`, `NotAllowed`.
    """
    current = _locked(follow_up, by)
    status = _STATUS.get(result, FollowUpStatus.COMPLETED)
    _check(current, result, status, note)
    before = standing_of(current)
    said = " ".join(part for part in (_WORDS[result], note.strip()) if part)
    current.status = status
    current.result = f"{current.result}\n{said}".strip()
    if status not in OPEN:
        current.closed_at, current.closed_by = now, by
        withdraw_questions([current.pk], by=by, now=now)
    if result is FollowUpResult.NO_ANSWER:
        _try_again(current, now)
    if result is FollowUpResult.SEND_AGAIN:
        current.asked_at, current.earliest_at = None, min(current.earliest_at, now)
        current.due_at = max(current.due_at, now + ANSWER_LASTS)
    current.save()
    kind = _EVENTS.get(result, FollowUpEventKind.DONE)
    note_event(current, kind, before=before, note=said, by=by, now=now)
    if result is FollowUpResult.NO_ANSWER and _is_given_up(current):
        move_to_physicians(current, f"Nobody answered {current.tries} times.", by=by, now=now)
    return current


@action
def undo_follow_up(*, follow_up: FollowUp, by: User, now: datetime) -> FollowUp:
    """Take back what one has just pressed: it stands as before. What happened stays to be read.

    Raises `NothingToUndo`, `NotAllowed`.
    """
    current = _locked(follow_up, by)
    last = last_of(current)
    if last is None or not can_undo(last, by, now):
        raise NothingToUndo
    restore(current, last.before)
    current.save()
    note_event(current, FollowUpEventKind.UNDONE, note=last.note, by=by, now=now)
    return current


@action
def note_booking(*, follow_up: FollowUp, words: str, by: User, now: datetime) -> FollowUp:
    """The visit that was due is booked: it waits for that day, and closes when it took place.

    Raises `Closed`, `NotAllowed`.
    """
    current = _locked(follow_up, by)
    if current.status not in OPEN:
        raise Closed
    before = standing_of(current)
    current.status = FollowUpStatus.IN_PROGRESS
    current.result = f"{current.result}\n{words}".strip()
    current.save(update_fields=["status", "result"])
    note_event(current, FollowUpEventKind.BOOKED, before=before, note=words, by=by, now=now)
    return current


def last_of(row: FollowUp) -> FollowUpEvent | None:
    """What happened to it last, but for what the clinic moved by itself."""
    events = FollowUpEvent.objects.filter(follow_up=row)
    return events.exclude(kind=FollowUpEventKind.ESCALATED).order_by("happened_at", "id").last()


def can_undo(event: FollowUpEvent, by: User, now: datetime) -> bool:
    """Whether this person may still take this back."""
    is_theirs = event.by_id == by.pk and now - event.happened_at <= UNDO_LASTS
    return is_theirs and event.kind in UNDOABLE and bool(event.before)


def _locked(follow_up: FollowUp, by: User) -> FollowUp:
    lock_record(follow_up.patient)
    current: FollowUp = FollowUp.objects.select_for_update(no_key=True).get(pk=follow_up.pk)
    if not may_work(by, current.kind, current.owner_role, current.step):
        raise NotAllowed
    return current


def _check(row: FollowUp, result: FollowUpResult, status: FollowUpStatus, note: str) -> None:
    if row.status not in OPEN:
        raise Closed
    if result is FollowUpResult.NOT_NEEDED and not note.strip():
        raise Invalid("Say why.", details={"fields": {"note": ["Say why."]}})
    if row.kind not in _KINDS.get(result, (row.kind,)):
        sentence = f"That is no answer to “{row.get_kind_display()}”."
        raise Invalid(sentence, details={"fields": {"result": [sentence]}})
    stays = status == row.status
    if not stays and status not in FOLLOW_UP_STEPS[FollowUpStatus(row.status)]:
        raise Closed


def _try_again(row: FollowUp, now: datetime) -> None:
    zone = clinic_zone()
    today = now.astimezone(zone).date()
    off = calendar().days_off(today, today + _LONGEST_BREAK)
    begin, end = next_try(now, zone, off)
    row.tries += 1
    row.earliest_at, row.due_at = max(row.earliest_at, begin), max(row.due_at, end)


def _is_given_up(row: FollowUp) -> bool:
    return row.tries >= MOST_TRIES and row.escalated_at is None
