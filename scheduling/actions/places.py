"""Taking resources for a visit: locked in one order, written under the constraints."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from clinic.shared.database import constraint_errors
from clinic.shared.prepared import all_rows, as_model, columns, first_row, insert_rows, run
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


def lock_resources(resource_ids: Collection[int]) -> dict[int, Resource]:
    """Take the rows of these resources, in the order of their ids, until the transaction ends.

    As they are then, by their ids.
    """
    # The columns of a model, not somebody's words.
    statement = (
        f"SELECT {columns(Resource, 'r')} FROM scheduling_resource r "  # noqa: S608
        "WHERE r.id = ANY(%(ids)s::bigint[]) ORDER BY r.id FOR NO KEY UPDATE"
    )
    rows = all_rows(statement, {"ids": list(resource_ids)})
    found = [as_model(Resource, row) for row in rows]
    return {resource.pk: resource for resource in found if resource is not None}


def lock_places(
    chosen: Chosen, *, also: Collection[int] = (), now: datetime
) -> dict[int, Resource]:
    """Lock the chosen resources, and `also` others, in one go; holds that ran out make room."""
    ids = {pk for resource_ids in chosen.values() for pk in resource_ids}
    return make_room(ids | set(also), now)


def make_room(resource_ids: Collection[int], now: datetime) -> dict[int, Resource]:
    """Lock these resources, and remove holds that ran out: the constraint has no clock."""
    locked = lock_resources(resource_ids)
    run(
        "DELETE FROM scheduling_reservation "
        "WHERE resource_id = ANY(%(ids)s::bigint[]) AND expires_at <= %(now)s",
        {"ids": list(resource_ids), "now": now},
    )
    return locked


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
) -> list[Reservation]:
    """Write a reservation for each chosen resource, and one for each buffer around it.

    Those of the resources in `over` are written outside the constraint, where they overlap others.
    """
    end_at = start_at + timedelta(minutes=visit_type.duration_minutes)
    rows = [
        reservation
        for need in visit_type.needs.all()
        for resource_id in chosen[need.pk]
        for reservation in _reservations(owner, need, start_at, end_at, resource_id)
    ]
    for row in rows:
        row.is_overbooked = row.resource_id in over
    refuse_overbooked([row for row in rows if not row.is_overbooked])
    insert_rows(*rows)
    return rows


def refuse_overbooked(rows: Sequence[Reservation]) -> None:
    """Raises `SlotTaken` if one of these would overlap a row that was booked over another.

    The constraint does not look at those. The caller has locked the resources.
    """
    if not rows:
        return
    told = {
        "resources": list({row.resource_id for row in rows}),
        "begin": min(row.during.lower for row in rows),
        "end": max(row.during.upper for row in rows),
    }
    # Nearly always there is none anywhere near; only otherwise it is worth comparing them.
    if first_row(_OVERBOOKED, told) is not None and in_the_way(rows, is_overbooked=True):
        raise SlotTaken


_OVERBOOKED = """
    SELECT 1 FROM scheduling_reservation
    WHERE resource_id = ANY(%(resources)s::bigint[]) AND is_active AND is_overbooked
      AND during && tstzrange(%(begin)s::timestamptz, %(end)s::timestamptz) LIMIT 1
"""


def in_the_way(rows: Sequence[Reservation], **which: bool) -> list[Reservation]:
    """Active reservations of the same resources that overlap one of these and are not of them."""
    if not rows:
        return []
    reach = (min(r.during.lower for r in rows), max(r.during.upper for r in rows))
    found = Reservation.objects.filter(
        resource__in={row.resource_id for row in rows},
        is_active=True,
        during__overlap=reach,
        **which,
    )
    return [
        other
        for other in found.exclude(pk__in=[row.pk for row in rows if row.pk])
        if any(overlap(row, other) for row in rows)
    ]


def overlap(one: Reservation, other: Reservation) -> bool:
    """Whether both take the same resource at the same instant."""
    return (
        one.resource_id == other.resource_id
        and one.during.lower < other.during.upper
        and other.during.lower < one.during.upper
    )


def _reservations(
    owner: Owner, need: ResourceNeed, start_at: datetime, end_at: datetime, resource_id: int
) -> list[Reservation]:
    kinds = {True: ReservationKind.BUFFER, False: ReservationKind.APPOINTMENT}
    return [
        Reservation(
            resource_id=resource_id,
            during=DateTimeTZRange(span.begin, span.end, "[)"),
            kind=ReservationKind.HOLD if owner.hold else kinds[span.is_buffer],
            appointment=owner.appointment,
            group=owner.group,
            hold=owner.hold,
            expires_at=owner.hold.expires_at if owner.hold else None,
        )
        for span in need.spans(start_at, end_at)
    ]
