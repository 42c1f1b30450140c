"""Taking into the record what a person said: an allergy, a medicine, an illness, an operation."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.database import constraint_errors
from clinic.shared.errors import Conflict
from patients.actions.standing import lock_record
from patients.models import AllergyIntolerance, Condition, MedicationStatement, Patient, Recorded
from patients.models.condition import ConditionStatus

TAKE_OVER = "patients.take_over_said"
# Where such a row came from, as `Recorded.source` says it.
SOURCE = "said by the patient"


class TakenAlready(Conflict):
    """It stands in the record, taken from the same words."""

    code = "taken_already"
    default_sentence = "This was taken into the record already."


class FactKind(StrEnum):
    """What was said."""

    ALLERGY = "allergy"
    MEDICINE = "medicine"
    CONDITION = "condition"
    OPERATION = "operation"


@dataclass(frozen=True)
class SaidFact:
    """What a person said, in their words: what it is, and beside it how much, when, or what came.

    `source_id` names the place where they said it.
    """

    kind: FactKind
    what: str
    more: str
    source_id: str


@action
def take_into_record(*, patient: Patient, fact: SaidFact, by: User, now: datetime) -> Recorded:
    """Write a fact into the record, marked as said by the patient; history says who took it.

    Raises `TakenAlready`, `NotAllowed`.
    """
    require(by, TAKE_OVER)
    lock_record(patient)
    origin = {"patient": patient, "source": SOURCE, "source_id": fact.source_id}
    aside = f" ({fact.more})" if fact.more else ""
    with constraint_errors(_TWICE):
        if fact.kind is FactKind.ALLERGY:
            return AllergyIntolerance.objects.create(text=f"{fact.what}{aside}", **origin)
        if fact.kind is FactKind.MEDICINE:
            return MedicationStatement.objects.create(text=fact.what, dosage=fact.more, **origin)
        if fact.kind is FactKind.CONDITION:
            return Condition.objects.create(text=f"{fact.what}{aside}", **origin)
        return Condition.objects.create(
            text=f"Surgery: {fact.what}{aside}", status=ConditionStatus.RESOLVED, **origin
        )


_TWICE = {
    f"patients_{model}_is_imported_once": TakenAlready
    for model in ("allergyintolerance", "medicationstatement", "condition")
}
