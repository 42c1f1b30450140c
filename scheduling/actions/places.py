"""Taking resources for a visit: locked in one order, written under the constraints."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from clinic.shared.database import constraint_errors
from scheduling.actions.errors import PatientBusy, SlotTaken
from scheduling.models import Appointment, Reservation, ReservationKind, Resource, ResourceNeed

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
        {"patient_is_in_one_place": PatientBusy, "resource_is_taken_once": SlotTaken}
    )


def take_places(appointment: Appointment, chosen: Chosen) -> None:
    """Write a reservation for each chosen resource, and one for each buffer around it."""
    Reservation.objects.bulk_create(
        reservation
        for need in appointment.visit_type.needs.all()
        for resource_id in chosen[need.pk]
        for reservation in _reservations(appointment, need, resource_id)
    )


def _reservations(
    appointment: Appointment, need: ResourceNeed, resource_id: int
) -> list[Reservation]:
    """The visit's own time on one resource, and the buffers around it as rows of their own."""
    begin = appointment.start_at + timedelta(minutes=need.offset_minutes)
    end = appointment.end_at
    if need.duration_minutes is not None:
        end = begin + timedelta(minutes=need.duration_minutes)
    before = begin - timedelta(minutes=need.buffer_before_minutes)
    after = end + timedelta(minutes=need.buffer_after_minutes)
    spans = [
        (before, begin, ReservationKind.BUFFER),
        (begin, end, ReservationKind.APPOINTMENT),
        (end, after, ReservationKind.BUFFER),
    ]
    return [
        Reservation(
            resource_id=resource_id,
            during=DateTimeTZRange(lower, upper, "[)"),
            kind=kind,
            appointment=appointment,
        )
        for lower, upper, kind in spans
        if lower < upper
    ]
