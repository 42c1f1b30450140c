"""What becomes due after a treatment: written by protocol, closed by answers, cancelled with it.

What people do with it is in `follow_up_work.py`.
`write_follow_ups` is part of signing a procedure and of starting a course, in their transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid
from treatments.actions.follow_up_causes import Cause, of_course, of_procedure
from treatments.actions.follow_up_events import withdraw_questions
from treatments.domain.outcomes import DIARY_HOURS
from treatments.domain.protocols import Protocol, Step, read_protocols
from treatments.domain.states import FollowUpStatus
from treatments.models import (
    AdverseEvent,
    FollowUp,
    FollowUpKind,
    Occasion,
    Procedure,
    QuestionnaireResponse,
    TreatmentCourse,
)

FILE = Path(__file__).resolve().parent.parent / "data" / "protocols.yaml"
OPEN = (FollowUpStatus.REQUESTED, FollowUpStatus.IN_PROGRESS)


class Closed(Conflict):
    """It has ended."""

    code = "follow_up_closed"
    default_sentence = "This has been closed already. Nothing was changed."


@cache
def _protocols() -> Mapping[str, Protocol]:
    return read_protocols(FILE.read_text(encoding="utf-8"), file=FILE.name)


def all_steps() -> list[tuple[str, Step]]:
    """Every step of every protocol, with the key of its protocol."""
    return [(key, step) for key, one in _protocols().items() for step in one.steps]


def step_of(row: FollowUp) -> Step | None:
    """The step of a protocol that wrote it; None for one of no protocol, or of one that is gone."""
    protocol = _protocols().get(row.protocol)
    steps = protocol.steps if protocol else ()
    return next((step for step in steps if step.key == row.step), None)


@action
def write_follow_ups(
    *,
    procedure: Procedure | None = None,
    course: TreatmentCourse | None = None,
    by: User,
    now: datetime,
) -> list[FollowUp]:
    """Write what the protocol of the treatment says is due; what is written already stays.

    Called in the transaction that signs a procedure, starts a course or corrects its days. A
    procedure that replaces another takes over its scores, events and follow-ups; what nobody has
    touched moves to the right days.
    Raises `Invalid` unless exactly one of the two is given.
    """
    if (procedure is None) == (course is None):
        raise Invalid("Follow-ups belong to a procedure or to a course.")
    if procedure is not None and procedure.replaces_id is not None:
        _take_over(procedure)
    cause = of_procedure(procedure) if procedure is not None else of_course(course, now)
    if cause is None:
        return []
    _end_others(cause, now)
    protocol = _protocols().get(cause.protocol)
    if protocol is None:
        return []
    return _write(cause, protocol, now)


@action
def cancel_follow_ups_of(
    *,
    procedure: Procedure | None = None,
    course: TreatmentCourse | None = None,
    only_to_come: bool = False,
    reason: str,
    by: User,
    now: datetime,
) -> int:
    """Cancel what is still open after a procedure that was withdrawn or a course that ended.

    With `only_to_come` what may be done by now stays open. How many there were. Raises `Invalid`
    unless exactly one of the two is given.
    """
    if (procedure is None) == (course is None):
        raise Invalid("Follow-ups belong to a procedure or to a course.")
    rows = FollowUp.objects.filter(status__in=OPEN)
    rows = rows.filter(procedure=procedure) if procedure else rows.filter(course=course)
    if only_to_come:
        rows = rows.filter(earliest_at__gt=now)
    asked = rows.filter(asked_at__isnull=False)
    withdraw_questions(list(asked.values_list("pk", flat=True)), by=by, now=now)
    return rows.update(
        status=FollowUpStatus.CANCELLED, result=reason.strip(), closed_at=now, closed_by=by
    )


@action
def answer_follow_ups(
    *, answered: Sequence[QuestionnaireResponse], by: User | None, now: datetime
) -> list[FollowUp]:
    """Close what asked for these scores; which they were.

    Scores that belong to a procedure or course answer the questionnaire that was due last before
    them; one that was missed earlier stays open. A diary is done with its last hour. Whoever may
    write down scores may do this: it asks for no permission of its own.
    """
    found: dict[UUID, FollowUp] = {}
    for response in answered:
        asked = _asked_for(response)
        if asked is not None and asked.status in OPEN:
            found[asked.pk] = asked
    for row in found.values():
        row.status, row.closed_at, row.closed_by = FollowUpStatus.COMPLETED, now, by
        row.result = f"{row.result}\nAnswered.".strip()
        row.save(update_fields=["status", "result", "closed_at", "closed_by"])
    return list(found.values())


def _asked_for(response: QuestionnaireResponse) -> FollowUp | None:
    if response.procedure_id is None and response.course_id is None:
        return None
    rows = FollowUp.objects.filter(procedure=response.procedure, course=response.course)
    if response.occasion == Occasion.DIARY:
        is_last = response.hours_after == max(DIARY_HOURS)
        return rows.filter(kind=FollowUpKind.DIARY).first() if is_last else None
    rows = rows.filter(
        kind=FollowUpKind.QUESTIONNAIRE, earliest_at__date__lte=response.authored_at.date()
    )
    return rows.order_by("-earliest_at", "id").first()


def _write(cause: Cause, protocol: Protocol, now: datetime) -> list[FollowUp]:
    steps = {step.key: step for step in cause.steps_of(protocol)}
    present = {row.step: row for row in _present(cause, protocol)}
    for row in present.values():
        _adjust(row, cause, steps.get(row.step), now)
    rows = [
        FollowUp(
            patient=cause.patient,
            kind=step.kind,
            title=step.title,
            instructions=step.instructions,
            owner_role=step.owner,
            earliest_at=cause.due(step)[0],
            due_at=cause.due(step)[1],
            protocol=protocol.key,
            step=step.key,
            created_at=now,
            **cause.link,
        )
        for step in steps.values()
        if step.key not in present and not cause.is_done(step)
    ]
    # Two that write at the same time: the constraint lets one of them in.
    FollowUp.objects.bulk_create(rows, ignore_conflicts=True)
    return list(_present(cause, protocol).order_by("due_at", "id"))


def _end_others(cause: Cause, now: datetime) -> None:
    """A correction that names another treatment ends what the first protocol had begun."""
    rows = FollowUp.objects.filter(status__in=OPEN, **cause.link)
    rows.exclude(protocol__in=["", cause.protocol]).update(
        status=FollowUpStatus.CANCELLED, closed_at=now, result="Not due after the correction."
    )


def _present(cause: Cause, protocol: Protocol) -> Any:
    return FollowUp.objects.filter(protocol=protocol.key, **cause.link)


def _adjust(row: FollowUp, cause: Cause, step: Step | None, now: datetime) -> None:
    """One that nobody touched moves with a corrected date; it ends if it is not due any more."""
    if row.status not in OPEN:
        return
    if step is None:
        row.status, row.closed_at = FollowUpStatus.CANCELLED, now
        row.result = f"{row.result}\nNot due after the correction.".strip()
        row.save(update_fields=["status", "closed_at", "result"])
        return
    if cause.is_done(step):
        row.status, row.closed_at = FollowUpStatus.COMPLETED, now
        row.result = f"{row.result}\nThe plan is certified.".strip()
        row.save(update_fields=["status", "closed_at", "result"])
        return
    due = cause.due(step)
    is_touched = row.status != FollowUpStatus.REQUESTED
    if not is_touched and (row.earliest_at, row.due_at) != due:
        row.earliest_at, row.due_at = due
        row.save(update_fields=["earliest_at", "due_at"])


def _take_over(procedure: Procedure) -> None:
    """What hangs on the version before belongs to the correction from now on."""
    tables: Iterable[Any] = (FollowUp, QuestionnaireResponse, AdverseEvent)
    for table in tables:
        table.objects.filter(procedure_id=procedure.replaces_id).update(procedure=procedure)
