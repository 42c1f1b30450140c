"""Courses of treatment: what is given over time, and where it stands."""

from dataclasses import fields
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from clinic.shared.history import keep_history, never_changed, never_deleted
from patients.models import MedicationStatement, Patient
from patients.models.patient import UUID7
from treatments.domain.amounts import Amount, Unit
from treatments.domain.course_orders import FORMS, Detail, MedicationOrder
from treatments.domain.spine import Region
from treatments.domain.states import RUNNING, CourseStatus
from treatments.models.catalogue import CatalogueEntry
from treatments.models.consultation import Consultation, SpineSide


class CourseForm(models.TextChoices):
    """Which kind of detail a course has."""

    MEDICATION = "medication", "Medication"
    THERAPY = "therapy", "Therapy"
    PROCEDURAL = "procedural", "Procedures"
    SELF_CARE = "self_care", "Self-care"
    REFERRAL = "referral", "Referral or surgery"


COURSE_STATUSES = [(state.value, state.value.capitalize()) for state in CourseStatus]
UNITS = [(unit.value, unit.value) for unit in Unit]
REGIONS = [(region.value, region.value.capitalize()) for region in Region]


class TreatmentCourseQuerySet(models.QuerySet["TreatmentCourse"]):
    """The words for picking courses."""

    def running(self) -> "TreatmentCourseQuerySet":
        """Those that go on."""
        return self.filter(status__in=RUNNING)

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
        row, shape = self.detail, FORMS[self.form]
        values: dict[str, Any] = {
            item.name: getattr(row, item.name, None) for item in fields(shape)
        }
        if shape is MedicationOrder:
            values["drug"] = row.drug_id
            for name in ("strength", "dose"):
                unit = Unit(getattr(row, f"{name}_unit"))
                values[name] = Amount(getattr(row, name), unit)
        if "levels" in values:
            values["levels"] = tuple(row.levels)
        return shape(**values)


@keep_history()
class MedicationDetail(models.Model):
    """A drug that is prescribed or recommended (FHIR R4 MedicationRequest).

    One intake is `dose` `dose_unit`, made up of units of `strength`; `doses_per_day` of them a day
    at most, as needed if `is_as_needed`. `quantity` is what is dispensed at once, in intakes'
    units (tablets, patches); `refills` how often again. `over_maximum_reason` is why the daily
    dose is above the drug's maximum, "" if it is not.
    """

    course = models.OneToOneField(
        TreatmentCourse, on_delete=models.CASCADE, related_name="medication"
    )
    drug = models.ForeignKey(CatalogueEntry, on_delete=models.PROTECT, related_name="+")
    strength = models.DecimalField(max_digits=12, decimal_places=4)
    strength_unit = models.TextField(choices=UNITS)
    dose = models.DecimalField(max_digits=12, decimal_places=4)
    dose_unit = models.TextField(choices=UNITS)
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
                condition=Q(dose_unit__in=list(Unit)) & Q(strength_unit__in=list(Unit)),
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
    """

    course = models.OneToOneField(TreatmentCourse, on_delete=models.CASCADE, related_name="therapy")
    discipline = models.TextField(blank=True)
    visits_per_week = models.DecimalField(max_digits=4, decimal_places=2)
    visits_planned = models.PositiveSmallIntegerField()
    visits_authorized = models.PositiveSmallIntegerField(null=True, blank=True)
    certified_start_date = models.DateField(null=True, blank=True)
    certified_end_date = models.DateField(null=True, blank=True)
    certified_by = models.TextField(blank=True)
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
        triggers: ClassVar = [never_deleted()]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(outcome__in=VisitOutcome.values), name="therapy_visit_outcome_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.get_outcome_display()


@keep_history()
class PriorAuthorization(models.Model):
    """What a payer allowed beforehand: so many units of a treatment between two days, inclusive.

    Its use is counted from visits and procedures of its course, or of its treatment if it has none.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="prior_authorizations"
    )
    treatment = models.ForeignKey(
        CatalogueEntry, on_delete=models.PROTECT, related_name="prior_authorizations"
    )
    course = models.ForeignKey(
        TreatmentCourse,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="authorizations",
    )
    payer = models.TextField()
    number = models.TextField()
    units = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    valid_until = models.DateField()
    note = models.TextField(blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="recorded_authorizations"
    )
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering: ClassVar = ["-valid_until", "-id"]
        triggers: ClassVar = [never_deleted()]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")), name="authorization_is_in_order"
            ),
            models.CheckConstraint(condition=Q(units__gt=0), name="authorization_allows_something"),
            models.CheckConstraint(
                condition=~Q(payer="") & ~Q(number=""), name="authorization_is_named"
            ),
            models.UniqueConstraint(
                "payer", "number", "treatment", name="authorization_is_recorded_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payer} {self.number}"
