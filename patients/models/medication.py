"""What a person takes or has taken."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from clinic.shared.history import keep_history
from patients.models.patient import Patient
from patients.models.provenance import Recorded


class MedicationStatus(models.TextChoices):
    """FHIR R4 status of a medication request."""

    ACTIVE = "active", "Active"
    ON_HOLD = "on-hold", "On hold"
    COMPLETED = "completed", "Completed"
    STOPPED = "stopped", "Stopped"
    CANCELLED = "cancelled", "Cancelled"
    UNKNOWN = "unknown", "Not known"


@keep_history()
class MedicationStatement(Recorded):
    """A drug a person is known to take or to have taken, prescribed anywhere or bought.

    Courses that this clinic prescribes are treatments and live there; this list is what somebody
    must know before giving anything else.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="medications")
    text = models.TextField()
    code_system = models.TextField(blank=True)
    code = models.TextField(blank=True)
    dosage = models.TextField(blank=True)
    status = models.TextField(choices=MedicationStatus, default=MedicationStatus.ACTIVE)
    start_date = models.DateField(null=True, blank=True)
    end_date = models.DateField(null=True, blank=True)

    class Meta(Recorded.Meta):
        constraints: ClassVar = [
            *Recorded.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=MedicationStatus.values), name="medication_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(end_date__isnull=True)
                | Q(start_date__isnull=True)
                | Q(end_date__gte=F("start_date")),
                name="medication_ends_after_start",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="medication_has_a_text"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_active(self) -> bool:
        """Whether it counts today."""
        return self.status == MedicationStatus.ACTIVE
