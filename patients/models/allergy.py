"""What a person must not be given."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from clinic.shared.history import keep_history
from patients.models.patient import Patient
from patients.models.provenance import Recorded


class AllergyStatus(models.TextChoices):
    """FHIR R4 clinical status of an allergy."""

    ACTIVE = "active", "Active"
    INACTIVE = "inactive", "Inactive"
    RESOLVED = "resolved", "Resolved"


class Criticality(models.TextChoices):
    """FHIR R4: the harm a next exposure could do."""

    LOW = "low", "Low"
    HIGH = "high", "High"
    UNABLE_TO_ASSESS = "unable-to-assess", "Not known"


@keep_history()
class AllergyIntolerance(Recorded):
    """An allergy or intolerance. `text` is what people read; the code is the source's own."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="allergies")
    text = models.TextField()
    code_system = models.TextField(blank=True)
    code = models.TextField(blank=True)
    category = models.TextField(blank=True)
    criticality = models.TextField(choices=Criticality, default=Criticality.UNABLE_TO_ASSESS)
    status = models.TextField(choices=AllergyStatus, default=AllergyStatus.ACTIVE)
    noted_date = models.DateField(null=True, blank=True)

    class Meta(Recorded.Meta):
        verbose_name_plural = "allergies and intolerances"
        constraints: ClassVar = [
            *Recorded.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=AllergyStatus.values), name="allergy_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(criticality__in=Criticality.values),
                name="allergy_criticality_is_known",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="allergy_has_a_text"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_active(self) -> bool:
        """Whether it counts today."""
        return self.status == AllergyStatus.ACTIVE
