"""The diary of a diagnostic block, as the person keeps it themselves, an hour at a time."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_noop

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.messaging.actions import withdraw_messages
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, NotFound
from patients.actions.standing import lock_record
from patients.models import Patient
from patients.queries import own_record
from treatments.actions.changed_history import history_changed
from treatments.actions.follow_ups import OPEN, answer_follow_ups
from treatments.actions.outcomes import Answered, AnsweredAlready, write_answered
from treatments.domain.block_hours import after, lines, prompt_at, prompt_key
from treatments.domain.instruments import read_definition
from treatments.models import (
    FollowUp,
    FollowUpKind,
    Instrument,
    Occasion,
    Procedure,
    QuestionnaireResponse,
    Respondent,
)

KEEP = "treatments.keep_own_diary"


class HourIsClosed(Conflict):
    """It is too early for this hour, or the diary is over."""

    code = "hour_is_closed"
    default_sentence = gettext_noop("This hour is not open. Look at the list below.")


class WrittenByClinic(AnsweredAlready):
    """What the clinic wrote down is theirs to correct."""

    code = "written_by_clinic"
    default_sentence = gettext_noop(
        "The clinic wrote down this hour for you. Call us if it is not right."
    )


@action
def keep_block_line(
    *,
    block: Procedure,
    instrument: Instrument,
    hour: Decimal | None,
    pain: int,
    by: User | None,
    now: datetime,
) -> QuestionnaireResponse:
    """Write down one line of the diary, None for the time before the block; late if it is.

    `by` is who signed in; None for the holder of a link, which the caller has read. A line of their
    own may be corrected while the diary is open. Raises `HourIsClosed`, `WrittenByClinic`,
    `Invalid`, `NotFound`, `NotAllowed`.
    """
    patient = block.patient if by is None else _own(block.patient, by, now)
    lock_record(patient)
    begun = block.performed_at
    current = Procedure.objects.done_here().filter(pk=block.pk, patient=patient).exists()
    if begun is None or not current:
        raise NotFound
    if not any(line.is_open and line.hour == hour for line in lines(begun, now)):
        raise HourIsClosed
    (item,) = read_definition(instrument.definition).items
    occasion = Occasion.BASELINE if hour is None else Occasion.DIARY
    answered = Answered(
        instrument,
        {item.id: pain},
        begun + after(hour),
        _respondent(patient, by),
        occasion=occasion,
        procedure=block,
    )
    present = _present(block, instrument, answered, hour)
    if present is not None:
        if present.answers == answered.answers:
            return present
        if present.told_at is None:
            raise WrittenByClinic
        present.voided_at, present.void_reason = now, "Corrected by the person."
        present.save(update_fields=["voided_at", "void_reason"])
    row = write_answered(patient, answered, hours=hour, told_at=now, by=by, now=now)
    answer_follow_ups(answered=[row], by=by, now=now)
    history_changed([patient.pk], now=now)
    if hour is not None:
        withdraw_messages(about=prompt_key(block.pk, hour), by=by, now=now)
    return row


@action
def claim_to_prompt(
    *, limit: int, by: User | None, now: datetime
) -> list[tuple[FollowUp, Decimal, datetime]]:
    """Diaries with an hour that has come and is not answered; with it, until when it may be asked.

    Part of the caller's transaction, in which the message is written: two workers never get the
    same diary at once, and an hour has one message, by its key.
    """
    rows = (
        FollowUp.objects.filter(
            kind=FollowUpKind.DIARY,
            status__in=OPEN,
            earliest_at__lte=now,
            due_at__gt=now,
            procedure__performed_at__isnull=False,
            patient__replaced_by__isnull=True,
            patient__deceased_date__isnull=True,
        )
        .select_related("patient", "procedure")
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("earliest_at", "id")[:limit]
    )
    said = _answered(list(rows))
    prompts = (
        (row, prompt_at(row.procedure.performed_at, said[row.procedure_id], now))
        for row in rows
        if row.procedure is not None and row.procedure.performed_at is not None
    )
    return [(row, prompt.hour, prompt.until) for row, prompt in prompts if prompt is not None]


def _answered(rows: list[FollowUp]) -> Mapping[int | None, set[Decimal | None]]:
    found: dict[int | None, set[Decimal | None]] = defaultdict(set)
    said = QuestionnaireResponse.objects.filter(
        procedure__in=[row.procedure_id for row in rows],
        occasion=Occasion.DIARY,
        voided_at__isnull=True,
    )
    for procedure, hour in said.values_list("procedure_id", "hours_after"):
        found[procedure].add(hour)
    return found


def _present(
    block: Procedure, instrument: Instrument, answered: Answered, hour: Decimal | None
) -> QuestionnaireResponse | None:
    return QuestionnaireResponse.objects.filter(
        procedure=block,
        instrument=instrument,
        occasion=answered.occasion,
        hours_after=hour,
        voided_at__isnull=True,
    ).first()


def _own(patient: Patient, by: User, now: datetime) -> Patient:
    require(by, KEEP)
    return own_record(by, patient.pk, now=now)


def _respondent(patient: Patient, by: User | None) -> Respondent:
    is_proxy = by is not None and patient.seen_as is not None and not patient.seen_as.is_self
    return Respondent.PROXY if is_proxy else Respondent.PATIENT
