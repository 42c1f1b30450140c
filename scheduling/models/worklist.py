"""Visits that a person must look at."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from clinic.shared.history import keep_history
from patients.models.patient import UUID7
from scheduling.models.appointment import Appointment


class WorklistKind(models.TextChoices):
    """Why a visit is on the worklist."""

    STRANDED = "stranded", "Its hours were taken away"
    RUNNING_LATE = "running_late", "The clinician runs late"
    RULE = "rule", "A limit or a safety rule"


@keep_history()
class WorklistItem(models.Model):
    """A visit that somebody must settle. Nothing on this list is ever cancelled by itself.

    `created_by` is empty if the clinic noticed by itself.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    kind = models.TextField(choices=WorklistKind)
    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, related_name="worklist_items"
    )
    reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="worklist_items",
    )
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="resolved_worklist_items",
    )
    resolution = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["created_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "appointment",
                "kind",
                name="worklist_names_a_visit_once",
                condition=Q(resolved_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=WorklistKind.values), name="worklist_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.appointment}"
