"""Harm, or what might have been."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from clinic.shared.history import keep_history, never_deleted
from patients.models import Patient
from patients.models.patient import UUID7
from treatments.models.catalogue import CatalogueEntry
from treatments.models.course import TreatmentCourse
from treatments.models.freezing import ChangeWhile
from treatments.models.procedure import Procedure


class CtcaeGrade(models.IntegerChoices):
    """CTCAE version 5 grades."""

    MILD = 1, "1 · mild"
    MODERATE = 2, "2 · moderate"
    SEVERE = 3, "3 · severe"
    LIFE_THREATENING = 4, "4 · life-threatening"
    DEATH = 5, "5 · death"


class Relatedness(models.TextChoices):
    """How likely the treatment caused it (WHO-UMC words)."""

    CERTAIN = "certain", "Certain"
    PROBABLE = "probable", "Probable"
    POSSIBLE = "possible", "Possible"
    UNLIKELY = "unlikely", "Unlikely"
    UNRELATED = "unrelated", "Not related"
    UNKNOWN = "unknown", "Not known yet"


class EventOutcome(models.TextChoices):
    """FHIR R4 outcome of an adverse event."""

    ONGOING = "ongoing", "Goes on"
    RECOVERING = "recovering", "Getting better"
    RESOLVED = "resolved", "Over"
    RESOLVED_WITH_SEQUELAE = "resolved_with_sequelae", "Over, something stays"
    FATAL = "fatal", "Fatal"
    UNKNOWN = "unknown", "Not known"


class EventStatus(models.TextChoices):
    """Whether it is said to have happened at all."""

    RECORDED = "recorded", "Recorded"
    ENTERED_IN_ERROR = "entered_in_error", "Entered in error"


class AdverseEventQuerySet(models.QuerySet["AdverseEvent"]):
    """Adverse events; those that were entered in error stay among them."""

    def standing(self) -> "AdverseEventQuerySet":
        """Those that happened, as far as is known: what charts show and reports count."""
        return self.filter(error_at__isnull=True)


@keep_history()
class AdverseEvent(models.Model):
    """Something bad that happened (FHIR R4). Serious from grade 3 on.

    One that was entered in error keeps every word, who took it back, when and why; from then on
    nothing of it changes but whose it is and what it is linked to.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="adverse_events")
    risk = models.ForeignKey(
        CatalogueEntry, on_delete=models.PROTECT, related_name="adverse_events"
    )
    procedure = models.ForeignKey(
        Procedure, on_delete=models.PROTECT, null=True, blank=True, related_name="adverse_events"
    )
    course = models.ForeignKey(
        TreatmentCourse,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="adverse_events",
    )
    onset_at = models.DateTimeField()
    grade = models.PositiveSmallIntegerField(choices=CtcaeGrade)
    relatedness = models.TextField(choices=Relatedness)
    description = models.TextField()
    actions_taken = models.TextField(blank=True)
    outcome = models.TextField(choices=EventOutcome, default=EventOutcome.ONGOING)
    resolved_date = models.DateField(null=True, blank=True)
    reported_to = models.TextField(blank=True)
    reported_date = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="recorded_adverse_events"
    )
    recorded_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)
    error_at = models.DateTimeField(null=True, blank=True)
    error_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="withdrawn_adverse_events",
    )
    error_reason = models.TextField(blank=True)

    objects = AdverseEventQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-onset_at", "-id"]
        triggers: ClassVar = [
            # A draft that is thrown away, a correction and a joined record move the links.
            pgtrigger.Protect(
                name="error_stays",
                operation=pgtrigger.Update,
                condition=ChangeWhile(
                    "OLD.error_at IS NOT NULL", but=["patient", "procedure", "course", "revision"]
                ),
            ),
            never_deleted(),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(grade__in=CtcaeGrade.values), name="adverse_event_grade_is_known"
            ),
            models.CheckConstraint(
                condition=Q(relatedness__in=Relatedness.values),
                name="adverse_event_relation_is_known",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=EventOutcome.values),
                name="adverse_event_outcome_is_known",
            ),
            models.CheckConstraint(
                condition=Q(grade=CtcaeGrade.DEATH, outcome=EventOutcome.FATAL)
                | ~(Q(grade=CtcaeGrade.DEATH) | Q(outcome=EventOutcome.FATAL)),
                name="adverse_event_grade_5_is_fatal",
            ),
            models.CheckConstraint(condition=~Q(description=""), name="adverse_event_is_described"),
            models.CheckConstraint(
                condition=Q(error_at__isnull=True, error_by__isnull=True, error_reason="")
                | (Q(error_at__isnull=False, error_by__isnull=False) & ~Q(error_reason="")),
                name="adverse_event_in_error_says_who_and_why",
            ),
        ]
        indexes: ClassVar = [
            models.Index("patient", F("onset_at").desc(), name="adverse_event_of_patient"),
        ]

    def __str__(self) -> str:
        return str(self.risk)

    @property
    def record_status(self) -> EventStatus:
        """Whether it still stands (FHIR status)."""
        return EventStatus.RECORDED if self.error_at is None else EventStatus.ENTERED_IN_ERROR
