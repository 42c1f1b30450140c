"""What a person has or has had."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from clinic.shared.history import keep_history
from patients.models.patient import Patient
from patients.models.provenance import Recorded


class ConditionStatus(models.TextChoices):
    """FHIR R4 clinical status of a condition."""

    ACTIVE = "active", "Active"
    RECURRENCE = "recurrence", "Recurrence"
    RELAPSE = "relapse", "Relapse"
    INACTIVE = "inactive", "Inactive"
    REMISSION = "remission", "In remission"
    RESOLVED = "resolved", "Resolved"


_PRESENT = {ConditionStatus.ACTIVE, ConditionStatus.RECURRENCE, ConditionStatus.RELAPSE}


@keep_history()
class Condition(Recorded):
    """A diagnosis, problem or circumstance. `text` is what people read."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="conditions")
    text = models.TextField()
    code_system = models.TextField(blank=True)
    code = models.TextField(blank=True)
    status = models.TextField(choices=ConditionStatus, default=ConditionStatus.ACTIVE)
    verification = models.TextField(blank=True)
    onset_date = models.DateField(null=True, blank=True)
    abatement_date = models.DateField(null=True, blank=True)

    class Meta(Recorded.Meta):
        constraints: ClassVar = [
            *Recorded.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=ConditionStatus.values), name="condition_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(abatement_date__isnull=True)
                | Q(onset_date__isnull=True)
                | Q(abatement_date__gte=F("onset_date")),
                name="condition_ends_after_onset",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="condition_has_a_text"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_active(self) -> bool:
        """Whether it counts today."""
        return self.status in _PRESENT
