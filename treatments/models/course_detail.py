"""What a course consists of: one detail for each form, with its own columns."""

from collections.abc import Iterable
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from clinic.shared.history import keep_history, never_deleted
from patients.models import MedicationStatement
from patients.models.patient import UUID7
from treatments.domain.amounts import ORDER_UNITS, STRENGTH_UNITS, Unit
from treatments.domain.spine import Region
from treatments.models.catalogue import CatalogueEntry
from treatments.models.consultation import SpineSide
from treatments.models.course import REGIONS, TreatmentCourse


def _choices(units: Iterable[Unit]) -> list[tuple[str, str]]:
    return [(unit.value, unit.value) for unit in units]


@keep_history()
class MedicationDetail(models.Model):
    """A drug that is prescribed or recommended (FHIR R4 MedicationRequest).

    One intake is `dose` `dose_unit`, made up of units of `strength`; `doses_per_day` of them a day
    at most, as needed if `is_as_needed`. `quantity` is what is dispensed at once, in intakes'
    units (tablets, patches, grams of a gel); `refills` how often again. `over_maximum_reason` is
    why the daily dose is above the drug's maximum, "" if it is not.
    """

    course = models.OneToOneField(
        TreatmentCourse, on_delete=models.CASCADE, related_name="medication"
    )
    drug = models.ForeignKey(CatalogueEntry, on_delete=models.PROTECT, related_name="+")
    strength = models.DecimalField(max_digits=12, decimal_places=4)
    strength_unit = models.TextField(choices=_choices(STRENGTH_UNITS))
    dose = models.DecimalField(max_digits=12, decimal_places=4)
    dose_unit = models.TextField(choices=_choices(ORDER_UNITS))
    doses_per_day = models.DecimalField(max_digits=6, decimal_places=3)
    is_as_needed = models.BooleanField(default=False)
    is_over_the_counter = models.BooleanField(default=False)
    route = models.TextField()
    quantity = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    refills = models.PositiveSmallIntegerField(default=0)
    over_maximum_reason = models.TextField(blank=True)
    prescriber = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    statement = models.OneToOneField(
        MedicationStatement,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="course_detail",
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(dose__gt=0) & Q(doses_per_day__gt=0) & Q(strength__gt=0),
                name="medication_amounts_are_positive",
            ),
            models.CheckConstraint(
                condition=Q(quantity__isnull=True) | Q(quantity__gt=0),
                name="medication_quantity_is_positive",
            ),
            models.CheckConstraint(
                condition=Q(dose_unit__in=list(ORDER_UNITS))
                & Q(strength_unit__in=list(STRENGTH_UNITS)),
                name="medication_units_are_known",
            ),
            models.CheckConstraint(condition=~Q(route=""), name="medication_has_a_route"),
        ]

    def __str__(self) -> str:
        return str(self.drug)


@keep_history()
class TherapyDetail(models.Model):
    """A course of visits: physical or occupational therapy, acupuncture and the like.

    `certified_start_date`–`certified_end_date` is the certified plan of care, days inclusive.
    `outside_order_date` is the day of a signed order from elsewhere that is on file (an order of
    our own physician is the course itself), `plan_sent_date` when the plan of care was sent to
    whoever ordered it.
    """

    course = models.OneToOneField(TreatmentCourse, on_delete=models.CASCADE, related_name="therapy")
    discipline = models.TextField(blank=True)
    visits_per_week = models.DecimalField(max_digits=4, decimal_places=2)
    visits_planned = models.PositiveSmallIntegerField()
    visits_authorized = models.PositiveSmallIntegerField(null=True, blank=True)
    certified_start_date = models.DateField(null=True, blank=True)
    certified_end_date = models.DateField(null=True, blank=True)
    certified_by = models.TextField(blank=True)
    outside_order_date = models.DateField(null=True, blank=True)
    plan_sent_date = models.DateField(null=True, blank=True)
    home_exercises = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(visits_per_week__gt=0) & Q(visits_planned__gt=0),
                name="therapy_counts_are_positive",
            ),
            models.CheckConstraint(
                condition=Q(certified_start_date__isnull=True, certified_end_date__isnull=True)
                | Q(certified_end_date__gte=F("certified_start_date")),
                name="therapy_certification_is_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visits_planned} visits"


@keep_history()
class ProceduralDetail(models.Model):
    """A course of procedures: where, and how many are meant."""

    course = models.OneToOneField(
        TreatmentCourse, on_delete=models.CASCADE, related_name="procedural"
    )
    region = models.TextField(choices=REGIONS)
    levels = ArrayField(models.TextField(), default=list, blank=True)
    laterality = models.TextField(choices=SpineSide, blank=True)
    approach = models.TextField(blank=True)
    planned_procedures = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(region__in=list(Region)), name="procedural_region_is_known"
            ),
            models.CheckConstraint(
                condition=Q(laterality__in=["", *SpineSide.values]),
                name="procedural_side_is_known",
            ),
            models.CheckConstraint(
                condition=Q(planned_procedures__gt=0), name="procedural_count_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region} {', '.join(self.levels)}"


@keep_history()
class SelfCareDetail(models.Model):
    """What a person does for themself: how often it is meant."""

    course = models.OneToOneField(
        TreatmentCourse, on_delete=models.CASCADE, related_name="self_care"
    )
    times_per_week = models.PositiveSmallIntegerField(default=7)
    minutes_per_time = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(times_per_week__gt=0), name="self_care_is_done_at_times"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.times_per_week} a week"


@keep_history()
class SelfCareCheck(models.Model):
    """What a person told about the seven days up to `asked_date`: how often they did it."""

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    course = models.ForeignKey(TreatmentCourse, on_delete=models.PROTECT, related_name="checks")
    asked_date = models.DateField()
    times_done = models.PositiveSmallIntegerField()
    note = models.TextField(blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="recorded_checks"
    )
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering: ClassVar = ["-asked_date", "-id"]
        triggers: ClassVar = [never_deleted()]
        constraints: ClassVar = [
            models.UniqueConstraint("course", "asked_date", name="self_care_is_asked_once_a_day"),
            models.CheckConstraint(
                condition=Q(times_done__lte=100), name="self_care_count_is_possible"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asked_date}: {self.times_done}"


@keep_history()
class ReferralDetail(models.Model):
    """A referral, or surgery done elsewhere: to whom, and what came of it."""

    course = models.OneToOneField(
        TreatmentCourse, on_delete=models.CASCADE, related_name="referral"
    )
    referred_to = models.TextField()
    specialty = models.TextField(blank=True)
    is_urgent = models.BooleanField(default=False)
    region = models.TextField(choices=REGIONS, blank=True)
    levels = ArrayField(models.TextField(), default=list, blank=True)
    performed_date = models.DateField(null=True, blank=True)
    result = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(referred_to=""), name="referral_says_to_whom"),
            models.CheckConstraint(
                condition=Q(region__in=["", *Region]), name="referral_region_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.referred_to
