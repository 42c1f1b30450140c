"""Plans for what thins the blood before a procedure: made by the rules, approved by a clinician."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid
from patients.actions.standing import lock_record
from treatments.actions.changed_history import history_changed
from treatments.actions.findings import held_row
from treatments.domain import rules
from treatments.domain.rules_states import MAY_ACKNOWLEDGE, MAY_OVERRIDE
from treatments.models import HoldPlan


class StalePlan(Conflict):
    """Somebody, or a change of the booking, changed the plan in the meantime."""

    code = "stale_plan"
    default_sentence = "This plan was changed in the meantime. Read it again before you go on."


def keep_hold_plan(
    *,
    patient_id: UUID,
    appointment_id: UUID,
    treatment_id: str,
    procedure_at: datetime,
    found: Iterable[rules.Finding],
    now: datetime,
) -> None:
    """Make the plan of a visit say what the rules say now.

    A plan that changes is approved no more: what the person was told may be wrong. One of which
    nothing is left to stop stays, and says so. A visit without anything to stop gets none.
    """
    drugs: dict[str, dict[str, Any]] = {}
    for finding in found:
        for held in finding.holds:
            drugs.setdefault(held.key, held_row(held))
    rows = sorted(drugs.values(), key=lambda row: row["key"])
    current = HoldPlan.objects.select_for_update().filter(appointment_id=appointment_id).first()
    if current is None:
        if rows:
            HoldPlan.objects.create(
                patient_id=patient_id,
                appointment_id=appointment_id,
                treatment_id=treatment_id,
                procedure_at=procedure_at,
                drugs=rows,
                made_at=now,
            )
        return
    if current.drugs == rows and current.procedure_at == procedure_at:
        return
    current.drugs, current.procedure_at = rows, procedure_at
    current.approved_at = current.approved_by = None
    _save(current, "drugs", "procedure_at", "approved_at", "approved_by")


@action
def note_prescriber(
    *, plan: HoldPlan, revision: int, prescriber: str, words: str, by: User, now: datetime
) -> HoldPlan:
    """Write down that whoever prescribes the drugs agreed. Raises `Invalid`, `StalePlan`."""
    require(by, MAY_ACKNOWLEDGE)
    if not prescriber.strip():
        raise Invalid("Say who agreed.")
    current = _current(plan, revision)
    current.prescriber, current.prescriber_words = prescriber.strip(), words.strip()
    current.prescriber_at, current.prescriber_noted_by = now, by
    _save(current, "prescriber", "prescriber_words", "prescriber_at", "prescriber_noted_by")
    history_changed([current.patient_id], now=now)
    return current


@action
def approve_plan(
    *, plan: HoldPlan, revision: int, instructions: str, by: User, now: datetime
) -> HoldPlan:
    """Let the person be told exactly this. Raises `Invalid` for nothing, `StalePlan`."""
    require(by, MAY_OVERRIDE)
    if not instructions.strip():
        raise Invalid("Say what the person is told.")
    current = _current(plan, revision)
    current.instructions = instructions.strip()
    current.approved_at, current.approved_by = now, by
    _save(current, "instructions", "approved_at", "approved_by")
    return current


@action
def note_last_doses(
    *, plan: HoldPlan, revision: int, told: Mapping[str, date | None], by: User, now: datetime
) -> HoldPlan:
    """Write down when the person took each drug last, as they say; None takes it back.

    The rules count it from then on. Raises `Invalid` for a day to come, `StalePlan`.
    """
    require(by, MAY_ACKNOWLEDGE)
    current = _current(plan, revision)
    known = {row["key"] for row in current.drugs}
    doses = dict(current.last_doses)
    for key, day in told.items():
        if key not in known:
            raise Invalid("That drug is not in this plan.")
        if day is None:
            doses.pop(key, None)
        elif day > now.date():
            raise Invalid("A last dose cannot be in the future.")
        else:
            doses[key] = day.isoformat()
    current.last_doses = doses
    _save(current, "last_doses")
    history_changed([current.patient_id], now=now)
    return current


def _current(plan: HoldPlan, revision: int) -> HoldPlan:
    lock_record(plan.patient)
    current: HoldPlan = HoldPlan.objects.select_for_update().get(pk=plan.pk)
    if current.revision != revision:
        raise StalePlan
    return current


def _save(plan: HoldPlan, *names: str) -> None:
    plan.revision += 1
    plan.save(update_fields=[*names, "revision"])
