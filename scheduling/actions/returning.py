"""Coming back to a place one had given up."""

from collections.abc import Sequence
from datetime import datetime

from clinic.accounts.models import THE_CLINIC
from scheduling.actions.errors import PlaceGone, SlotTaken
from scheduling.actions.places import in_the_way, overlap
from scheduling.domain.states import Step
from scheduling.models import Appointment, AppointmentEvent, Reservation
from scheduling.queries.standing import why_fallen

# What puts a visit where it was not before.
_ARRIVALS = ["book", "move", "assign", Step.UNDO]


def refuse_newcomers(appointment: Appointment, mine: Sequence[Reservation], now: datetime) -> None:
    """Raises `SlotTaken` if somebody came into these places since the visit gave them up.

    And `PlaceGone` if they are closed, away or out of use since, unless the visit stood outside the
    hours on purpose, or is over: then there is nobody to be let down.

    The constraint refuses that by itself, except where a row of either side was booked over
    another: then those who were there before may stay together, and nobody else. The caller has
    locked the resources.
    """
    _refuse_fallen(appointment, mine, now)
    others = [
        other
        for other in in_the_way(mine)
        if any(overlap(row, other) and (row.is_overbooked or other.is_overbooked) for row in mine)
    ]
    if not others:
        return
    left = appointment.events.filter(step__in=[Step.CANCEL, Step.NO_SHOW]).order_by("id").last()
    newest = max(row.pk for row in mine)
    for other in others:
        if _came_after(left, other) if other.appointment_id else other.pk > newest:
            raise SlotTaken


def _refuse_fallen(appointment: Appointment, mine: Sequence[Reservation], now: datetime) -> None:
    if appointment.overbooking_reason or appointment.end_at <= now:
        return
    fallen = why_fallen(
        THE_CLINIC,
        visit_type=appointment.visit_type,
        site=appointment.site,
        places=mine,
        now=now,
    )
    if fallen:
        raise PlaceGone(f"{fallen} The visit stays as it is.")


def _came_after(left: AppointmentEvent | None, other: Reservation) -> bool:
    arrivals = AppointmentEvent.objects.filter(
        appointment=other.appointment_id, step__in=_ARRIVALS, pk__gt=left.pk if left else 0
    )
    return arrivals.exists()
