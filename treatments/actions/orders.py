"""Tests and referrals: ordered, cancelled, their results written down and reviewed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.database import constraint_errors
from clinic.shared.errors import Conflict, Invalid
from clinic.shared.uploads import CheckedFile
from patients.actions.standing import lock_record
from patients.models import Patient
from treatments.actions.changed_history import history_changed
from treatments.actions.closing_follow_ups import close_by_report
from treatments.models import (
    CatalogueEntry,
    Consultation,
    DiagnosticReport,
    Observation,
    OrderPriority,
    OrderStatus,
    ReportFile,
    Section,
    ServiceRequest,
)

# Where a day begins first, it is this much ahead of UTC.
_FARTHEST_EAST = timedelta(hours=14)
FILES_AT_MOST = 10
_LARGEST = Decimal("1e12")


class NotOpen(Conflict):
    """The order is cancelled, or its result is there already."""

    code = "order_not_open"
    default_sentence = "This order is not open any more."


class ReviewedAlready(Conflict):
    """Somebody has looked at the result already."""

    code = "reviewed_already"
    default_sentence = "This result was reviewed already."


class SameFile(Conflict):
    """The very same file twice in one report."""

    code = "report_file_twice"
    default_sentence = "The same file was chosen twice."


@dataclass(frozen=True)
class OrderWish:
    """What is to be ordered: an entry of the catalogue's diagnostics, why, and until when."""

    diagnostic: CatalogueEntry
    reason: str
    region: str = ""
    detail: str = ""
    priority: OrderPriority = OrderPriority.ROUTINE
    due_date: date | None = None


@dataclass(frozen=True)
class Result:
    """A number with its unit, as the report gives it."""

    text: str
    value: Decimal
    unit: str = ""


@dataclass(frozen=True)
class Findings:
    """What came back."""

    effective_date: date
    conclusion: str
    is_abnormal: bool = False
    results: Sequence[Result] = ()
    files: Sequence[CheckedFile] = ()


@action
def order_test(
    *,
    patient: Patient,
    wish: OrderWish,
    consultation: Consultation | None = None,
    by: User,
    now: datetime,
) -> ServiceRequest:
    """Order a test or a referral. Raises `Invalid` with a sentence for the field; `NotAllowed`."""
    require(by, "treatments.order_tests")
    lock_record(patient)
    entry = wish.diagnostic
    if entry.section != Section.DIAGNOSTIC or entry.retired_at is not None:
        raise Invalid(f"{entry.name} cannot be ordered.")
    if not wish.reason.strip():
        raise Invalid("Say why it is ordered.")
    if entry.details.get("needs_region") and not wish.region.strip():
        raise Invalid(f"{entry.name}: say which part of the body.")
    # Where a day ends last, it is twelve hours behind UTC.
    if wish.due_date and wish.due_date < (now - timedelta(hours=12)).date():
        raise Invalid("The day until which it is wanted is over.")
    if consultation is not None and consultation.patient_id != patient.pk:
        raise Invalid("That consultation is somebody else's.")
    return ServiceRequest.objects.create(
        patient=patient,
        consultation=consultation,
        diagnostic=entry,
        region=wish.region.strip(),
        detail=wish.detail.strip(),
        reason=wish.reason.strip(),
        priority=wish.priority,
        due_date=wish.due_date,
        requested_by=by,
        requested_at=now,
    )


@action
def cancel_order(*, order: ServiceRequest, reason: str, by: User, now: datetime) -> ServiceRequest:
    """Take an order back, with a reason. Raises `Invalid`, `NotOpen`, `NotAllowed`."""
    require(by, "treatments.order_tests")
    lock_record(order.patient)
    current = _locked(order)
    if not reason.strip():
        raise Invalid("Say why it is cancelled.")
    if current.status != OrderStatus.ACTIVE:
        raise NotOpen
    current.status, current.status_reason = OrderStatus.REVOKED, reason.strip()
    current.save(update_fields=["status", "status_reason"])
    return current


@action
def enter_report(
    *, order: ServiceRequest, findings: Findings, by: User, now: datetime
) -> DiagnosticReport:
    """Write down what came back; a second report of an order corrects the first.

    Raises `Invalid` with a sentence; `NotOpen` for a cancelled order, `SameFile`, `NotAllowed`.
    """
    require(by, "treatments.enter_results")
    lock_record(order.patient)
    current = _locked(order)
    if current.status == OrderStatus.REVOKED:
        raise NotOpen("This order was cancelled. Order it again, then write down the result.")
    _refuse_nonsense(findings, now)
    report = DiagnosticReport.objects.create(
        patient_id=current.patient_id,
        order=current,
        effective_date=findings.effective_date,
        conclusion=findings.conclusion.strip(),
        is_abnormal=findings.is_abnormal,
        entered_by=by,
        entered_at=now,
    )
    _add_parts(report, findings)
    close_by_report(report=report, by=by, now=now)
    history_changed([current.patient_id], now=now)
    if current.status != OrderStatus.COMPLETED:
        current.status = OrderStatus.COMPLETED
        current.save(update_fields=["status"])
    return report


def _refuse_nonsense(findings: Findings, now: datetime) -> None:
    if not findings.conclusion.strip():
        raise Invalid("Write down the conclusion.")
    if findings.effective_date > (now + _FARTHEST_EAST).date():
        raise Invalid("A test cannot have been done in the future.")
    if findings.effective_date.year < 1900:
        raise Invalid("This day is too long ago.")
    if len(findings.files) > FILES_AT_MOST:
        raise Invalid(f"A report has at most {FILES_AT_MOST} files.")
    for result in findings.results:
        if not result.text.strip():
            raise Invalid("Say what each number is.")
        if not result.value.is_finite() or abs(result.value) >= _LARGEST:
            raise Invalid(f"{result.text}: this is no number that can be kept.")


def _add_parts(report: DiagnosticReport, findings: Findings) -> None:
    # A day has no hour: noon keeps it the same day in the zone of whoever reads it.
    noon = datetime.combine(
        findings.effective_date, time(12), tzinfo=timezone.get_current_timezone()
    )
    Observation.objects.bulk_create(
        Observation(
            patient_id=report.patient_id,
            category="laboratory",
            text=result.text.strip(),
            value=result.value,
            unit=result.unit.strip(),
            effective_at=noon,
            report=report,
        )
        for result in findings.results
    )
    with constraint_errors({"report_file_is_filed_once": SameFile}):
        ReportFile.objects.bulk_create(
            ReportFile(
                report=report, media_type=file.media_type, digest=file.digest, content=file.content
            )
            for file in findings.files
        )


@action
def review_report(*, report: DiagnosticReport, by: User, now: datetime) -> DiagnosticReport:
    """Say that one has read the result. Raises `ReviewedAlready`, `NotAllowed`."""
    require(by, "treatments.order_tests")
    lock_record(report.patient)
    current = DiagnosticReport.objects.select_for_update(no_key=True).get(pk=report.pk)
    if current.reviewed_at is not None:
        raise ReviewedAlready
    current.reviewed_by, current.reviewed_at = by, now
    current.save(update_fields=["reviewed_by", "reviewed_at"])
    return current


def _locked(order: ServiceRequest) -> ServiceRequest:
    return ServiceRequest.objects.select_for_update(no_key=True).get(pk=order.pk)
