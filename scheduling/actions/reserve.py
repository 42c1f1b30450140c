"""Finding and taking everything that one visit needs: shared by booking, courses and waitlist."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

from django.db import transaction

from clinic.accounts.models import THE_CLINIC, User
from clinic.shared.errors import Invalid
from clinic.shared.ids import new_id
from clinic.shared.prepared import insert_rows, remember, written_together
from patients.models import Patient
from scheduling.actions.care import bring_into_care
from scheduling.actions.course_visits import refuse_another_persons
from scheduling.actions.errors import SlotTaken
from scheduling.actions.group import free_seat, open_session
from scheduling.actions.places import Chosen, Owner, lock_places, refusals, take_places
from scheduling.domain.slots import Slot
from scheduling.domain.states import AppointmentStatus
from scheduling.models import (
    Appointment,
    AppointmentEvent,
    AppointmentSeries,
    GroupSeat,
    Resource,
    Site,
    VisitType,
)
from scheduling.queries.availability import SlotSearch, fitting_resources, free_slots
from scheduling.queries.needs import read_needs
from treatments.models import TreatmentCourse

# Between choosing a room and locking it, somebody may take it; then another equal one is chosen.
MAX_CHOICES = 5
ALTERNATIVES = 5
# Of these, how many are with the clinician who was asked for by name.
WITH_THE_SAME = 3
# The earliest time may pass while a clerk reads it to somebody on the phone: so much later it is
# still theirs to take. Who books for themself is told that it has passed.
READING = timedelta(minutes=5)
# How far from the wish they are looked for.
BEFORE, AFTER = timedelta(days=2), timedelta(days=14)


@dataclass(frozen=True)
class BookingRequest:
    """What somebody wants booked. `clinician=None` means anybody who may do it.

    `course` is the course of treatment in which the visit is counted. `override_reason` is why it
    goes on although a rule stops it, `seen` the rules whose warnings were read. `using` is the room
    or machine that the visit must take; without it, any that will do. `region` is where it is for,
    where its kind is for no region of its own.
    """

    patient: Patient
    visit_type: VisitType
    site: Site
    start_at: datetime
    clinician: Resource | None = None
    reason: str = ""
    course: TreatmentCourse | None = None
    override_reason: str = ""
    seen: frozenset[str] = frozenset()
    using: Resource | None = None
    region: str = ""

    @property
    def end_at(self) -> datetime:
        """When the visit would end."""
        return self.start_at + timedelta(minutes=self.visit_type.duration_minutes)

    @property
    def said_region(self) -> str:
        """The region as it is kept: nothing where kind or course say where, or nothing is done."""
        return self.region if self.visit_type.leaves_region_open and self.course is None else ""


@dataclass(frozen=True)
class Belongs:
    """What else a new visit is part of: a course (and its number in it), or nothing."""

    series: AppointmentSeries | None = None
    number: int | None = None


class Tell(Protocol):
    """Writes the message about a visit that is being booked."""

    def __call__(self, *, appointment: Appointment) -> None: ...


def check_site(site: Site) -> None:
    """Raises `Invalid` for a site at which nothing is booked any more."""
    if not site.is_active:
        raise Invalid(f"{site} is out of use. Choose another site.")


def check_offered(visit_type: VisitType) -> None:
    """Raises `Invalid` for a kind of visit that is not offered any more."""
    if not visit_type.is_active:
        raise Invalid(f"{visit_type} is not offered any more. Choose another kind of visit.")


def check_start(
    request: BookingRequest, now: datetime, *, needs_notice: bool = True, by: User | None = None
) -> None:
    """Raises `Invalid` for a start that no visit of this kind could have, in words.

    Where the desk takes one time that was read to somebody, `by` is who does: `READING` is theirs.
    """
    kind, start = request.visit_type, request.start_at
    earliest = now - READING if by is not None and by.is_staff_member else now
    check_site(request.site)
    if start.tzinfo is None:
        raise Invalid("The start has no time zone.")
    local = start.astimezone(request.site.zone)
    if start < earliest:
        raise Invalid(f"{local:%d %b %Y, %H:%M} has already passed.")
    if needs_notice and start < earliest + timedelta(minutes=kind.notice_minutes):
        raise Invalid(f"{kind.name} needs {kind.notice_minutes} minutes' notice.")
    if start > now + timedelta(days=kind.horizon_days):
        raise Invalid(f"{kind.name} can be booked at most {kind.horizon_days} days ahead.")
    if local.second or local.microsecond or local.minute % kind.alignment_minutes:
        raise Invalid(
            f"{kind.name} starts every {kind.alignment_minutes} minutes, not at {local:%H:%M:%S}."
        )


def reserve_visit(
    request: BookingRequest,
    *,
    by: User | None,
    now: datetime,
    belongs: Belongs = Belongs(),
    tell: Tell = lambda *, appointment: None,
) -> Appointment:
    """Book one visit with all it needs; the caller has locked the patient's record.

    Asks for no permission, and tells nobody but by `tell`, whose message is written with the
    visit. Raises `SlotTaken` without alternatives, or `PatientBusy`; nothing is left behind then.
    """
    # Read once: choosing asks for them, and so does writing.
    read_needs(by or THE_CLINIC, request.visit_type)
    for _choice in range(MAX_CHOICES):
        seat = free_seat(request, now=now)
        if seat is not None:
            return _join(request, seat, by, now, belongs, tell)
        chosen = choose(request, by, now)
        if chosen is None:
            break
        try:
            return _take(request, chosen, by, now, belongs, tell)
        except SlotTaken:
            continue
    raise SlotTaken


def choose(
    request: BookingRequest, by: User | None, now: datetime, moving: UUID | None = None
) -> dict[int, list[int]] | None:
    """For each need the resources to take for this wish, or None if one of them cannot be met."""
    return fitting_resources(
        by or THE_CLINIC,
        visit_type=request.visit_type,
        site=request.site,
        start_at=request.start_at,
        clinician=request.clinician,
        using=request.using,
        moving=moving,
        now=now,
    )


@transaction.atomic
def _take(
    request: BookingRequest,
    chosen: Chosen,
    by: User | None,
    now: datetime,
    belongs: Belongs,
    tell: Tell,
) -> Appointment:
    """Lock what was chosen, then write; the constraints have the last word."""
    locked = lock_places(chosen, now=now)
    if request.visit_type.capacity > 1:
        seat = open_session(request, chosen)
        return _join(request, seat, by, now, belongs, tell)
    # This savepoint is enough: whatever fails in it undoes all of it.
    with refusals(), written_together():
        appointment = write_visit(request, by=by, now=now, belongs=belongs)
        owner = Owner(appointment=appointment)
        places = take_places(owner, request.visit_type, appointment.start_at, chosen)
        for place in places:
            place.resource = locked[place.resource_id]
        # Who has written them need not read them: the care team asks, and so does the answer.
        remember(appointment, "reservations", places)
        bring_into_care(appointment=appointment, places=places, by=by, now=now)
        tell(appointment=appointment)
    return appointment


@transaction.atomic
def _join(
    request: BookingRequest,
    seat: GroupSeat,
    by: User | None,
    now: datetime,
    belongs: Belongs,
    tell: Tell,
) -> Appointment:
    """One more visit in a group that is there."""
    with refusals(), written_together():
        appointment = write_visit(request, by=by, now=now, seat=seat, belongs=belongs)
        bring_into_care(appointment=appointment, by=by, now=now)
        tell(appointment=appointment)
    return appointment


def write_visit(
    request: BookingRequest,
    *,
    by: User | None,
    now: datetime,
    seat: GroupSeat | None = None,
    overbooking_reason: str = "",
    belongs: Belongs = Belongs(),
) -> Appointment:
    """The row of the visit and the first event of its story; its places are not taken yet.

    In a group it ends with the group, whose places were taken when its kind may have been shorter.
    Raises `Invalid` for a course of treatment that is somebody else's.
    """
    refuse_another_persons(request.course, request.patient)
    appointment = Appointment(
        pk=new_id(now),
        patient=request.patient,
        visit_type=request.visit_type,
        site=request.site,
        start_at=request.start_at.astimezone(UTC),
        end_at=(seat.session.end_at if seat else request.end_at).astimezone(UTC),
        status=AppointmentStatus.BOOKED,
        status_at=now,
        reason=request.reason,
        region=request.said_region,
        booked_by=by,
        seat=seat,
        overbooking_reason=overbooking_reason,
        series=belongs.series,
        series_number=belongs.number,
        course=request.course,
    )
    event = AppointmentEvent(
        appointment=appointment,
        step="book",
        to_status=appointment.status,
        occurred_at=now,
        by=by,
        note=overbooking_reason,
    )
    insert_rows(appointment, event)
    return appointment


def alternatives(
    request: BookingRequest,
    by: User | None,
    now: datetime,
    moving: UUID | None = None,
) -> list[Slot]:
    """The free times nearest to the wish, before and after it, the nearest first.

    The same time with somebody else is the nearest. With a clinician asked for by name, some are
    with them.
    """
    search = SlotSearch(
        visit_type=request.visit_type,
        sites=[request.site],
        earliest=max(now, request.start_at - BEFORE),
        latest=request.start_at + AFTER,
        patient_id=request.patient.pk,
        moving=moving,
        near=request.start_at,
        limit=ALTERNATIVES,
    )
    found = free_slots(by or THE_CLINIC, search, now=now)
    if request.clinician is not None:
        with_them = replace(search, clinicians=[request.clinician], limit=WITH_THE_SAME)
        own = free_slots(by or THE_CLINIC, with_them, now=now)
        others = [slot for slot in found if slot not in own]
        found = own + others[: ALTERNATIVES - len(own)]
    return sorted(found, key=lambda slot: (abs(slot.start_at - request.start_at), slot))


def resource_ids(chosen: Chosen) -> Collection[int]:
    """Every resource that was chosen, once."""
    return {pk for ids in chosen.values() for pk in ids}
