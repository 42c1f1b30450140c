"""The day as the clinic sees it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db.models import Prefetch, Q, prefetch_related_objects

from clinic.accounts.guards import require
from clinic.accounts.models import User, Viewer, as_user
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from patients.models import Patient
from scheduling.domain.board_filter import WAITING, BoardFilter
from scheduling.domain.intake_states import INTAKE_WORDS, IntakeState
from scheduling.domain.states import (
    MOVABLE,
    NEXT_STEP,
    NOT_BEGUN,
    TRANSITIONS,
    UNDO_PERMISSION,
    AppointmentStatus,
    Step,
    allowed_steps,
    is_time_for,
)
from scheduling.models import (
    Appointment,
    AppointmentQuerySet,
    Resource,
    ResourceKind,
    Site,
)
from scheduling.models.appointment import parts_of_visits
from scheduling.queries.day_taken import stranded_items
from scheduling.queries.own_coming import own_coming
from scheduling.queries.stopped import stopped_visits
from scheduling.queries.visit_intakes import intake_states

# From here on somebody should ask whether the person in the waiting room has been forgotten.
LONG_WAIT_MINUTES = 20

EVERYTHING = BoardFilter(cancelled=True)


@dataclass(frozen=True)
class StepButton:
    """A step the viewer may take now, and what its button says."""

    step: str
    label: str


@dataclass(frozen=True)
class BoardRow:
    """One visit, with what it takes up and what the viewer may do to it.

    One that `is_stranded` has lost its clinician, room or hours, and needs another place.
    """

    appointment: Appointment
    clinicians: str
    places: str
    waited_minutes: int | None
    next_step: StepButton | None
    can_move: bool
    can_cancel: bool
    can_change_room: bool
    other_steps: list[StepButton]
    is_stranded: bool = False
    is_stopped: bool = False
    intake: IntakeState | None = None

    @property
    def intake_words(self) -> str:
        """Whether they told what we ask before a visit, "" if nobody asked."""
        return INTAKE_WORDS[self.intake] if self.intake else ""

    @property
    def waits_long(self) -> bool:
        """Whether somebody should look after this person now."""
        return self.waited_minutes is not None and self.waited_minutes >= LONG_WAIT_MINUTES


def board(
    viewer: Viewer,
    site: Site,
    day: date,
    *,
    wanted: BoardFilter = EVERYTHING,
    clinician: int | None = None,
    now: datetime,
) -> list[BoardRow]:
    """The site's visits on a local day that fit, in order of time. Raises `NotAllowed`.

    With a `clinician` (the id of a resource), only those that this one leads.
    """
    user = require(viewer, "scheduling.view_board")
    visits = Appointment.objects.on_day(day, site)
    if not wanted.cancelled:
        visits = visits.holding()
    if clinician:
        led = Q(reservations__resource=clinician)
        led |= Q(seat__session__reservations__resource=clinician)
        visits = visits.filter(pk__in=Appointment.objects.filter(led).values("pk"))
    if wanted.status:
        visits = visits.filter(status=wanted.status)
    if wanted.visit_type:
        visits = visits.filter(visit_type__code=wanted.visit_type)
    if wanted.only:
        fitting = WAITING if wanted.only == "waiting" else {AppointmentStatus.BOOKED}
        visits = visits.filter(status__in=fitting)
    return _rows(user, visits, "board", now)


def own_day(viewer: Viewer, *, now: datetime) -> list[BoardRow]:
    """The visits the viewer leads today, by the clock of their site. Raises `NotAllowed`."""
    user = require(viewer, "scheduling.view_own_day")
    me = Resource.objects.select_related("site").filter(user=user).first()
    if me is None:
        return []
    visits = Appointment.objects.on_day(now.astimezone(me.site.zone).date(), me.site)
    return _rows(user, visits.led_by(user), "own day", now)


def waiting_rows(viewer: Viewer, site: Site, *, now: datetime) -> list[BoardRow]:
    """Those who wait at the site now, in a room or not, in order of time. Raises `NotAllowed`."""
    user = require(viewer, "scheduling.view_board")
    visits = Appointment.objects.on_day(now.astimezone(site.zone).date(), site)
    return _rows(user, visits.filter(status__in=WAITING), "queue", now)


def row_of(viewer: Viewer, appointment: Appointment, *, now: datetime) -> BoardRow:
    """One visit as a row of the board. Raises `NotFound`."""
    user = as_user(viewer)
    if user is None:
        raise NotFound
    return _rows(user, Appointment.objects.filter(pk=appointment.pk), "board", now)[0]


def access_appointment(viewer: Viewer, appointment_id: UUID, *, now: datetime) -> Appointment:
    """The visit, for whoever may see it. Raises `NotFound` for everybody else."""
    found = _visible_to(viewer, now).select_related(
        "patient", "site", "visit_type", "seat__session"
    )
    appointment = found.filter(pk=appointment_id).first()
    if appointment is None:
        raise NotFound
    record_read(viewer, "visit", [appointment.patient_id])
    return appointment


def with_places(viewer: Viewer, appointment: Appointment) -> Appointment:
    """The visit that the viewer has just booked, with what it takes up, read at once.

    Raises `NotAllowed`.
    """
    require(viewer, "scheduling.book")
    if "reservations" not in getattr(appointment, "_prefetched_objects_cache", {}):
        prefetch_related_objects([appointment], Prefetch("reservations", parts_of_visits()))
    return appointment


def movable_visits(
    viewer: Viewer, appointment_ids: Sequence[UUID], *, now: datetime
) -> list[Appointment]:
    """Those of these visits that have not begun and that the viewer may see, in the order given."""
    visits = _visible_to(viewer, now).filter(pk__in=appointment_ids, status__in=MOVABLE)
    found = {v.pk: v for v in visits.select_related("patient", "site", "visit_type")}
    record_read(viewer, "pinboard", [v.patient_id for v in found.values()], kind=ReadKind.LIST)
    return [found[pk] for pk in appointment_ids if pk in found]


def upcoming_visits(viewer: Viewer, patient: Patient, *, now: datetime) -> list[Appointment]:
    """A person's visits from now on, soonest first, as far as the viewer may see them."""
    record_read(viewer, "coming visits", [patient.pk])
    user = as_user(viewer)
    if user is not None and _sees_only_own(user):
        return own_coming(user, patient, now=now)
    visits = _visible_to(viewer, now).filter(patient=patient).with_parts()
    return list(visits.holding().filter(end_at__gt=now).order_by("start_at"))


def resources_of(viewer: Viewer, appointment: Appointment, kind: str) -> list[Resource]:
    """What of one kind a visit takes up that the viewer was shown. Raises `NotAllowed`."""
    require(viewer, "scheduling.view_board")
    taken = appointment.places().filter(resource__kind=kind).exclude(kind="buffer")
    return list(Resource.objects.filter(pk__in=taken.values("resource")).select_related("site"))


def what_it_takes(viewer: Viewer, appointment: Appointment) -> str:
    """Who and what a visit takes up, by name: "Dr. Reyes, Exam 2". Raises `NotAllowed`."""
    require(viewer, "scheduling.view_board")
    order = [kind.value for kind in ResourceKind]
    taken = appointment.places().exclude(kind="buffer").select_related("resource")
    found = {(order.index(row.resource.kind), row.resource.name) for row in taken}
    return ", ".join(name for _order, name in sorted(found))


def clinician_of(viewer: Viewer, appointment: Appointment) -> Resource | None:
    """The clinician who leads the visit, if there is one. Raises `NotAllowed`."""
    return next(iter(resources_of(viewer, appointment, ResourceKind.CLINICIAN)), None)


def newest_event(viewer: Viewer, appointment: Appointment, *, at: datetime) -> int:
    """The id of the newest event that the viewer left with the visit at this instant, or 0.

    Raises `NotAllowed`.
    """
    user = require(viewer, "scheduling.view_board")
    mine = appointment.events.filter(by=user, occurred_at=at).order_by("-id")
    return mine.values_list("pk", flat=True).first() or 0


def _visible_to(viewer: Viewer, now: datetime) -> AppointmentQuerySet:
    user = as_user(viewer)
    if user is None:
        return Appointment.objects.none()
    if _sees_only_own(user):
        return Appointment.objects.filter(patient__in=Patient.objects.open_to(user, now.date()))
    if user.has_perm("scheduling.view_board"):
        return Appointment.objects.filter(site__in=Site.objects.open_to(user))
    if user.has_perm("scheduling.view_own_day"):
        return Appointment.objects.led_by(user)
    return Appointment.objects.none()


def _sees_only_own(user: User) -> bool:
    """Whether it is somebody of the portal: whoever works here sees the calendar, or their day."""
    works = user.has_perm("scheduling.view_board") or user.has_perm("scheduling.view_own_day")
    return user.has_perm("scheduling.view_own_visits") and not works


def _rows(user: User, visits: AppointmentQuerySet, what: str, now: datetime) -> list[BoardRow]:
    ordered = list(visits.with_parts().order_by("start_at", "id"))
    record_read(user, what, [visit.patient_id for visit in ordered], kind=ReadKind.LIST)
    lost = stranded_items(user).filter(appointment__in=ordered)
    stranded = set(lost.values_list("appointment_id", flat=True)) if ordered else set()
    here = [visit.pk for visit in ordered if visit.status in WAITING]
    stopped = stopped_visits(user, here) if here else frozenset()
    intakes = intake_states(user, [visit.pk for visit in ordered], now=now)
    rows = [
        _row(user, visit, now, is_stranded=visit.pk in stranded, is_stopped=visit.pk in stopped)
        for visit in ordered
    ]
    return [replace(row, intake=intakes.get(row.appointment.pk)) for row in rows]


def _row(
    user: User, appointment: Appointment, now: datetime, *, is_stranded: bool, is_stopped: bool
) -> BoardRow:
    status = AppointmentStatus(appointment.status)
    start_at, zone = appointment.start_at, appointment.site.zone
    steps = [
        step
        for step in Step
        if step in allowed_steps(status)
        and _may(user, step)
        and is_time_for(step, start_at, zone, now)
    ]
    upcoming = NEXT_STEP.get(status)
    # A cancellation says why, on a page of its own.
    others = [_button(s) for s in steps if s not in {upcoming, Step.START, Step.CANCEL}]
    if status != AppointmentStatus.BOOKED and user.has_perm(UNDO_PERMISSION):
        others.append(StepButton(Step.UNDO, "Take last step back"))
    has_room = any(part.resource.kind != ResourceKind.CLINICIAN for part in appointment.taken)
    waited = int((now - appointment.status_at).total_seconds() // 60)
    return BoardRow(
        appointment=appointment,
        clinicians=_names(appointment, {ResourceKind.CLINICIAN}),
        places=_names(appointment, {ResourceKind.ROOM, ResourceKind.EQUIPMENT}),
        waited_minutes=waited if status in WAITING else None,
        next_step=_button(upcoming) if upcoming in steps else None,
        other_steps=others,
        can_move=status in MOVABLE and user.has_perm("scheduling.book"),
        is_stranded=is_stranded and status in NOT_BEGUN,
        can_cancel=Step.CANCEL in steps,
        can_change_room=status in NOT_BEGUN and user.has_perm("scheduling.receive") and has_room,
        is_stopped=is_stopped,
    )


def _may(user: User, step: Step) -> bool:
    return user.has_perm(TRANSITIONS[step].permission)


def _button(step: Step) -> StepButton:
    return StepButton(step, TRANSITIONS[step].label)


def _names(appointment: Appointment, kinds: Iterable[str]) -> str:
    return " · ".join(r.resource.name for r in appointment.taken if r.resource.kind in kinds)
