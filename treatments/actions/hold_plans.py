"""Plans for what thins the blood before a procedure: made by the rules, approved by a clinician."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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


class NotAgreed(Conflict):
    """Whoever prescribes the drugs has not agreed yet."""

    code = "prescriber_not_asked"
    title = "The prescriber has not agreed"

    def __init__(self, labels: Iterable[str]) -> None:
        named = ", ".join(labels)
        super().__init__(
            f"Nobody stops {named} without whoever prescribes it. Write down first who agreed."
        )


@dataclass(frozen=True)
class Planned:
    """A visit, and what the rules say about it now."""

    patient_id: UUID
    appointment_id: UUID
    treatment_id: str
    procedure_at: datetime
    found: Iterable[rules.Finding]

    @property
    def drugs(self) -> list[dict[str, Any]]:
        """What is to be stopped before it, each drug once."""
        rows: dict[str, dict[str, Any]] = {}
        for finding in self.found:
            for held in finding.holds:
                rows.setdefault(held.key, held_row(held))
        return sorted(rows.values(), key=lambda row: str(row["key"]))


def keep_hold_plans(wanted: Iterable[Planned], *, now: datetime) -> None:
    """Make the plans of visits say what the rules say now, in one look for all of them.

    A plan that changes is approved no more: what the person was told may be wrong. One of which
    nothing is left to stop stays, and says so. A visit without anything to stop gets none.
    """
    asked = {one.appointment_id: one for one in wanted}
    rows = HoldPlan.objects.select_for_update().order_by("pk").filter(appointment_id__in=asked)
    current = {plan.appointment_id: plan for plan in rows}
    HoldPlan.objects.bulk_create(
        HoldPlan(
            patient_id=one.patient_id,
            appointment_id=pk,
            treatment_id=one.treatment_id,
            procedure_at=one.procedure_at,
            drugs=one.drugs,
            made_at=now,
        )
        for pk, one in asked.items()
        if pk not in current and one.drugs
    )
    for pk, plan in current.items():
        _follow(plan, asked[pk])


def _follow(plan: HoldPlan, wanted: Planned) -> None:
    drugs = wanted.drugs
    if plan.drugs == drugs and plan.procedure_at == wanted.procedure_at:
        return
    plan.drugs, plan.procedure_at = drugs, wanted.procedure_at
    plan.approved_at = plan.approved_by = None
    _save(plan, "drugs", "procedure_at", "approved_at", "approved_by")


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
    """Let the person be told exactly this.

    Raises `Invalid` for nothing, `StalePlan`, `NotAgreed` as long as a drug waits for the word of
    its prescriber.
    """
    require(by, MAY_OVERRIDE)
    if not instructions.strip():
        raise Invalid("Say what the person is told.")
    current = _current(plan, revision)
    waiting = [row["label"] for row in current.drugs if row.get("needs_prescriber")]
    if waiting and not current.prescriber:
        raise NotAgreed(waiting)
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
