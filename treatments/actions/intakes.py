"""Telling before a visit: saved page by page, sent once, and taken over by staff line by line."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext_noop as N_

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.database import constraint_errors
from clinic.shared.errors import Conflict, Invalid
from patients.actions.own_consents import TELL
from patients.actions.said_facts import TAKE_OVER, FactKind, SaidFact, take_into_record
from patients.actions.standing import lock_record
from patients.models import Patient
from patients.queries import own_record
from treatments.actions.changed_history import history_changed
from treatments.actions.outcomes import Answered, record_own_responses
from treatments.domain.intake import (
    INSTRUMENTS,
    BadIntake,
    Item,
    Subject,
    checked,
    checked_answers,
    items_of,
    print_of,
)
from treatments.models import Instrument, Intake, IntakeDecision, Respondent, Verdict

# So long what was sent can be changed as it stands; afterwards everything is asked anew.
CHANGED_WITHIN = timedelta(days=30)
_FACTS: Mapping[Subject, FactKind] = {
    Subject.HISTORY: FactKind.CONDITION,
    Subject.SURGERIES: FactKind.OPERATION,
    Subject.MEDICINES: FactKind.MEDICINE,
    Subject.ALLERGIES: FactKind.ALLERGY,
}


class PageChanged(Conflict):
    """Somebody else saved the same page meanwhile: on another phone, or in another tab."""

    code = "page_changed"
    title = N_("Saved somewhere else")
    default_sentence = N_(
        "This page was just saved on another phone or tab. Look at both, then save again."
    )


class NothingTold(Conflict):
    """There is nothing to send."""

    code = "nothing_told"
    default_sentence = N_("There is nothing to send yet. Please fill in at least one page.")


class SentMeanwhile(Conflict):
    """It was sent by another hand, with another text than was read."""

    code = "sent_meanwhile"
    default_sentence = N_("Your answers have changed since you looked. Please look at them again.")


class DecidedAlready(Conflict):
    """Somebody has decided on this line."""

    code = "decided_already"
    default_sentence = "Somebody has just decided on this line. Look again."


class OtherLine(Conflict):
    """There is no such line in what was sent."""

    code = "other_line"
    default_sentence = "What was said has changed. Look again."


@dataclass(frozen=True)
class Decided:
    """What staff made of one line, and why."""

    verdict: Verdict
    reason: str = ""


@action
def save_page(
    *,
    patient: Patient,
    subject: Subject,
    said: Mapping[str, Any],
    seen: str,
    by: User,
    now: datetime,
) -> Intake:
    """Keep what was said about a subject in the draft, which begins with the first page saved.

    `seen` is the print of what stood there when the page was opened. Saying the same again changes
    nothing. Raises `Invalid`, `PageChanged`, `NotFound`, `NotAllowed`.
    """
    own = _own(patient, by, now)
    try:
        told = checked(subject, said)
    except BadIntake as error:
        raise Invalid(N_("Something on this page cannot be read. Please check it.")) from error
    draft = _draft(own, by, now)
    present = draft.answers.get(subject)
    if present == told:
        return draft
    if print_of(present) != seen:
        raise PageChanged
    draft.answers = {**draft.answers, subject.value: told}
    draft.saved_at, draft.saved_by = now, by
    draft.save(update_fields=["answers", "saved_at", "saved_by"])
    return draft


@action
def change_sent(*, patient: Patient, by: User, now: datetime) -> Intake:
    """Begin the next version of what was sent, with everything as it was; the old one stays.

    Who has begun it already goes on with that. Raises `NothingTold` if nothing was sent lately.
    """
    own = _own(patient, by, now)
    draft = _drafts(own).first()
    if draft is not None:
        return draft
    last = _last_sent(own)
    if last is None or last.submitted_at is None or last.submitted_at < now - CHANGED_WITHIN:
        raise NothingTold
    return _begin(own, last.chain, last.version + 1, last.answers, by, now)


@action
def send_intake(
    *, patient: Patient, appointment_id: UUID | None, seen: str, by: User, now: datetime
) -> Intake:
    """Send what was told; from then on it stays. Scores become scores, marked as the patient's.

    `appointment_id` is the person's next visit, `seen` the print of the answers that were looked
    at. Sent twice is sent once. Raises `NothingTold`, `SentMeanwhile`, `NotFound`, `NotAllowed`.
    """
    own = _own(patient, by, now)
    draft = _drafts(own).first()
    if draft is None:
        last = _last_sent(own)
        if last is not None and print_of(last.answers) == seen:
            return last
        raise NothingTold
    if print_of(draft.answers) != seen:
        raise SentMeanwhile
    draft.answers = checked_answers(draft.answers)
    if not any(draft.answers.values()):
        raise NothingTold
    before = Intake.objects.filter(chain=draft.chain, version=draft.version - 1).first()
    draft.appointment_id = appointment_id or (before.appointment_id if before else None)
    draft.submitted_at, draft.submitted_by = now, by
    is_self = own.seen_as is not None and own.seen_as.is_self
    draft.submitted_as = Respondent.PATIENT if is_self else Respondent.PROXY
    draft.save()
    _score(own, draft, before.answers if before else {}, now)
    return draft


@action
def decide_line(
    *, intake: Intake, subject: str, item: str, decided: Decided, by: User, now: datetime
) -> IntakeDecision:
    """Take one line into the record, or say that it is known or not taken, and why.

    It holds for each version of the same telling. Raises `OtherLine`, `DecidedAlready`, `Invalid`
    for a refusal without a reason, `NotAllowed`.
    """
    require(by, TAKE_OVER)
    lock_record(intake.patient)
    line = _line(intake, subject, item)
    reason = decided.reason.strip()
    if decided.verdict == Verdict.REFUSED and not reason:
        sentence = "Say in a word why."
        raise Invalid(sentence, details={"fields": {"reason": [sentence]}})
    with constraint_errors({"intake_line_is_decided_once": DecidedAlready}):
        row = IntakeDecision.objects.create(
            intake=intake,
            chain=intake.chain,
            subject=line.subject,
            item=line.key,
            said=dict(line.line),
            verdict=decided.verdict,
            reason=reason,
            decided_at=now,
            decided_by=by,
        )
    if decided.verdict == Verdict.TAKEN:
        source_id = f"{intake.chain}:{line.subject}:{line.key}"
        fact = SaidFact(_FACTS[line.subject], line.what, line.more, source_id)
        take_into_record(patient=intake.patient, fact=fact, by=by, now=now)
        history_changed([intake.patient_id], now=now)
    return row


def _own(patient: Patient, by: User, now: datetime) -> Patient:
    """The person, for whoever may tell for them; their row is held."""
    require(by, TELL)
    own = own_record(by, patient.pk, now=now)
    lock_record(own)
    return own


def _drafts(patient: Patient) -> Any:
    return Intake.objects.filter(patient=patient, submitted_at__isnull=True)


def _last_sent(patient: Patient) -> Intake | None:
    rows = Intake.objects.filter(patient=patient, submitted_at__isnull=False)
    return rows.order_by("-submitted_at", "-version").first()


def _draft(patient: Patient, by: User, now: datetime) -> Intake:
    found: Intake | None = _drafts(patient).first()
    return found or _begin(patient, uuid4(), 1, {}, by, now)


def _begin(
    patient: Patient, chain: UUID, version: int, answers: Mapping[str, Any], by: User, now: datetime
) -> Intake:
    return Intake.objects.create(
        patient=patient,
        chain=chain,
        version=version,
        answers=dict(answers),
        started_at=now,
        started_by=by,
        saved_at=now,
        saved_by=by,
    )


def _score(patient: Patient, intake: Intake, before: Mapping[str, Any], now: datetime) -> None:
    """Scores of what was answered and is not the same as in the version before."""
    answered = []
    for subject, key in INSTRUMENTS.items():
        numbers = intake.answers.get(subject)
        found = Instrument.objects.filter(key=key, retired_at__isnull=True).order_by("-version")
        instrument = found.first() if numbers and numbers != before.get(subject) else None
        if instrument is not None:
            respondent = intake.submitted_as
            answered.append(Answered(instrument, numbers, now, respondent=respondent))
    if answered:
        record_own_responses(patient=patient, answered=answered, by=None, now=now)


def _line(intake: Intake, subject: str, item: str) -> Item:
    for line in items_of(intake.answers):
        if (line.subject, line.key) == (subject, item):
            return line
    raise OtherLine
