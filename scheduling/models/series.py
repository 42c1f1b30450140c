"""A course of visits that were booked together."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clinic.shared.history import keep_history
from patients.models import Patient
from patients.models.patient import UUID7
from scheduling.models.site import Site
from scheduling.models.visit_type import REGIONS, VisitType
from treatments.domain.spine import Region
from treatments.models import TreatmentCourse


@keep_history()
class AppointmentSeries(models.Model):
    """Visits of one person that belong together, such as twelve of physical therapy.

    Each visit is an appointment of its own with a `series_number` from 1; what changes for one or
    for several is written there. `per_week` is what was asked for when the series was proposed.
    `course` is the course of treatment whose visits they are, if the record has it; `region` is
    where those that are added are for, if somebody said so.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="series")
    visit_type = models.ForeignKey(VisitType, on_delete=models.PROTECT, related_name="series")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="series")
    course = models.ForeignKey(
        TreatmentCourse,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="series",
    )
    per_week = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=200, blank=True)
    region = models.TextField(choices=REGIONS, blank=True)
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="booked_series"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name_plural = "appointment series"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(per_week__gte=1, per_week__lte=7), name="series_is_1_to_7_a_week"
            ),
            models.CheckConstraint(
                condition=Q(region__in=["", *Region]), name="series_region_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit_type}, {self.per_week} × a week"
