"""What becomes due after a treatment: written by protocol, closed by people, cancelled with it.

`write_follow_ups` is part of signing a procedure and of starting a course, in their transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid
from patients.actions.standing import lock_record
from patients.models import Condition, Patient
from treatments.domain.outcomes import DIARY_HOURS
from treatments.domain.protocols import Protocol, read_protocols
from treatments.domain.states import FOLLOW_UP_STEPS, FollowUpStatus
from treatments.models import (
    AdverseEvent,
    DrugRole,
    FollowUp,
    FollowUpKind,
    Occasion,
    Procedure,
    QuestionnaireResponse,
    TreatmentCourse,
)

FILE = Path(__file__).resolve().parent.parent / "data" / "protocols.yaml"
OPEN = (FollowUpStatus.REQUESTED, FollowUpStatus.IN_PROGRESS)
# Words in the problem list that make a step due.
_CONDITIONS = {"diabetes": "diabet", "osteoporosis": "osteopor"}


class Closed(Conflict):
    """It has ended."""

    code = "follow_up_closed"
    default_sentence = "This has been closed already. Nothing was changed."


class FollowUpResult(StrEnum):
    """What became of it, as one presses it."""

    DONE = "done"
    NO_ANSWER = "no_answer"
    NOT_NEEDED = "not_needed"


_STATUS: Mapping[FollowUpResult, FollowUpStatus] = {
    FollowUpResult.DONE: FollowUpStatus.COMPLETED,
    FollowUpResult.NO_ANSWER: FollowUpStatus.IN_PROGRESS,
    FollowUpResult.NOT_NEEDED: FollowUpStatus.CANCELLED,
}
_WORDS: Mapping[FollowUpResult, str] = {
    FollowUpResult.DONE: "Done.",
    FollowUpResult.NO_ANSWER: "Tried, nobody answered.",
    FollowUpResult.NOT_NEEDED: "",
}


@cache
def _protocols() -> Mapping[str, Protocol]:
    return read_protocols(FILE.read_text(encoding="utf-8"), file=FILE.name)


@dataclass(frozen=True)
class _Cause:
    """What makes things due: a procedure or a course, and when it was."""

    patient: Patient
    protocol: str
    start_at: datetime
    facts: frozenset[str]
    link: Mapping[str, Any]


@action
def write_follow_ups(
    *,
    procedure: Procedure | None = None,
    course: TreatmentCourse | None = None,
    by: User,
    now: datetime,
) -> list[FollowUp]:
    """Write what the protocol of the treatment says is due; what is written already stays.

    Called in the transaction that signs a procedure or starts a course. A procedure that replaces
    another takes over its scores, events and follow-ups; open ones move to the right days.
    Raises `Invalid` unless exactly one of the two is given.
    """
    if (procedure is None) == (course is None):
        raise Invalid("Follow-ups belong to a procedure or to a course.")
    if procedure is not None and procedure.replaces_id is not None:
        _take_over(procedure)
    cause = _of_procedure(procedure) if procedure is not None else _of_course(course, now)
    if cause is None:
        return []
    _end_others(cause, now)
    protocol = _protocols().get(cause.protocol)
    if protocol is None:
        return []
    return _write(cause, protocol, now)


@action
def close_follow_up(
    *,
    follow_up: FollowUp,
    result: FollowUpResult,
    note: str = "",
    by: User,
    now: datetime,
) -> FollowUp:
    """Say what became of it; when nobody answered it stays open.

    Raises `Invalid` if it is not needed and nobody says why, `Closed`, `NotAllowed`.
    """
    require(by, "treatments.work_follow_ups")
    lock_record(follow_up.patient)
    current = FollowUp.objects.select_related("patient").get(pk=follow_up.pk)
    status = _STATUS[result]
    if current.status not in OPEN:
        raise Closed
    if result is FollowUpResult.NOT_NEEDED and not note.strip():
        raise Invalid("Say why.", details={"fields": {"note": ["Say why."]}})
    stays = status == current.status
    if not stays and status not in FOLLOW_UP_STEPS[FollowUpStatus(current.status)]:
        raise Closed
    said = " ".join(part for part in (_WORDS[result], note.strip()) if part)
    current.status = status
    current.result = f"{current.result}\n{said}".strip()
    if status not in OPEN:
        current.closed_at, current.closed_by = now, by
    current.save(update_fields=["status", "result", "closed_at", "closed_by"])
    return current


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
    return rows.update(
        status=FollowUpStatus.CANCELLED, result=reason.strip(), closed_at=now, closed_by=by
    )


@action
def answer_follow_ups(
    *, answered: Sequence[QuestionnaireResponse], by: User, now: datetime
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


def _of_procedure(procedure: Procedure) -> _Cause | None:
    if procedure.performed_at is None or procedure.treatment is None:
        return None
    facts = {procedure.purpose} if procedure.purpose else set()
    if procedure.drugs.filter(role=DrugRole.STEROID).exists():
        facts.add("steroid")
    return _Cause(
        patient=procedure.patient,
        protocol=procedure.treatment.details.get("protocol", ""),
        start_at=procedure.performed_at,
        facts=frozenset(facts | _conditions(procedure.patient)),
        link={"procedure": procedure},
    )


def _of_course(course: TreatmentCourse | None, now: datetime) -> _Cause | None:
    # The follow-ups of procedures come from each procedure, not from the course they belong to.
    if course is None or course.form == "procedural":
        return None
    # Noon in UTC is the same day in every place with a clinic.
    begun = datetime.combine(course.start_date, time(12), UTC) if course.start_date else now
    return _Cause(
        patient=course.patient,
        protocol=course.treatment.details.get("protocol", ""),
        start_at=begun,
        facts=frozenset(_conditions(course.patient)),
        link={"course": course},
    )


def _conditions(patient: Patient) -> set[str]:
    active = [
        row.text.casefold() for row in Condition.objects.filter(patient=patient) if row.is_active
    ]
    return {fact for fact, word in _CONDITIONS.items() if any(word in text for text in active)}


def _write(cause: _Cause, protocol: Protocol, now: datetime) -> list[FollowUp]:
    steps = {step.key: step for step in protocol.due_steps(cause.facts)}
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
            earliest_at=step.due(cause.start_at)[0],
            due_at=step.due(cause.start_at)[1],
            protocol=protocol.key,
            step=step.key,
            created_at=now,
            **cause.link,
        )
        for step in steps.values()
        if step.key not in present
    ]
    # Two that write at the same time: the constraint lets one of them in.
    FollowUp.objects.bulk_create(rows, ignore_conflicts=True)
    return list(_present(cause, protocol).order_by("due_at", "id"))


def _end_others(cause: _Cause, now: datetime) -> None:
    """A correction that names another treatment ends what the first protocol had begun."""
    rows = FollowUp.objects.filter(status__in=OPEN, **cause.link)
    rows.exclude(protocol__in=["", cause.protocol]).update(
        status=FollowUpStatus.CANCELLED, closed_at=now, result="Not due after the correction."
    )


def _present(cause: _Cause, protocol: Protocol) -> Any:
    return FollowUp.objects.filter(protocol=protocol.key, **cause.link)


def _adjust(row: FollowUp, cause: _Cause, step: Any, now: datetime) -> None:
    """An open one moves with a corrected date, and ends if it is not due any more."""
    if row.status not in OPEN:
        return
    if step is None:
        row.status, row.closed_at = FollowUpStatus.CANCELLED, now
        row.result = f"{row.result}\nNot due after the correction.".strip()
        row.save(update_fields=["status", "closed_at", "result"])
        return
    due = step.due(cause.start_at)
    if (row.earliest_at, row.due_at) != due:
        row.earliest_at, row.due_at = due
        row.save(update_fields=["earliest_at", "due_at"])


def _take_over(procedure: Procedure) -> None:
    """What hangs on the version before belongs to the correction from now on."""
    tables: Iterable[Any] = (FollowUp, QuestionnaireResponse, AdverseEvent)
    for table in tables:
        table.objects.filter(procedure_id=procedure.replaces_id).update(procedure=procedure)
