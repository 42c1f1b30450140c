"""Two records that turned out to be one person."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from clinic.shared.history import keep_history, never_changed, never_deleted
from patients.models.patient import Patient


@keep_history()
class PatientMerge(models.Model):
    """One record joined into another. Undone, it stays as a row that says so."""

    kept = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="merges_into_it")
    merged = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="merges_of_it")
    reason = models.TextField()
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="patient_merges"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="undone_patient_merges",
    )

    class Meta:
        ordering: ClassVar = ["-id"]
        triggers: ClassVar = [never_deleted()]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(kept=F("merged")), name="patient_merge_joins_two_records"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="patient_merge_has_a_reason"),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="patient_merge_undone_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.kept_id}"


class MergedRow(models.Model):
    """One row that a merge took from one record to the other, so that it can be taken back."""

    merge = models.ForeignKey(PatientMerge, on_delete=models.PROTECT, related_name="rows")
    table = models.TextField()
    column = models.TextField()
    row_pk = models.TextField()

    class Meta:
        triggers: ClassVar = [never_changed(), never_deleted()]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "merge", "table", "column", "row_pk", name="merged_row_is_listed_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.row_pk}"
