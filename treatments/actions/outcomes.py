"""Writing down how a person says they are: scores, and the diary of a diagnostic block."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.database import constraint_errors
from clinic.shared.errors import Conflict, Invalid
from patients.actions.standing import lock_record
from patients.models import Patient
from treatments.actions.changed_history import history_changed
from treatments.actions.diary_merging import Lines, merge_diary
from treatments.actions.follow_ups import answer_follow_ups
from treatments.domain.instruments import BadAnswers, checked_answers, read_definition, score_of
from treatments.domain.outcomes import DIARY_HOURS
from treatments.domain.states import COUNTED
from treatments.models import (
    Instrument,
    Occasion,
    Procedure,
    QuestionnaireResponse,
    Respondent,
    TreatmentCourse,
)

# A clock that goes a little fast must not refuse what was answered just now.
CLOCKS_DIFFER = timedelta(minutes=5)
LONGEST_DIARY = timedelta(days=14)
# The same answers so soon after are the same answers, sent twice.
SAME_TIME = timedelta(minutes=10)


class AnsweredAlready(Conflict):
    """There is an entry for this hour."""

    code = "answered_already"
    title = "This hour is answered"
    default_sentence = "Somebody has just written down this hour. Look at the diary again."


class ScoreAlready(Conflict):
    """The same score twice."""

    code = "score_already"
    title = "This is written down already"


class VoidAlready(Conflict):
    """It counts no more already."""

    code = "void_already"
    default_sentence = "This was taken back already."


@dataclass(frozen=True)
class Answered:
    """An answered questionnaire, and when as seen from what was done."""

    instrument: Instrument
    answers: Mapping[str, Any]
    authored_at: datetime
    respondent: str = Respondent.STAFF
    occasion: str = Occasion.ROUTINE
    procedure: Procedure | None = None
    course: TreatmentCourse | None = None
    wants_again: bool | None = None
    note: str = ""


@action
def record_response(
    *, patient: Patient, answered: Answered, by: User, now: datetime
) -> QuestionnaireResponse:
    """Write down one answered questionnaire.

    Raises `Invalid` for answers that are not on the scale, a time that cannot be, or a procedure
    of somebody else; `ScoreAlready`, `NotAllowed`.
    """
    require(by, "treatments.record_outcomes")
    lock_record(patient)
    _check_link(patient, answered, now)
    _refuse_twice(patient, answered)
    row = write_answered(patient, answered, hours=None, by=by, now=now)
    answer_follow_ups(answered=[row], by=by, now=now)
    history_changed([patient.pk], now=now)
    return row


@action
def record_responses(
    *, patient: Patient, answered: Sequence[Answered], by: User, now: datetime
) -> list[QuestionnaireResponse]:
    """Write down several questionnaires that were answered together, all or none.

    Raises `Invalid` if there are none, and otherwise as `record_response`.
    """
    if not answered:
        raise Invalid("Nothing is answered. Choose a number for at least one question.")
    return [record_response(patient=patient, answered=one, by=by, now=now) for one in answered]


@action
def record_own_responses(
    *, patient: Patient, answered: Sequence[Answered], by: None, now: datetime
) -> list[QuestionnaireResponse]:
    """Write down what a person answered by themselves: marked as theirs, entered by nobody.

    Somebody who cares for them may have answered (`Respondent.PROXY`). Whoever calls this has read
    the link, or asked the portal's door. Raises `Invalid` as `record_response` does.
    """
    lock_record(patient)
    rows = []
    for one in answered:
        _check_link(patient, one, now)
        said_by = Respondent.PROXY if one.respondent == Respondent.PROXY else Respondent.PATIENT
        said = replace(one, respondent=said_by)
        rows.append(write_answered(patient, said, hours=None, by=by, now=now))
    if rows:
        answer_follow_ups(answered=rows, by=by, now=now)
        history_changed([patient.pk], now=now)
    return rows


@action
def void_response(
    *, response: QuestionnaireResponse, reason: str, by: User, now: datetime
) -> QuestionnaireResponse:
    """Say that an answer was entered by mistake: it stays readable and counts no more.

    Raises `Invalid` without a reason, `VoidAlready`, `NotAllowed`.
    """
    require(by, "treatments.record_outcomes")
    if not reason.strip():
        raise Invalid("Say why.", details={"fields": {"reason": ["Say why."]}})
    lock_record(response.patient)
    current = QuestionnaireResponse.objects.get(pk=response.pk)
    if current.voided_at is not None:
        raise VoidAlready
    current.voided_at, current.void_reason = now, reason.strip()
    current.save(update_fields=["voided_at", "void_reason"])
    history_changed([current.patient_id], now=now)
    return current


@action
def record_diary(
    *,
    procedure: Procedure,
    instrument: Instrument,
    before: int | None,
    entries: Mapping[Decimal, int | None],
    seen: Lines | None = None,
    by: User,
    now: datetime,
) -> list[QuestionnaireResponse]:
    """Make the diary of a block say this; `entries` is the pain by hours after, None if not given.

    `seen` is what the writer had read: what they left as it was then stays as it is now. Without
    it, everything is written as it is given here. An hour that says something else than before is
    voided and written anew. Raises `Invalid`, `StaleDiary`, `AnsweredAlready`, `NotAllowed`.
    """
    require(by, "treatments.record_outcomes")
    lock_record(procedure.patient)
    begun = procedure.performed_at
    if begun is None:
        raise Invalid("The time of this procedure is not known, so no hours can be counted.")
    if strange := [hour for hour in entries if hour not in DIARY_HOURS]:
        raise Invalid(f"The diary has no line for {strange[0]} hours.")
    lines: Lines = dict(entries) | {None: before}
    if seen is not None:
        lines = merge_diary(procedure, instrument, lines, seen)
    written = [
        _set(procedure, instrument, hour, value, at=begun + _hours(hour), by=by, now=now)
        for hour, value in lines.items()
    ]
    history_changed([procedure.patient_id], now=now)
    there = [row for row in written if row is not None]
    answer_follow_ups(answered=there, by=by, now=now)
    return there


def _hours(hour: Decimal | None) -> timedelta:
    return timedelta(minutes=int((hour or 0) * 60))


def _set(
    procedure: Procedure,
    instrument: Instrument,
    hour: Decimal | None,
    value: int | None,
    *,
    at: datetime,
    by: User,
    now: datetime,
) -> QuestionnaireResponse | None:
    """The row of one line of the diary; the line before the block has no hour."""
    rows = QuestionnaireResponse.objects.filter(
        procedure=procedure, instrument=instrument, voided_at__isnull=True
    )
    occasion = Occasion.BASELINE if hour is None else Occasion.DIARY
    present = rows.filter(occasion=occasion, hours_after=hour).first()
    (item,) = read_definition(instrument.definition).items
    answers = {} if value is None else {item.id: value}
    if present is not None:
        if present.answers == answers:
            return present
        void_response(response=present, reason="Corrected in the diary.", by=by, now=now)
    if value is None:
        return None
    if at > now + CLOCKS_DIFFER:
        raise Invalid(f"It is not {_in_words(hour)} after the block yet.")
    answered = Answered(
        instrument, answers, at, Respondent.PATIENT, occasion=occasion, procedure=procedure
    )
    return write_answered(procedure.patient, answered, hours=hour, by=by, now=now)


def _in_words(hour: Decimal | None) -> str:
    named = {Decimal("0.5"): "half an hour", Decimal(1): "an hour"}
    return named.get(hour or Decimal(0), f"{hour} hours")


def _check_link(patient: Patient, answered: Answered, now: datetime) -> None:
    if answered.authored_at > now + CLOCKS_DIFFER:
        raise _wrong("authored_at", "This is in the future.")
    if answered.authored_at.year < patient.birth_date.year:
        raise _wrong("authored_at", "This is before the person was born.")
    if answered.occasion == Occasion.DIARY:
        raise _wrong("occasion", "A diary is filled in on the page of its procedure.")
    if answered.procedure is not None and answered.procedure.patient_id != patient.pk:
        raise _wrong("procedure", "This procedure is somebody else's.")
    if answered.course is not None and answered.course.patient_id != patient.pk:
        raise _wrong("course", "This course is somebody else's.")
    _check_order(answered)


def _check_order(answered: Answered) -> None:
    """Before and after are seen from the procedure."""
    procedure = answered.procedure
    if procedure is None:
        if answered.occasion == Occasion.AFTER:
            raise _wrong("occasion", "Right after what? Choose the procedure.")
        return
    begun = procedure.performed_at
    if begun is None or procedure.record_status not in COUNTED:
        return
    if answered.occasion == Occasion.BASELINE and answered.authored_at > begun:
        raise _wrong("occasion", "This was answered after the procedure began.")
    if answered.occasion in {Occasion.AFTER, Occasion.FOLLOW_UP} and answered.authored_at < begun:
        raise _wrong("occasion", "This was answered before the procedure.")


def _refuse_twice(patient: Patient, answered: Answered) -> None:
    """One questionnaire has one answer at a time; the patient's row is locked.

    Another answer at the very instant is a contradiction, the same one soon after a repetition.
    """
    there = QuestionnaireResponse.objects.filter(
        patient=patient,
        instrument=answered.instrument,
        procedure=answered.procedure,
        course=answered.course,
        occasion=answered.occasion,
        voided_at__isnull=True,
        authored_at__range=(answered.authored_at - SAME_TIME, answered.authored_at + SAME_TIME),
    )
    for row in there:
        if row.authored_at == answered.authored_at or row.answers == dict(answered.answers):
            raise ScoreAlready(
                f"{answered.instrument.name} is written down for this time already."
                " Take that back first if it is wrong."
            )


def _wrong(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, details={"fields": {field: [sentence]}})


def write_answered(
    patient: Patient,
    answered: Answered,
    *,
    hours: Decimal | None,
    told_at: datetime | None = None,
    by: User | None,
    now: datetime,
) -> QuestionnaireResponse:
    """The row; part of an action that has asked whether it may be, and holds the record.

    `told_at` is when the person themselves wrote a line of a diary. Raises `Invalid`,
    `AnsweredAlready`.
    """
    definition = read_definition(answered.instrument.definition)
    try:
        answers = checked_answers(definition, answered.answers)
    except BadAnswers as error:
        fields = {name: [text] for name, text in error.fields.items()}
        raise Invalid(str(error), details={"fields": fields}) from error
    if not answers:
        raise Invalid("Nothing is answered.")
    with constraint_errors({"diary_hour_is_answered_once": AnsweredAlready}):
        return QuestionnaireResponse.objects.create(
            patient=patient,
            instrument=answered.instrument,
            authored_at=answered.authored_at,
            respondent=answered.respondent,
            answers=answers,
            score=score_of(definition, answers),
            occasion=answered.occasion,
            procedure=answered.procedure,
            course=answered.course,
            hours_after=hours,
            told_at=told_at,
            wants_again=answered.wants_again,
            note=answered.note.strip(),
            entered_by=by,
        )
