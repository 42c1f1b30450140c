"""Who waits, for how long already, and for how much longer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max, Prefetch

from clinic.accounts.models import Viewer
from scheduling.domain.states import AppointmentStatus, Step
from scheduling.domain.waiting import Forecast, InLine, Stage, forecast
from scheduling.models import (
    Appointment,
    AppointmentEvent,
    QueueTicket,
    Reservation,
    ReservationKind,
    Resource,
    ResourceKind,
    Site,
)
from scheduling.queries.board import LONG_WAIT_MINUTES, BoardRow, waiting_rows
from scheduling.queries.delays import delays, require_day

_STAGES = {
    AppointmentStatus.BOOKED: Stage.COMING,
    AppointmentStatus.CONFIRMED: Stage.COMING,
    AppointmentStatus.ARRIVED: Stage.ARRIVED,
    AppointmentStatus.ROOMED: Stage.IN_ROOM,
    AppointmentStatus.IN_PROGRESS: Stage.IN_PROGRESS,
}


@dataclass(frozen=True)
class QueueRow:
    """Somebody who waits: their row of the board, their number, and how long it may still take.

    `waited_minutes` counts from when they came in, and goes on when they are shown to a room.
    """

    row: BoardRow
    number: int | None
    forecast: Forecast | None
    waited_minutes: int

    @property
    def waits_long(self) -> bool:
        """Whether somebody should look after this person now."""
        return self.waited_minutes >= LONG_WAIT_MINUTES


@dataclass(frozen=True)
class InHouse:
    """A visit of today as the waiting room needs it: nothing about the person."""

    appointment: Appointment
    clinician: Resource | None
    rooms: list[str]
    number: int | None
    forecast: Forecast | None


def queue(viewer: Viewer, site: Site, *, now: datetime) -> list[QueueRow]:
    """Who waits at the site, longest first. Raises `NotAllowed`."""
    rows = waiting_rows(viewer, site, now=now)
    expected = forecasts(viewer, site, now=now)
    numbers = tickets(viewer, [row.appointment.pk for row in rows])
    came = _came([row.appointment.pk for row in rows])
    entries = [
        QueueRow(
            row=row,
            number=numbers.get(row.appointment.pk),
            forecast=expected.get(row.appointment.pk),
            waited_minutes=(now - came.get(row.appointment.pk, row.appointment.status_at))
            // timedelta(minutes=1),
        )
        for row in rows
    ]
    return sorted(entries, key=lambda e: (-e.waited_minutes, e.row.appointment.start_at))


def _came(appointment_ids: list[UUID]) -> dict[UUID, datetime]:
    """When each of them arrived, the last time if an arrival was taken back."""
    events = AppointmentEvent.objects.filter(appointment__in=appointment_ids, step=Step.ARRIVE)
    last = events.values("appointment").annotate(at=Max("occurred_at"))
    return dict(last.values_list("appointment", "at"))


def forecasts(viewer: Viewer, site: Site, *, now: datetime) -> Mapping[UUID, Forecast]:
    """By the id of the visit: how much longer everybody waits who is here or may still come.

    It names nobody. Raises `NotAllowed` for whoever sees neither the board nor a day of their own.
    """
    return {
        visit.appointment.pk: visit.forecast
        for visit in in_house(viewer, site, now=now)
        if visit.forecast
    }


def in_house(viewer: Viewer, site: Site, *, now: datetime) -> list[InHouse]:
    """The visits of today that have not ended, by planned start. Raises `NotAllowed`."""
    require_day(viewer)
    visits = _visits(site, now)
    late = {pk: delay.minutes for pk, delay in delays(viewer, site, now=now).items()}
    led = {visit.pk: _clinician(visit) for visit in visits}
    expected: dict[UUID, Forecast] = {}
    for line in _lines(visits, led).values():
        clinician = led[line[0].pk]
        delay = timedelta(minutes=late.get(clinician.pk, 0) if clinician else 0)
        # The keys of the forecast are those of its line.
        expected |= forecast(  # type: ignore[arg-type]
            [_in_line(visit, clinician) for visit in line], delay=delay, now=now
        )
    numbers = tickets(viewer, [visit.pk for visit in visits])
    return [
        InHouse(
            visit,
            led[visit.pk],
            [p.resource.name for p in visit.taken if p.resource.kind == ResourceKind.ROOM],
            numbers.get(visit.pk),
            expected.get(visit.pk),
        )
        for visit in visits
    ]


def tickets(viewer: Viewer, appointment_ids: Iterable[UUID]) -> Mapping[UUID, int]:
    """By the id of the visit: the number under which somebody waits. Raises `NotAllowed`."""
    require_day(viewer)
    rows = QueueTicket.objects.filter(appointment__in=list(appointment_ids))
    return dict(rows.values_list("appointment_id", "number"))


def _visits(site: Site, now: datetime) -> list[Appointment]:
    today = now.astimezone(site.zone).date()
    parts = Reservation.objects.filter(kind=ReservationKind.APPOINTMENT, is_active=True)
    parts = parts.order_by("id").select_related("resource")
    visits = Appointment.objects.on_day(today, site).filter(status__in=_STAGES)
    visits = visits.select_related("visit_type", "site", "seat__session").prefetch_related(
        Prefetch("reservations", parts), Prefetch("seat__session__reservations", parts)
    )
    return list(visits.order_by("start_at", "id"))


def _lines(
    visits: Iterable[Appointment], led: Mapping[UUID, Resource | None]
) -> dict[object, list[Appointment]]:
    """Each clinician's visits; a visit without a clinician waits for nobody else's."""
    found: dict[object, list[Appointment]] = {}
    for visit in visits:
        clinician = led[visit.pk]
        found.setdefault(clinician.pk if clinician else visit.pk, []).append(visit)
    return found


def _clinician(visit: Appointment) -> Resource | None:
    leading = (p.resource for p in visit.taken if p.resource.kind == ResourceKind.CLINICIAN)
    return next(leading, None)


def _in_line(visit: Appointment, clinician: Resource | None) -> InLine:
    return InLine(
        key=visit.pk,
        party=visit.seat.session_id if visit.seat else visit.pk,
        start_at=visit.start_at,
        length=_length(visit, clinician),
        stage=_STAGES[AppointmentStatus(visit.status)],
        since=visit.status_at,
    )


def _length(visit: Appointment, clinician: Resource | None) -> timedelta:
    """How long the visit takes its clinician, who may leave a split visit and come back."""
    if clinician is None:
        return visit.end_at - visit.start_at
    parts = visit.seat.session.reservations if visit.seat else visit.reservations
    own = [
        part.during
        for part in parts.all()
        if part.resource_id == clinician.pk and part.kind == ReservationKind.APPOINTMENT
    ]
    return sum((during.upper - during.lower for during in own), timedelta())
