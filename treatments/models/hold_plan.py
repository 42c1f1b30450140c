"""When somebody stops what thins the blood before a procedure, and takes it again."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from clinic.shared.history import keep_history, never_deleted
from patients.models import Patient
from patients.models.patient import UUID7
from treatments.models.catalogue import CatalogueEntry


@keep_history()
class HoldPlan(models.Model):
    """The plan for one booked procedure: for each drug the last dose before it and the next after.

    `appointment_id` is the visit, known here by its id only, because the calendar stands above.
    `drugs` are the rows of `treatments.domain.hold_plan`. Nothing is told to the person before a
    clinician `approved` it. `last_doses` is what the person said on the day, by the key of the row:
    a day as text. `revision` grows with every change, so that two writers notice each other.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="hold_plans")
    appointment_id = models.UUIDField(unique=True)
    treatment = models.ForeignKey(CatalogueEntry, on_delete=models.PROTECT, related_name="+")
    procedure_at = models.DateTimeField()
    drugs = models.JSONField(default=list)
    instructions = models.TextField(blank=True)
    prescriber = models.TextField(blank=True)
    prescriber_words = models.TextField(blank=True)
    prescriber_at = models.DateTimeField(null=True, blank=True)
    prescriber_noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="approved_hold_plans",
    )
    last_doses = models.JSONField(default=dict, blank=True)
    made_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["procedure_at", "id"]
        triggers: ClassVar = [never_deleted()]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="hold_plan_approval_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(
                    prescriber_at__isnull=True, prescriber_noted_by__isnull=True, prescriber=""
                )
                | (
                    Q(prescriber_at__isnull=False, prescriber_noted_by__isnull=False)
                    & ~Q(prescriber="")
                ),
                name="hold_plan_agreement_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True) | ~Q(instructions=""),
                name="hold_plan_that_is_approved_tells_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.treatment}, {self.procedure_at:%Y-%m-%d}"
