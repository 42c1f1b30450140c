"""What was done to a person."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from clinic.shared.history import keep_history
from patients.models import Patient, Recorded


class ProcedureStatus(models.TextChoices):
    """FHIR R4 event status, as far as a record of the past needs it."""

    COMPLETED = "completed", "Completed"
    STOPPED = "stopped", "Stopped"
    NOT_DONE = "not-done", "Not done"
    IN_PROGRESS = "in-progress", "In progress"
    UNKNOWN = "unknown", "Not known"


@keep_history()
class Procedure(Recorded):
    """A procedure done elsewhere, as another system reported it: outside history.

    `performed_at` is null where the source gives no date; whoever counts procedures must say so
    rather than pass over it.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="procedures")
    text = models.TextField()
    code_system = models.TextField(blank=True)
    code = models.TextField(blank=True)
    status = models.TextField(choices=ProcedureStatus, default=ProcedureStatus.COMPLETED)
    performed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(Recorded.Meta):
        constraints: ClassVar = [
            *Recorded.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=ProcedureStatus.values), name="procedure_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True)
                | Q(performed_at__isnull=True)
                | Q(ended_at__gte=F("performed_at")),
                name="procedure_ends_after_start",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="procedure_has_a_text"),
        ]
        indexes: ClassVar = [
            models.Index("patient", F("performed_at").desc(), name="procedure_of_patient"),
        ]

    def __str__(self) -> str:
        return self.text
