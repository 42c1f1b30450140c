"""Coming back to a place one had given up."""

from collections.abc import Sequence

from scheduling.actions.errors import SlotTaken
from scheduling.actions.places import in_the_way, overlap
from scheduling.domain.states import Step
from scheduling.models import Appointment, AppointmentEvent, Reservation

# What puts a visit where it was not before.
_ARRIVALS = ["book", "move", "assign", Step.UNDO]


def refuse_newcomers(appointment: Appointment, mine: Sequence[Reservation]) -> None:
    """Raises `SlotTaken` if somebody came into these places since the visit gave them up.

    The constraint refuses that by itself, except where a row of either side was booked over
    another: then those who were there before may stay together, and nobody else. The caller has
    locked the resources.
    """
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


def _came_after(left: AppointmentEvent | None, other: Reservation) -> bool:
    arrivals = AppointmentEvent.objects.filter(
        appointment=other.appointment_id, step__in=_ARRIVALS, pk__gt=left.pk if left else 0
    )
    return arrivals.exists()
