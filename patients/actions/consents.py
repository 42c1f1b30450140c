"""Writing down what a person agreed to."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Invalid, NotFound
from patients.actions.standing import lock_record
from patients.models import Consent, Patient
from patients.models.consent import ConsentDecision, ConsentKind, ConsentMethod


@dataclass(frozen=True)
class Decision:
    """What was decided, by whom and how. See `Consent`."""

    kind: ConsentKind
    decision: ConsentDecision
    method: ConsentMethod
    given_by: str
    decided_date: date
    until_date: date | None = None
    version: str = ""


@action
def record_consent(*, patient: Patient, decision: Decision, by: User, now: datetime) -> Consent:
    """Keep a decision for ever; a later one of the same kind takes its place, and both stay.

    Raises `Invalid` for a day that has not come or an end before it, `NotAllowed`.
    """
    require(by, "patients.manage_consents")
    if decision.decided_date > now.date():
        raise Invalid("Nobody can have decided in the future.")
    if decision.decided_date < patient.birth_date:
        raise Invalid("Nobody can have decided before this person was born.")
    if decision.until_date and decision.until_date <= decision.decided_date:
        raise Invalid("It must hold for at least a day.")
    lock_record(patient)
    return Consent.objects.create(
        patient=patient,
        kind=decision.kind,
        decision=decision.decision,
        method=decision.method,
        given_by=decision.given_by,
        version=decision.version,
        decided_date=decision.decided_date,
        until_date=decision.until_date,
        recorded_by=by,
    )


BY_LINK = "The person, by the link in a message"


@action
def stop_news(*, patient_id: UUID, by: None, now: datetime) -> None:
    """Whoever follows the link in a newsletter gets no more of them; twice is as good as once."""
    patient = Patient.objects.select_for_update(no_key=True).filter(pk=patient_id).first()
    if patient is None:
        raise NotFound
    kept = Consent.objects.filter(patient=patient, kind=ConsentKind.NEWSLETTER)
    newest = kept.order_by("-id").first()
    if newest is not None and newest.decision == ConsentDecision.DENY and not newest.until_date:
        return
    Consent.objects.create(
        patient=patient,
        kind=ConsentKind.NEWSLETTER,
        decision=ConsentDecision.DENY,
        method=ConsentMethod.LINK,
        given_by=BY_LINK,
        decided_date=now.date(),
    )
