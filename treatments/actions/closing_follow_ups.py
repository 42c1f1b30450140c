"""Follow-ups that close with what they waited for: a visit that took place, a result that came.

Each keeps what closed it. Whoever may complete a visit or enter a result may do this: these actions
ask for no permission of their own. What nothing here recognizes is closed by hand.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from clinic.accounts.models import User
from clinic.shared.actions import action
from patients.models import Patient
from treatments.actions.follow_ups import OPEN, step_of
from treatments.domain.states import FollowUpStatus
from treatments.facts.imported_results import Answers, results_elsewhere
from treatments.facts.people import clinic_zone
from treatments.models import CatalogueEntry, CourseForm, DiagnosticReport, FollowUp, FollowUpKind

# A report of such a diagnostic is what a follow-up of such a kind waits for, if it names none.
_KINDS: Mapping[str, str] = {"laboratory": FollowUpKind.LAB, "imaging": FollowUpKind.IMAGING}
_SEEN = "Seen on"


@action
def close_by_visit(
    *,
    patient: Patient,
    clinicians: Collection[User],
    appointment_id: UUID,
    on: date,
    by: User,
    now: datetime,
) -> list[FollowUp]:
    """Close the visits that were due on that day with one of these clinicians; which they were.

    It must have been whoever did the procedure or ordered the course. The visits of a therapy are
    counted in its course, and what is due in it (a plan certified anew) is another thing.
    """
    theirs = Q(procedure__performer__in=clinicians) | Q(course__ordered_by__in=clinicians)
    rows = _due(patient, on).filter(
        theirs, kind=FollowUpKind.VISIT, owner_role__in={one.role for one in clinicians}
    )
    found = rows.exclude(course__form=CourseForm.THERAPY)
    return _close(found, f"{_SEEN} {_shown(on)}.", {"appointment_id": appointment_id}, by, now)


@action
def reopen_after_visit(*, appointment_id: UUID, by: User, now: datetime) -> list[FollowUp]:
    """What a visit had closed is due again when its completion is taken back."""
    rows = list(FollowUp.objects.select_for_update().filter(appointment_id=appointment_id))
    for row in rows:
        row.status, row.appointment_id = FollowUpStatus.REQUESTED, None
        row.closed_at, row.closed_by = None, None
        kept = [line for line in row.result.split("\n") if not line.startswith(_SEEN)]
        row.result = "\n".join(kept)
        row.save(update_fields=["status", "appointment_id", "closed_at", "closed_by", "result"])
    return rows


@action
def close_by_report(*, report: DiagnosticReport, by: User | None, now: datetime) -> list[FollowUp]:
    """Close what waited for this result on the day it speaks of; which they were.

    A step that names what it needs is closed with the last of it; another one by any report of its
    kind.
    """
    diagnostic = report.order.diagnostic
    waiting = _due(report.patient, report.effective_date).exclude(kind=FollowUpKind.VISIT)
    found = [row.pk for row in waiting if _is_answered(row, report)]
    words = f"{diagnostic} of {_shown(report.effective_date)}."
    return _close(FollowUp.objects.filter(pk__in=found), words, {"report": report}, by, now)


@action
def close_by_results(
    *, patient: Patient, answers: Answers, by: User | None, now: datetime
) -> list[FollowUp]:
    """Close what names the tests it needs, once all are there that were imported or reported."""
    closed = []
    for row in waiting_for(patient):
        needs = _needs(row)
        first, last = _window(row)
        days = {test: [d for d in answers.get(test, ()) if first <= d <= last] for test in needs}
        imported = {test: min(found) for test, found in days.items() if found}
        if not imported or needs - imported.keys() - _reported(row, needs):
            continue
        names = CatalogueEntry.objects.filter(pk__in=imported).values_list("pk", "name")
        told = ", ".join(f"{name} of {_shown(imported[pk])}" for pk, name in names)
        words = f"{told}, from another system."
        closed += _close(FollowUp.objects.filter(pk=row.pk), words, {}, by, now)
    return closed


def waiting_for(patient: Patient) -> list[FollowUp]:
    """What is open of a person and names the tests it needs."""
    rows = FollowUp.objects.filter(patient=patient, status__in=OPEN)
    return [row for row in rows.exclude(kind=FollowUpKind.VISIT) if _needs(row)]


def _needs(row: FollowUp) -> frozenset[str]:
    step = step_of(row)
    return frozenset(step.needs) if step else frozenset()


def _window(row: FollowUp) -> tuple[date, date]:
    zone = clinic_zone()
    return row.earliest_at.astimezone(zone).date(), row.due_at.astimezone(zone).date()


def _reported(row: FollowUp, needs: frozenset[str]) -> set[str]:
    there = DiagnosticReport.objects.filter(
        patient=row.patient_id, effective_date__range=_window(row), order__diagnostic__in=needs
    )
    return {*there.values_list("order__diagnostic", flat=True)}


def _due(patient: Patient, on: date) -> QuerySet[FollowUp]:
    return FollowUp.objects.filter(
        patient=patient, status__in=OPEN, earliest_at__date__lte=on, due_at__date__gte=on
    )


def _is_answered(row: FollowUp, report: DiagnosticReport) -> bool:
    needs, diagnostic = _needs(row), report.order.diagnostic
    if not needs:
        return row.kind == _KINDS.get(diagnostic.kind)
    if diagnostic.pk not in needs:
        return False
    open_ones = needs - _reported(row, needs) - {diagnostic.pk}
    if not open_ones:
        return True
    first, last = _window(row)
    answers = results_elsewhere(row.patient_id, since=first)
    return all(any(first <= d <= last for d in answers.get(test, ())) for test in open_ones)


def _close(
    rows: QuerySet[FollowUp], words: str, what: Mapping[str, Any], by: User | None, now: datetime
) -> list[FollowUp]:
    found: Iterable[FollowUp] = rows.select_for_update(of=("self",)).order_by("pk")
    closed = []
    for row in found:
        row.status, row.closed_at, row.closed_by = FollowUpStatus.COMPLETED, now, by
        row.result = f"{row.result}\n{words}".strip()
        for name, value in what.items():
            setattr(row, name, value)
        row.save(update_fields=["status", "closed_at", "closed_by", "result", *what])
        closed.append(row)
    return closed


def _shown(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"
