"""Results that came with an import close what waited for them: the order, and what was due.

The import's own transaction holds the person's row. A physician still reviews what closed an
order: it comes into their inbox like any other result.
"""

from collections.abc import Mapping
from datetime import date, datetime

from django.db.models import Q

from clinic.accounts.models import User
from clinic.shared.actions import action
from patients.models import Patient
from treatments.actions.closing_follow_ups import close_by_report, close_by_results, waiting_for
from treatments.facts.imported_results import Answers, results_elsewhere
from treatments.facts.people import clinic_zone
from treatments.models import DiagnosticReport, Observation, OrderStatus, ServiceRequest


@action
def take_results(*, patient: Patient, by: User | None, now: datetime) -> None:
    """Let what was imported of a person answer their orders and follow-ups, by test and day.

    A value that its source corrects becomes another report of the order, to be reviewed anew.
    """
    waiting = Q(status=OrderStatus.ACTIVE)
    taken = Q(status=OrderStatus.COMPLETED, reports__entered_by__isnull=True, reports__isnull=False)
    rows = ServiceRequest.objects.filter(waiting | taken, patient=patient).distinct()
    orders = list(rows.select_related("diagnostic").prefetch_related("reports"))
    follow_ups = waiting_for(patient)
    since = [_day(order.requested_at) for order in orders]
    since += [_day(row.earliest_at) for row in follow_ups]
    if not since:
        return
    answers = results_elsewhere(patient.pk, since=min(since))
    for order in orders:
        _answer(order, answers, by, now)
    close_by_results(patient=patient, answers=answers, by=by, now=now)


def _answer(order: ServiceRequest, answers: Answers, by: User | None, now: datetime) -> None:
    """The first day from the order on counts; of a report there is, its own day."""
    days = answers.get(order.diagnostic_id, {})
    last = max(order.reports.all(), key=lambda report: report.entered_at, default=None)
    if last is not None and last.entered_by_id is not None:
        return
    on = last.effective_date if last else _first(days, order)
    if on is None or on not in days:
        return
    conclusion = _told(days[on])
    if last is not None and last.conclusion == conclusion:
        return
    report = DiagnosticReport.objects.create(
        patient_id=order.patient_id,
        order=order,
        effective_date=on,
        conclusion=conclusion,
        entered_at=now,
    )
    close_by_report(report=report, by=by, now=now)
    order.status = OrderStatus.COMPLETED
    order.save(update_fields=["status"])


def _first(days: Mapping[date, list[Observation]], order: ServiceRequest) -> date | None:
    asked = _day(order.requested_at)
    return min((day for day in days if day >= asked), default=None)


def _day(instant: datetime) -> date:
    return instant.astimezone(clinic_zone()).date()


def _told(values: list[Observation]) -> str:
    return "\n".join(f"{row.text}: {row.shown_value}" for row in values)
