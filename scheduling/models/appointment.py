"""The visit, and its story."""

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.db.models.functions import Now

from clinic.accounts.models import User
from clinic.shared.history import keep_history, never_changed, never_deleted
from patients.models import Patient
from patients.models.patient import UUID7
from scheduling.domain.local_time import day_bounds
from scheduling.domain.states import HOLDING, AppointmentStatus, Step
from scheduling.models.site import Site
from scheduling.models.visit_type import VisitType

if TYPE_CHECKING:
    from scheduling.models.reservation import Reservation


class TsTzRange(Func):
    """The half-open range of instants from a start to an end."""

    function = "tstzrange"
    output_field = DateTimeRangeField()


def _choices(states: type[AppointmentStatus] | type[Step]) -> list[tuple[str, str]]:
    return [(state.value, state.value.replace("_", " ").capitalize()) for state in states]


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    """The words for picking appointments."""

    def holding(self) -> "AppointmentQuerySet":
        """Those that take up their clinician, room and equipment."""
        return self.filter(status__in=HOLDING)

    def on_day(self, day: date, site: Site) -> "AppointmentQuerySet":
        """Those that begin on the local day at the site."""
        begin, end = day_bounds(day, site.zone)
        return self.filter(site=site, start_at__gte=begin, start_at__lt=end)

    def led_by(self, user: User) -> "AppointmentQuerySet":
        """Those that take up this clinician."""
        return self.filter(Exists(led_by(user)))


def led_by(user: User) -> models.QuerySet[models.Model]:
    """The reservations of the outer appointment that take up this clinician."""
    reservations = apps.get_model("scheduling", "Reservation").objects
    return reservations.filter(appointment=OuterRef("pk"), resource__user=user)


@keep_history()
class Appointment(models.Model):
    """A visit of one person: from `start_at` up to, but not including, `end_at`.

    What it takes up is in its reservations. `reason` is what the desk may read; `status` follows
    the table in `scheduling.domain.states` and every change of it leaves an `AppointmentEvent`.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="appointments")
    visit_type = models.ForeignKey(VisitType, on_delete=models.PROTECT, related_name="appointments")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="appointments")
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    status = models.TextField(choices=_choices(AppointmentStatus), default=AppointmentStatus.BOOKED)
    status_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="booked_appointments"
    )
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
        ]
        indexes: ClassVar = [
            models.Index(fields=["site", "start_at"], name="appointment_at_site"),
            models.Index(fields=["patient", "start_at"], name="appointment_of_patient"),
        ]

    @property
    def taken(self) -> "list[Reservation]":
        """The reservations of the visit itself, without its buffers. Reads a prefetch."""
        return [part for part in self.reservations.all() if part.kind == "appointment"]

    def __str__(self) -> str:
        return f"{self.visit_type} {self.start_at:%Y-%m-%d %H:%M}Z"


@keep_history()
class AppointmentEvent(models.Model):
    """One change of an appointment's status: append-only, so waiting times come for free."""

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="events")
    step = models.TextField(choices=[("book", "Book"), ("move", "Move"), *_choices(Step)])
    from_status = models.TextField(blank=True)
    to_status = models.TextField(choices=_choices(AppointmentStatus))
    occurred_at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="appointment_events"
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
                condition=Q(step__in=["book", "move", *(step.value for step in Step)]),
                name="appointment_event_step_is_known",
            ),
            models.CheckConstraint(
                condition=Q(to_status__in=[status.value for status in AppointmentStatus]),
                name="appointment_event_status_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} → {self.to_status}"
