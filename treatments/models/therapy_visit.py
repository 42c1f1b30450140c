"""Visits of a course that took place."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clinic.shared.history import keep_history, never_changed, never_deleted
from patients.models.patient import UUID7
from treatments.models.course import TreatmentCourse
from treatments.models.freezing import ChangeWhile


class VisitOutcome(models.TextChoices):
    """What became of a visit of a course."""

    ATTENDED = "attended", "Came"
    MISSED = "missed", "Did not come"
    VOIDED = "voided", "Entered by mistake"


@keep_history()
class TherapyVisit(models.Model):
    """One visit of a course that took place: what was done, how it went.

    `appointment_id` is the visit of the calendar it came from, known here only by its id, because
    the calendar stands above; unique, so that completing it twice counts once.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    course = models.ForeignKey(TreatmentCourse, on_delete=models.PROTECT, related_name="visits")
    occurred_at = models.DateTimeField()
    outcome = models.TextField(choices=VisitOutcome, default=VisitOutcome.ATTENDED)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    note = models.TextField(blank=True)
    is_progress_report = models.BooleanField(default=False)
    appointment_id = models.UUIDField(null=True, blank=True, unique=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="recorded_visits"
    )
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering: ClassVar = ["-occurred_at", "-id"]
        triggers: ClassVar = [
            never_changed(but=["outcome", "appointment_id"]),
            pgtrigger.Protect(
                name="visit_stays_with_its_appointment",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.appointment_id IS NOT NULL"
                    " AND NEW.appointment_id IS DISTINCT FROM OLD.appointment_id"
                ),
            ),
            # What the calendar completes it may take back; what a person voids stays void.
            pgtrigger.Protect(
                name="voided_stays",
                operation=pgtrigger.Update,
                condition=ChangeWhile("OLD.outcome = 'voided' AND OLD.appointment_id IS NULL"),
            ),
            never_deleted(),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(outcome__in=VisitOutcome.values), name="therapy_visit_outcome_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.get_outcome_display()
