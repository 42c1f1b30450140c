"""Taking resources for a visit: locked in one order, written under the constraints."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from clinic.shared.database import constraint_errors
from scheduling.actions.errors import PatientBusy, SlotTaken
from scheduling.models import (
    Appointment,
    GroupSession,
    Hold,
    Reservation,
    ReservationKind,
    Resource,
    ResourceNeed,
    VisitType,
)

# For each need of the visit (by id), the ids of the resources that were chosen for it.
Chosen = Mapping[int, Sequence[int]]


def lock_resources(resource_ids: Collection[int]) -> None:
    """Take the rows of these resources, in the order of their ids, until the transaction ends."""
    rows = Resource.objects.filter(pk__in=resource_ids).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))


def lock_places(chosen: Chosen, *, also: Collection[int] = (), now: datetime) -> None:
    """Lock the chosen resources, and `also` others, in one go; holds that ran out make room."""
    ids = {pk for resource_ids in chosen.values() for pk in resource_ids}
    lock_resources(ids | set(also))
    Reservation.objects.filter(resource__in=ids, expires_at__lte=now).delete()


def refusals() -> AbstractContextManager[None]:
    """What the constraints mean: `SlotTaken` or `PatientBusy`."""
    return constraint_errors(
        {
            "patient_is_in_one_place": PatientBusy,
            "resource_is_taken_once": SlotTaken,
            "group_seat_is_taken_once": SlotTaken,
        }
    )


@dataclass(frozen=True)
class Owner:
    """For what places are taken: exactly one of a visit, a group, or a hold with its end."""

    appointment: Appointment | None = None
    group: GroupSession | None = None
    hold: Hold | None = None


def take_places(
    owner: Owner,
    visit_type: VisitType,
    start_at: datetime,
    chosen: Chosen,
    *,
    over: Collection[int] = (),
) -> None:
    """Write a reservation for each chosen resource, and one for each buffer around it.

    Those of the resources in `over` are written outside the constraint, where they overlap others.
    """
    rows = [
        reservation
        for need in visit_type.needs.all()
        for resource_id in chosen[need.pk]
        for reservation in _reservations(owner, visit_type, need, start_at, resource_id)
    ]
    for row in rows:
        row.is_overbooked = row.resource_id in over
    Reservation.objects.bulk_create(rows)


def spans(
    visit_type: VisitType, need: ResourceNeed, start_at: datetime
) -> list[tuple[datetime, datetime, ReservationKind]]:
    """What a need takes up of one resource: its parts, and the buffers around each, in order.

    Where the buffers of two parts meet, the earlier one gives way, because one resource is taken
    once.
    """
    found: list[tuple[datetime, datetime, ReservationKind]] = []
    for begin, end in _stretches(visit_type, need, start_at):
        before = begin - timedelta(minutes=need.buffer_before_minutes)
        after = end + timedelta(minutes=need.buffer_after_minutes)
        if found and found[-1][1] > before:
            lower, _, kind = found[-1]
            if kind == ReservationKind.BUFFER:
                found[-1] = (lower, max(lower, min(before, begin)), kind)
            before = max(before, found[-1][1])
        found += [
            (before, begin, ReservationKind.BUFFER),
            (begin, end, ReservationKind.APPOINTMENT),
            (end, after, ReservationKind.BUFFER),
        ]
    return [(lower, upper, kind) for lower, upper, kind in found if lower < upper]


def _stretches(
    visit_type: VisitType, need: ResourceNeed, start_at: datetime
) -> list[tuple[datetime, datetime]]:
    """When the visit itself needs the resource: its parts, or the whole visit."""
    end_at = start_at + timedelta(minutes=visit_type.duration_minutes)
    stretches = []
    for part in need.parts.all():
        begin = start_at + timedelta(minutes=part.offset_minutes)
        length = part.duration_minutes
        stretches.append((begin, begin + timedelta(minutes=length) if length else end_at))
    return stretches or [(start_at, end_at)]


def _reservations(
    owner: Owner,
    visit_type: VisitType,
    need: ResourceNeed,
    start_at: datetime,
    resource_id: int,
) -> list[Reservation]:
    return [
        Reservation(
            resource_id=resource_id,
            during=DateTimeTZRange(lower, upper, "[)"),
            kind=ReservationKind.HOLD if owner.hold else kind,
            appointment=owner.appointment,
            group=owner.group,
            hold=owner.hold,
            expires_at=owner.hold.expires_at if owner.hold else None,
        )
        for lower, upper, kind in spans(visit_type, need, start_at)
    ]
