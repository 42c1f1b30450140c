"""Reading orders, their results, and what waits for somebody's eyes."""

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from clinic.shared.paging import Pager
from patients.models import Patient
from patients.queries.people import access_chart
from treatments.models import (
    CatalogueEntry,
    DiagnosticReport,
    ReportFile,
    Section,
    ServiceRequest,
)

# What is done in the room by whoever sees the person, and needs no order.
_IN_THE_ROOM = ("history", "physical-exam", "gait-and-posture-exam")
_FILES = Prefetch("files", queryset=ReportFile.objects.defer("content"))


def orders(viewer: Viewer, patient_id: UUID, *, now: datetime) -> list[ServiceRequest]:
    """A person's orders with their reports, newest first. Raises as `access_chart` does."""
    patient = access_chart(viewer, patient_id, now=now)
    return list(_orders(patient)[:300])


def orders_page(
    viewer: Viewer, patient_id: UUID, page: Pager, *, now: datetime
) -> list[ServiceRequest]:
    """One page of them, for programs. Raises as `access_chart` does."""
    return page(_orders(access_chart(viewer, patient_id, now=now)))


def reports_page(
    viewer: Viewer, patient_id: UUID, page: Pager, *, now: datetime
) -> list[DiagnosticReport]:
    """One page of a person's reports, for programs. Raises as `access_chart` does."""
    patient = access_chart(viewer, patient_id, now=now)
    return page(_reports().filter(patient=patient))


def _orders(patient: Patient) -> QuerySet[ServiceRequest]:
    return (
        ServiceRequest.objects.filter(patient=patient)
        .select_related("diagnostic", "requested_by", "patient")
        .prefetch_related(Prefetch("reports", queryset=_reports()))
        .order_by("-requested_at", "-id")
    )


def _reports() -> QuerySet[DiagnosticReport]:
    return (
        DiagnosticReport.objects.select_related(
            "entered_by", "reviewed_by", "order__diagnostic", "order__requested_by", "patient"
        )
        .prefetch_related("results", _FILES)
        .order_by("-entered_at", "-id")
    )


def access_order(viewer: Viewer, order_id: UUID, *, now: datetime) -> ServiceRequest:
    """One order with its reports. Raises `NotFound`, and as `access_chart` does."""
    require(viewer, "patients.view_chart")
    found = ServiceRequest.objects.filter(pk=order_id).values_list("patient_id", flat=True).first()
    if found is None:
        raise NotFound
    patient = access_chart(viewer, found, now=now)
    return _orders(patient).select_related("consultation").get(pk=order_id)


def access_report(viewer: Viewer, report_id: UUID, *, now: datetime) -> DiagnosticReport:
    """One report. Raises `NotFound`, and as `access_chart` does."""
    require(viewer, "patients.view_chart")
    report = _reports().filter(pk=report_id).first()
    if report is None:
        raise NotFound
    access_chart(viewer, report.patient_id, now=now)
    return report


def access_report_file(viewer: Viewer, file_id: UUID, *, now: datetime) -> ReportFile:
    """One file with what is in it. Raises `NotFound`, and as `access_chart` does."""
    require(viewer, "patients.view_chart")
    file = ReportFile.objects.select_related("report__patient").filter(pk=file_id).first()
    if file is None:
        raise NotFound
    access_chart(viewer, file.report.patient_id, now=now)
    record_read(viewer, "test result file", [file.report.patient_id], kind=ReadKind.EXPORT)
    return file


def results_to_review(viewer: Viewer, *, now: datetime) -> list[DiagnosticReport]:
    """What came back of the viewer's orders and nobody has looked at, abnormal ones first.

    A report that was corrected is not asked for; its correction is.
    """
    user = require(viewer, "treatments.order_tests")
    people = Patient.objects.current().cared_for_by(user, now=now)
    newer = DiagnosticReport.objects.filter(
        order=OuterRef("order"), entered_at__gt=OuterRef("entered_at")
    )
    rows = (
        _reports()
        .filter(order__requested_by=user, reviewed_at__isnull=True, patient__in=people)
        .exclude(Exists(newer))
        .order_by("-is_abnormal", "entered_at", "id")
    )
    waiting = list(rows[:200])
    found = {report.patient_id for report in waiting}
    record_read(viewer, "results to review", found, kind=ReadKind.LIST)
    return waiting


def diagnostics(viewer: Viewer) -> list[CatalogueEntry]:
    """What can be ordered."""
    require(viewer, "patients.view_chart")
    return list(CatalogueEntry.objects.offered(Section.DIAGNOSTIC).exclude(pk__in=_IN_THE_ROOM))
