"""Tests and referrals that were ordered, and what came back."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from clinic.shared.history import keep_history, never_changed, never_deleted
from clinic.shared.uploads import ENDINGS
from patients.models import Patient
from patients.models.patient import UUID7
from treatments.models.catalogue import CatalogueEntry
from treatments.models.consultation import Consultation


class OrderStatus(models.TextChoices):
    """FHIR R4 status of a service request, as far as a clinic uses it."""

    ACTIVE = "active", "Ordered"
    COMPLETED = "completed", "Result is back"
    REVOKED = "revoked", "Cancelled"


class OrderPriority(models.TextChoices):
    """FHIR R4 request priority."""

    ROUTINE = "routine", "Routine"
    URGENT = "urgent", "Urgent"
    STAT = "stat", "At once"


@keep_history()
class ServiceRequest(models.Model):
    """An order for imaging, a laboratory test, another diagnostic, or a referral."""

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="service_requests")
    consultation = models.ForeignKey(
        Consultation, on_delete=models.PROTECT, null=True, blank=True, related_name="orders"
    )
    diagnostic = models.ForeignKey(
        CatalogueEntry, on_delete=models.PROTECT, related_name="service_requests"
    )
    region = models.TextField(blank=True)
    detail = models.TextField(blank=True)
    reason = models.TextField()
    priority = models.TextField(choices=OrderPriority, default=OrderPriority.ROUTINE)
    status = models.TextField(choices=OrderStatus, default=OrderStatus.ACTIVE)
    status_reason = models.TextField(blank=True)
    due_date = models.DateField(null=True, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="service_requests"
    )
    requested_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-requested_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=OrderStatus.values), name="order_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(priority__in=OrderPriority.values), name="order_priority_is_known"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="order_has_a_reason"),
            models.CheckConstraint(
                condition=~Q(status=OrderStatus.REVOKED) | ~Q(status_reason=""),
                name="order_that_is_cancelled_says_why",
            ),
        ]
        indexes: ClassVar = [
            models.Index("patient", F("requested_at").desc(), name="order_of_patient"),
        ]

    def __str__(self) -> str:
        return str(self.diagnostic)


@keep_history()
class DiagnosticReport(models.Model):
    """What came back. A correction is another report for the same order, which then counts.

    `entered_by` is None for what came with an import.

    Numbers with units are rows of `Observation` that point here.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="diagnostic_reports"
    )
    order = models.ForeignKey(ServiceRequest, on_delete=models.PROTECT, related_name="reports")
    effective_date = models.DateField()
    conclusion = models.TextField()
    is_abnormal = models.BooleanField(default=False)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="entered_reports",
    )
    entered_at = models.DateTimeField()
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reviewed_reports",
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-entered_at", "-id"]
        triggers: ClassVar = [
            never_changed(but=["patient", "reviewed_by", "reviewed_at"]),
            never_deleted(),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(conclusion=""), name="report_has_a_conclusion"),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True, reviewed_at__isnull=True)
                | Q(reviewed_by__isnull=False, reviewed_at__isnull=False),
                name="report_review_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.conclusion[:60]


@keep_history(without=["content"])
class ReportFile(models.Model):
    """A file that belongs to a report: a scan, a letter. What was filed stays as it was filed.

    `digest` is the SHA-256 of `content`, in hexadecimal.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    report = models.ForeignKey(DiagnosticReport, on_delete=models.PROTECT, related_name="files")
    media_type = models.TextField()
    digest = models.TextField()
    content = models.BinaryField()

    class Meta:
        ordering: ClassVar = ["id"]
        triggers: ClassVar = [never_changed(), never_deleted()]
        constraints: ClassVar = [
            models.UniqueConstraint("report", "digest", name="report_file_is_filed_once"),
            models.CheckConstraint(
                condition=Q(media_type__in=sorted(ENDINGS)), name="report_file_type_is_taken"
            ),
            models.CheckConstraint(condition=~Q(content=b""), name="report_file_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.media_type
