"""Making our rows say what their source says, with as few writes as there are differences."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from clinic.shared.errors import Conflict
from patients.domain.fhir import Fact, Withdrawn
from patients.domain.tally import Outcome, Tally
from patients.models import Patient, Recorded

BATCH = 500


class NotImportable(Conflict):
    """A row cannot be taken in; `resource_type`, `source` and `source_id` name it."""

    code = "not_importable"

    def __init__(self, sentence: str, *, resource_type: str, source: str, source_id: str) -> None:
        self.key = (resource_type, source, source_id)
        super().__init__(sentence)


def reconcile(
    model: type[Recorded],
    *,
    resource_type: str,
    patient: Patient,
    source: str,
    facts: Sequence[Fact],
) -> Tally:
    """Write a person's facts of one type and source: new rows, changed rows, and rows withdrawn.

    One read, and one write for each of the three that there is. Rows the source does not mention
    stay. Raises `NotImportable` for a row that is here under another person.
    """
    rows = _rows_here(model, resource_type, patient, source, facts)
    told = [fact for fact in facts if not isinstance(fact, Withdrawn)]
    fresh = [fact for fact in told if fact.source_id not in rows]
    known = [(rows[fact.source_id], fact) for fact in told if fact.source_id in rows]
    changed = [row for row, fact in known if take_over(row, fact)]
    gone = [rows[f.source_id] for f in facts if isinstance(f, Withdrawn) and f.source_id in rows]

    manager = model._default_manager
    manager.bulk_create([_new(model, patient, source, fact) for fact in fresh], batch_size=BATCH)
    if changed:
        manager.bulk_update(changed, _columns(told[0]), batch_size=BATCH)
    if gone:
        manager.filter(pk__in=[row.pk for row in gone]).delete()
    counts = {
        Outcome.CREATED: len(fresh),
        Outcome.UPDATED: len(changed),
        Outcome.UNCHANGED: len(known) - len(changed),
        Outcome.REMOVED: len(gone),
        Outcome.SKIPPED: len(facts) - len(told) - len(gone),
    }
    return Tally({(resource_type, outcome): n for outcome, n in counts.items() if n})


def take_over(row: object, fact: object, columns: Sequence[str] | None = None) -> bool:
    """Give the row the fact's values; whether any of them was different."""
    different = False
    for name in columns or _columns(fact):
        if getattr(row, name) != getattr(fact, name):
            setattr(row, name, getattr(fact, name))
            different = True
    return different


def _rows_here(
    model: type[Recorded],
    resource_type: str,
    patient: Patient,
    source: str,
    facts: Sequence[Fact],
) -> dict[str, Any]:
    ids = [fact.source_id for fact in facts]
    here: Any = model._default_manager.filter(source=source, source_id__in=ids)
    rows = {row.source_id: row for row in here}
    for source_id, row in rows.items():
        if row.patient_id != patient.pk:
            raise NotImportable(
                f"This {resource_type} is already here, for another person.",
                resource_type=resource_type,
                source=source,
                source_id=source_id,
            )
    return rows


def _new(model: type[Recorded], patient: Patient, source: str, fact: Fact) -> Any:
    values = {name: getattr(fact, name) for name in _columns(fact)}
    build: Any = model
    return build(patient=patient, source=source, source_id=fact.source_id, **values)


def _columns(fact: Any) -> list[str]:
    return [field.name for field in fields(fact) if field.name != "source_id"]
