"""Courses of visits as they stand."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from clinic.accounts.guards import require
from clinic.accounts.models import User, Viewer, as_user
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from clinic.shared.paging import Pager
from patients.models import Patient
from scheduling.domain.courses import monday_of
from scheduling.domain.states import HOLDING, MOVABLE, AppointmentStatus
from scheduling.models import (
    Appointment,
    AppointmentQuerySet,
    AppointmentSeries,
    Reservation,
    Resource,
    Site,
)


@dataclass(frozen=True)
class CourseVisit:
    """One visit of a course. `can_change` if it is still to come; `was_moved` since it was booked.

    `begins_week` if it is the first visit of its week.
    """

    appointment: Appointment
    can_change: bool
    was_moved: bool
    begins_week: bool

    @property
    def label(self) -> str:
        """Its number in the course: "3 of 12"."""
        return self.appointment.series_label


@dataclass(frozen=True)
class CourseView:
    """A course with its visits in order of time."""

    series: AppointmentSeries
    visits: list[CourseVisit]

    @property
    def standing(self) -> list[Appointment]:
        """The visits that count: not cancelled, not missed."""
        return [v.appointment for v in self.visits if v.appointment.status in HOLDING]

    @property
    def to_come(self) -> int:
        """How many visits can still be moved or cancelled."""
        return sum(visit.can_change for visit in self.visits)


def access_series(viewer: Viewer, series_id: UUID) -> AppointmentSeries:
    """The course, for whoever sees the board of its site. Raises `NotFound`, `NotAllowed`."""
    series = _visible_to(viewer).filter(pk=series_id).first()
    if series is None:
        raise NotFound
    record_read(viewer, "course", [series.patient_id])
    return series


def course_of(viewer: Viewer, series: AppointmentSeries, *, now: datetime) -> CourseView:
    """Every visit of the course, cancelled ones too, by time. Raises `NotAllowed`."""
    require(viewer, "scheduling.view_board")
    visits = list(_visits(series).order_by("start_at", "pk"))
    moved = set(
        Appointment.objects.filter(series=series, events__step="move").values_list("pk", flat=True)
    )
    record_read(viewer, "course", [series.patient_id])
    weeks = [monday_of(v.start_at.astimezone(v.site.zone).date()) for v in visits]
    return CourseView(
        series,
        [
            CourseVisit(
                visit,
                can_change=visit.start_at > now and AppointmentStatus(visit.status) in MOVABLE,
                was_moved=visit.pk in moved,
                begins_week=place == 0 or weeks[place] != weeks[place - 1],
            )
            for place, visit in enumerate(visits)
        ],
    )


def access_visit(viewer: Viewer, series: AppointmentSeries, appointment_id: UUID) -> Appointment:
    """One visit of the course. Raises `NotFound`, `NotAllowed`."""
    require(viewer, "scheduling.view_board")
    visit = _visits(series).filter(pk=appointment_id).first()
    if visit is None:
        raise NotFound
    record_read(viewer, "visit", [visit.patient_id])
    return visit


def first_visit(viewer: Viewer, series: AppointmentSeries) -> Appointment:
    """The visit with the lowest number. Raises `NotAllowed`."""
    require(viewer, "scheduling.view_board")
    visit = _visits(series).order_by("series_number").first()
    assert visit is not None, "a course is written together with its visits"
    record_read(viewer, "visit", [visit.patient_id])
    return visit


def list_series(
    viewer: Viewer, page: Pager, *, patient: Patient | None = None
) -> list[AppointmentSeries]:
    """The courses at the viewer's sites, or one person's. Raises `NotAllowed`."""
    found = _visible_to(viewer)
    if patient is not None:
        found = found.filter(patient=patient)
    rows: list[AppointmentSeries] = page(found)
    record_read(viewer, "courses", [row.patient_id for row in rows], kind=ReadKind.LIST)
    return rows


def usual_clinician(viewer: Viewer, series: AppointmentSeries) -> Resource | None:
    """Who leads most visits of the course; None if nobody does. Raises `NotAllowed`."""
    require(viewer, "scheduling.view_board")
    led = Reservation.objects.filter(
        appointment__series=series, kind="appointment", resource__kind="clinician", is_active=True
    )
    counted: dict[int, int] = {}
    for resource_id in led.values_list("resource_id", flat=True):
        counted[resource_id] = counted.get(resource_id, 0) + 1
    if not counted:
        return None
    return Resource.objects.get(pk=max(counted, key=lambda pk: (counted[pk], -pk)))


def _visits(series: AppointmentSeries) -> AppointmentQuerySet:
    return Appointment.objects.filter(series=series).with_parts().select_related("series")


def _visible_to(viewer: Viewer) -> QuerySet[AppointmentSeries]:
    user: User | None = as_user(viewer)
    if user is None:
        return AppointmentSeries.objects.none()
    require(user, "scheduling.view_board")
    rows = AppointmentSeries.objects.filter(site__in=Site.objects.open_to(user))
    return rows.select_related("patient", "visit_type", "site", "course__treatment")
