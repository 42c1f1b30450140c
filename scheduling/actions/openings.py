"""Time that became free, written down for the waitlist in the transaction that freed it."""

from datetime import datetime, timedelta

from django.db.models import F

from clinic.shared.actions import action
from scheduling.models import (
    Appointment,
    Hold,
    Opening,
    Reservation,
    ReservationKind,
    ResourceKind,
)

# Longer than the hard time limit of a task, so that no claim runs out under a live worker.
LEASE = timedelta(seconds=120)
MOST_ATTEMPTS = 5
# A time that somebody gave up is offered to nobody for as long as the board offers to take that
# back: else whoever cancelled the wrong visit finds it given away. With the clockwork's period
# (`clinic/schedule.py`) it stays below the ten seconds in which the first one is asked.
REST = timedelta(seconds=6)


def note_opening(appointment: Appointment, cause: str, now: datetime) -> None:
    """Remember when the visit's clinician (or, without one, the visit itself) has time again.

    Call it before the places are given up. What has passed already helps nobody. It rests for
    `REST` before it is offered.
    """
    places = appointment.places().filter(
        kind=ReservationKind.APPOINTMENT, resource__kind=ResourceKind.CLINICIAN
    )
    stretches: list[tuple[int | None, datetime, datetime]] = [
        (resource, during.lower, during.upper)
        for resource, during in places.values_list("resource_id", "during")
    ]
    if not stretches:
        stretches = [(None, appointment.start_at, appointment.end_at)]
    _write(appointment.site_id, stretches, cause, now, due_at=now + REST)


def note_freed(hold: Hold, now: datetime) -> None:
    """Remember that a time that was held is free again. Call it before the places go."""
    places = Reservation.objects.filter(hold=hold, resource__kind=ResourceKind.CLINICIAN)
    found: set[int | None] = set(places.values_list("resource_id", flat=True))
    stretches = [(clinician, hold.start_at, hold.end_at) for clinician in found or {None}]
    _write(hold.site_id, stretches, "hold", now, due_at=now)


def _write(
    site_id: int,
    stretches: list[tuple[int | None, datetime, datetime]],
    cause: str,
    now: datetime,
    *,
    due_at: datetime,
) -> None:
    Opening.objects.bulk_create(
        Opening(
            site_id=site_id,
            resource_id=resource,
            start_at=max(begin, now),
            end_at=end,
            cause=cause,
            created_at=now,
            due_at=due_at,
        )
        for resource, begin, end in stretches
        if end > now
    )


@action
def claim_opening(*, by: object, now: datetime) -> Opening | None:
    """Take the oldest opening that is due; no other worker gets it while the lease holds.

    The attempt is counted here, so that an opening which kills its worker is given up in the end.
    """
    due = Opening.objects.filter(handled_at__isnull=True, due_at__lte=now)
    oldest = due.order_by("due_at", "pk").select_for_update(skip_locked=True).first()
    if oldest is None:
        return None
    Opening.objects.filter(pk=oldest.pk).update(due_at=now + LEASE, attempts=F("attempts") + 1)
    oldest.attempts += 1
    return oldest


@action
def settle_opening(*, opening: Opening, outcome: str, by: object, now: datetime) -> None:
    """Everybody in line was looked at; `outcome` says in a sentence what came of it."""
    Opening.objects.filter(pk=opening.pk).update(handled_at=now, outcome=outcome[:200])


@action
def postpone_opening(*, opening: Opening, reason: str, by: object, now: datetime) -> None:
    """Something went wrong: look again later, twice as late each time, and give up in the end."""
    if opening.attempts >= MOST_ATTEMPTS:
        settle_opening(opening=opening, outcome=f"Given up: {reason}", by=by, now=now)
        return
    pause = timedelta(seconds=5) * 2**opening.attempts
    Opening.objects.filter(pk=opening.pk).update(due_at=now + pause, outcome=reason[:200])
