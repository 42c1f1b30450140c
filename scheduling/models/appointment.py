"""The visit, and its story."""

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Now

from clinic.accounts.models import User
from clinic.shared.history import keep_history, never_changed, never_deleted
from patients.models import Patient
from patients.models.patient import UUID7
from scheduling.domain.local_time import day_bounds
from scheduling.domain.states import HOLDING, AppointmentStatus, Step
from scheduling.models.group import GroupSeat
from scheduling.models.series import AppointmentSeries
from scheduling.models.site import Site
from scheduling.models.visit_type import REGIONS, VisitType
from treatments.domain.spine import Region
from treatments.models import TreatmentCourse

if TYPE_CHECKING:
    from scheduling.models.reservation import Reservation


class TsTzRange(Func):
    """The half-open range of instants from a start to an end."""

    function = "tstzrange"
    output_field = DateTimeRangeField()


def _choices(states: type[AppointmentStatus] | type[Step]) -> list[tuple[str, str]]:
    return [(state.value, state.value.replace("_", " ").capitalize()) for state in states]


class CancellationReason(models.TextChoices):
    """Why a visit was cancelled: who it came from, and roughly why."""

    PATIENT = "patient", "The person cannot come"
    FEELING_BETTER = "feeling_better", "The person feels better"
    ILL = "ill", "The person is ill"
    TRANSPORT = "transport", "No way to get here"
    COVERAGE = "coverage", "Not covered or not approved"
    CLINICIAN = "clinician", "The clinician is away"
    CLINIC = "clinic", "The clinic had to cancel"
    MISTAKE = "mistake", "Booked by mistake"
    OTHER = "other", "Something else"


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    """The words for picking appointments."""

    def holding(self) -> "AppointmentQuerySet":
        """Those that take up their clinician, room and equipment."""
        return self.filter(status__in=HOLDING)

    def on_day(self, day: date, site: Site) -> "AppointmentQuerySet":
        """Those that begin on the local day at the site."""
        begin, end = day_bounds(day, site.zone)
        return self.filter(site=site, start_at__gte=begin, start_at__lt=end)

    def taking(self, resource_id: int) -> "AppointmentQuerySet":
        """Those that take up this resource, by themselves or in a group."""
        reservations = apps.get_model("scheduling", "Reservation").objects
        own = Q(appointment=OuterRef("pk")) | Q(group__seats=OuterRef("seat"))
        return self.filter(Exists(reservations.filter(own, resource=resource_id)))

    def with_parts(self) -> "AppointmentQuerySet":
        """With patient, kind, site, what they take up and the length of their course.

        As many queries for one as for all.
        """
        reservations = apps.get_model("scheduling", "Reservation").objects
        parts = reservations.filter(kind="appointment").order_by("id").select_related("resource")
        related = self.with_series_total().select_related(
            "patient", "visit_type", "site", "seat__session"
        )
        return related.prefetch_related(
            Prefetch("reservations", parts), Prefetch("seat__session__reservations", parts)
        )

    def led_by(self, user: User) -> "AppointmentQuerySet":
        """Those that take up this clinician."""
        return self.filter(Exists(led_by(user)))

    def with_series_total(self) -> "AppointmentQuerySet":
        """Each with `series_total`, the highest number in its course, for `series_label`."""
        numbers = Appointment.objects.filter(series=OuterRef("series"), series__isnull=False)
        highest = numbers.order_by("-series_number").values("series_number")[:1]
        return self.annotate(series_total=Subquery(highest))


def led_by(user: User) -> models.QuerySet[models.Model]:
    """The reservations of the outer appointment (or of its group) that take up this clinician."""
    reservations = apps.get_model("scheduling", "Reservation").objects
    own = Q(appointment=OuterRef("pk")) | Q(group__seats=OuterRef("seat"))
    return reservations.filter(own, resource__user=user)


def parts_of_visits() -> models.QuerySet[models.Model]:
    """What visits themselves take up, without buffers, each with its resource."""
    reservations = apps.get_model("scheduling", "Reservation").objects
    return reservations.filter(kind="appointment").order_by("id").select_related("resource")


@keep_history()
class Appointment(models.Model):
    """A visit of one person: from `start_at` up to, but not including, `end_at`.

    What it takes up is in its reservations. `reason` is what the desk may read; `status` follows
    the table in `scheduling.domain.states` and every change of it leaves an `AppointmentEvent`.
    A visit in a group has a `seat`, and takes up what its group takes up; one of a course has a
    `series` and its number in it. A visit of a `course` of treatment is counted there when it is
    completed. `overbooking_reason` says why it was booked over something else. `region` is where it
    is for, as somebody said, if its kind leaves that open: limits are counted by region.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    # Keys that an index of their own below begins with, or that nobody looks for visits by, have
    # none beside it: each index is written at every booking.
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="appointments", db_index=False
    )
    visit_type = models.ForeignKey(
        VisitType, on_delete=models.PROTECT, related_name="appointments", db_index=False
    )
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, related_name="appointments", db_index=False
    )
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    status = models.TextField(choices=_choices(AppointmentStatus), default=AppointmentStatus.BOOKED)
    status_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    region = models.TextField(choices=REGIONS, blank=True)
    cancellation_reason = models.TextField(choices=CancellationReason, blank=True)
    overbooking_reason = models.CharField(max_length=200, blank=True)
    series = models.ForeignKey(
        AppointmentSeries,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="appointments",
        db_index=False,
    )
    series_number = models.PositiveSmallIntegerField(null=True, blank=True)
    course = models.ForeignKey(
        TreatmentCourse,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="appointments",
        db_index=False,
    )
    seat = models.ForeignKey(
        GroupSeat,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="appointments",
        db_index=False,
    )
    # Empty if the person booked for themself through a link.
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="booked_appointments",
        db_index=False,
    )
    # So late the person says they will be on the day; null if they said nothing.
    late_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects: ClassVar = AppointmentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="patient_is_in_one_place",
                expressions=[
                    ("patient", RangeOperators.EQUAL),
                    (TsTzRange("start_at", "end_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(status__in=sorted(HOLDING)),
            ),
            models.CheckConstraint(
                condition=Q(end_at__gt=F("start_at")), name="appointment_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in AppointmentStatus]),
                name="appointment_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(region__in=["", *Region]), name="appointment_region_is_known"
            ),
            models.CheckConstraint(
                condition=Q(cancellation_reason__in=["", *CancellationReason.values]),
                name="appointment_cancellation_reason_is_known",
            ),
            models.CheckConstraint(
                condition=Q(cancellation_reason="") | Q(status=AppointmentStatus.CANCELLED),
                name="appointment_with_cancellation_reason_is_cancelled",
            ),
            models.CheckConstraint(
                condition=Q(series__isnull=True, series_number__isnull=True)
                | Q(series__isnull=False, series_number__gte=1),
                name="appointment_of_series_has_a_number",
            ),
            models.UniqueConstraint(
                "series", "series_number", name="appointment_series_number_is_given_once"
            ),
            models.UniqueConstraint(
                "seat",
                name="group_seat_is_taken_once",
                condition=Q(status__in=sorted(HOLDING)),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["site", "start_at"], name="appointment_at_site"),
            models.Index(fields=["patient", "start_at"], name="appointment_of_patient"),
            models.Index("course", name="appointment_of_course", condition=Q(course__isnull=False)),
            models.Index("seat", name="appointment_of_seat", condition=Q(seat__isnull=False)),
        ]

    @property
    def taken(self) -> "list[Reservation]":
        """What the visit (or its group) takes up, each resource once, without its buffers."""
        parts = self.seat.session.reservations if self.seat else self.reservations
        visits = (part for part in parts.all() if part.kind == "appointment")
        # In the order of booking whoever reads them: the version of a visit is made of this.
        # (Those that were just booked stand in it, and know no number yet.)
        ordered = sorted(visits, key=lambda part: part.pk or 0)
        return list({part.resource_id: part for part in ordered}.values())

    @property
    def series_label(self) -> str:
        """Which visit of its course this is: "3 of 12", or "" for a visit by itself.

        The total is known for rows read `with_series_total`; others say their number alone.
        """
        if self.series_number is None:
            return ""
        total = getattr(self, "series_total", None)
        return f"{self.series_number} of {total}" if total else f"number {self.series_number}"

    @property
    def region_is_open(self) -> bool:
        """Whether somebody has to say where it is for: neither its kind nor its course does."""
        return self.course_id is None and self.visit_type.leaves_region_open

    def places(self) -> "models.QuerySet[Reservation]":
        """Everything the visit (or its group) takes up or took up, with its buffers."""
        reservations = apps.get_model("scheduling", "Reservation").objects
        if self.seat_id is not None:
            return reservations.filter(group__seats=self.seat_id)
        return reservations.filter(appointment=self)

    def __str__(self) -> str:
        return f"{self.visit_type} {self.start_at:%Y-%m-%d %H:%M}Z"


@keep_history()
class AppointmentEvent(models.Model):
    """One change of an appointment's status: append-only, so waiting times come for free."""

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="events")
    step = models.TextField(
        choices=[("book", "Book"), ("move", "Move"), ("assign", "Assign"), *_choices(Step)]
    )
    from_status = models.TextField(blank=True)
    to_status = models.TextField(choices=_choices(AppointmentStatus))
    occurred_at = models.DateTimeField()
    # Empty if the person did it for themself through a link, or the clinic by itself.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="appointment_events",
        db_index=False,
    )
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        triggers: ClassVar = [never_changed(), never_deleted()]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(step="book", from_status="") | ~(Q(step="book") | Q(from_status="")),
                name="appointment_event_comes_from_a_status",
            ),
            models.CheckConstraint(
                condition=Q(step__in=["book", "move", "assign", *(step.value for step in Step)]),
                name="appointment_event_step_is_known",
            ),
            models.CheckConstraint(
                condition=Q(to_status__in=[status.value for status in AppointmentStatus]),
                name="appointment_event_status_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} → {self.to_status}"
