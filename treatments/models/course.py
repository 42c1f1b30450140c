"""Courses of treatment: what is given over time, and where it stands."""

from dataclasses import fields
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from clinic.shared.history import keep_history, never_changed, never_deleted
from patients.models import Patient
from patients.models.patient import UUID7
from treatments.domain.amounts import DOSE_UNITS, Amount, Unit
from treatments.domain.course_orders import FORMS, Detail, MedicationOrder
from treatments.domain.spine import Region
from treatments.domain.states import RUNNING, CourseStatus
from treatments.models.catalogue import CatalogueEntry
from treatments.models.consultation import Consultation


class CourseForm(models.TextChoices):
    """Which kind of detail a course has."""

    MEDICATION = "medication", "Medication"
    THERAPY = "therapy", "Therapy"
    PROCEDURAL = "procedural", "Procedures"
    SELF_CARE = "self_care", "Self-care"
    REFERRAL = "referral", "Referral or surgery"


COURSE_STATUSES = [(state.value, state.value.capitalize()) for state in CourseStatus]
UNITS = [(unit.value, unit.value) for unit in DOSE_UNITS]
REGIONS = [(region.value, region.value.capitalize()) for region in Region]


class TreatmentCourseQuerySet(models.QuerySet["TreatmentCourse"]):
    """The words for picking courses."""

    def running(self) -> "TreatmentCourseQuerySet":
        """Those that go on."""
        return self.filter(status__in=RUNNING)

    def begun(self) -> "TreatmentCourseQuerySet":
        """Those that were really begun: not only planned, nor stopped before they began.

        A referral has begun when what it is for was done.
        """
        stopped_before = self.model.objects.filter(
            pk=models.OuterRef("pk"), status=CourseStatus.STOPPED, events__from_status="planned"
        ).exclude(events__to_status=CourseStatus.ACTIVE)
        return self.filter(
            ~models.Exists(stopped_before),
            Q(referral__isnull=True) | Q(referral__performed_date__isnull=False),
            start_date__isnull=False,
        ).exclude(status=CourseStatus.PLANNED)

    def with_details(self) -> "TreatmentCourseQuerySet":
        """With the detail of each form, in one statement."""
        return self.select_related(
            "treatment",
            "ordered_by",
            "medication",
            "therapy",
            "procedural",
            "self_care",
            "referral",
        )


@keep_history()
class TreatmentCourse(models.Model):
    """A course of treatment (FHIR R4 CarePlan): one catalogue entry, over some time, for a goal.

    The detail is the one-to-one row that `form` names. How many visits were used is counted from
    `TherapyVisit` and `Procedure`, never kept here. `follows` is the course whose dose this one
    changed. `revision` grows with every change, so that two writers notice each other.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="courses")
    treatment = models.ForeignKey(CatalogueEntry, on_delete=models.PROTECT, related_name="courses")
    form = models.TextField(choices=CourseForm)
    consultation = models.ForeignKey(
        Consultation, on_delete=models.PROTECT, null=True, blank=True, related_name="courses"
    )
    status = models.TextField(choices=COURSE_STATUSES, default=CourseStatus.PLANNED)
    status_reason = models.TextField(blank=True)
    goal = models.TextField(blank=True)
    instructions = models.TextField(blank=True)
    start_date = models.DateField(null=True, blank=True)
    end_date = models.DateField(null=True, blank=True)
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="ordered_courses"
    )
    ordered_at = models.DateTimeField()
    follows = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="followed_by"
    )
    revision = models.PositiveIntegerField(default=1)

    objects: ClassVar = TreatmentCourseQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-ordered_at", "-id"]
        triggers: ClassVar = [never_deleted()]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=list(CourseStatus)), name="course_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(form__in=CourseForm.values), name="course_form_is_known"
            ),
            models.CheckConstraint(
                condition=Q(end_date__isnull=True)
                | Q(start_date__isnull=True)
                | Q(end_date__gte=F("start_date")),
                name="course_ends_after_start",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[CourseStatus.STOPPED, CourseStatus.PAUSED])
                | ~Q(status_reason=""),
                name="course_that_stops_says_why",
            ),
            models.CheckConstraint(
                condition=Q(status=CourseStatus.PLANNED)
                | Q(status=CourseStatus.STOPPED)
                | Q(start_date__isnull=False),
                name="course_that_began_says_when",
            ),
        ]
        indexes: ClassVar = [
            models.Index("patient", F("ordered_at").desc(), name="course_of_patient"),
        ]

    def __str__(self) -> str:
        return str(self.treatment)

    @property
    def detail(self) -> Any:
        """The row of its form: medication, therapy, procedural, self_care or referral."""
        return getattr(self, self.form, None)

    @property
    def order(self) -> Detail:
        """The detail as the order that would write it."""
        return order_of(self.detail, self.form)


def order_of(row: Any, form: str) -> Detail:
    """The detail of a course of that form, or a version of it, as the order that would write it."""
    shape = FORMS[form]
    values: dict[str, Any] = {item.name: getattr(row, item.name, None) for item in fields(shape)}
    if shape is MedicationOrder:
        values["drug"] = row.drug_id
        for name in ("strength", "dose"):
            unit = Unit(getattr(row, f"{name}_unit"))
            values[name] = Amount(getattr(row, name), unit)
    if "levels" in values:
        values["levels"] = tuple(row.levels)
    return shape(**values)


@keep_history()
class CourseEvent(models.Model):
    """A step of a course, with who and when; append-only."""

    course = models.ForeignKey(TreatmentCourse, on_delete=models.PROTECT, related_name="events")
    from_status = models.TextField(blank=True)
    to_status = models.TextField(choices=COURSE_STATUSES)
    reason = models.TextField(blank=True)
    occurred_at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="course_events"
    )

    class Meta:
        ordering: ClassVar = ["id"]
        triggers: ClassVar = [never_changed(), never_deleted()]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(to_status__in=list(CourseStatus)), name="course_event_status_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}"
