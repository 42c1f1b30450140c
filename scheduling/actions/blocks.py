"""Blocking time in a calendar, and giving it back."""

from datetime import datetime, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.database import constraint_errors
from clinic.shared.errors import Conflict, Invalid, NotAllowed
from scheduling.actions.places import lock_resources
from scheduling.models import Appointment, Hold, Opening, Reservation, ReservationKind, Resource

# Longer absences are leave, which has a page of its own and moves what is in the way.
LONGEST_BLOCK = timedelta(hours=24)


class TimeTaken(Conflict):
    """Visits, or something else, stand where time was to be blocked.

    `details["visits"]` lists the visits by id and time.
    """

    code = "time_taken"
    title = "That time is taken"
    default_sentence = "Something else was put there a moment ago. Nothing was blocked."


@action
def block_time(
    *, resource: Resource, begin: datetime, end: datetime, note: str, by: User, now: datetime
) -> Reservation:
    """Nobody can be booked with this clinician from `begin` up to `end`.

    Never over a visit: raises `TimeTaken` with the visits in the way. Raises `Invalid` for a time
    that makes no sense, `NotAllowed` without the permission, or for somebody else's calendar
    without the one for that.
    """
    _require_time_of(resource, by)
    if begin >= end:
        raise Invalid("The end must be after the beginning.")
    if end <= now:
        raise Invalid("This time has already passed.")
    if end - begin > LONGEST_BLOCK:
        raise Invalid("Block at most 24 hours at once. For longer, enter leave.")
    lock_resources([resource.pk])
    there = Reservation.objects.filter(resource=resource)
    there.filter(expires_at__lte=now).delete()
    during = DateTimeTZRange(begin, end, "[)")
    _refuse_what_is_taken(resource, during, now)
    with constraint_errors({"resource_is_taken_once": TimeTaken}):
        return Reservation.objects.create(
            resource=resource, during=during, kind=ReservationKind.BLOCK, note=note.strip()
        )


@action
def unblock(*, block: Reservation, by: User, now: datetime) -> None:
    """Give the time back; history keeps that it was blocked, and why. Raises `NotAllowed`."""
    _require_time_of(block.resource, by)
    lock_resources([block.resource_id])
    gone, _by_model = Reservation.objects.filter(pk=block.pk, kind=ReservationKind.BLOCK).delete()
    if gone and block.during.upper > now:
        _note_opening(block, now)


def _require_time_of(resource: Resource, by: User) -> None:
    require(by, "scheduling.block_time")
    if resource.user_id != by.pk and not by.has_perm("scheduling.block_for_others"):
        raise NotAllowed("You may block only your own time. The desk does it for others.")


def _note_opening(block: Reservation, now: datetime) -> None:
    """Somebody on the waitlist may want the time that is free again."""
    Opening.objects.create(
        site=block.resource.site,
        resource=block.resource,
        start_at=max(block.during.lower, now),
        end_at=block.during.upper,
        cause="unblock",
        created_at=now,
        due_at=now,
    )


def _refuse_what_is_taken(resource: Resource, during: DateTimeTZRange, now: datetime) -> None:
    taken = Reservation.objects.filter(resource=resource, is_active=True, during__overlap=during)
    own = Q(reservations__in=taken) | Q(seat__session__reservations__in=taken)
    visits = list(Appointment.objects.holding().filter(own).distinct().order_by("start_at", "id"))
    if visits:
        count = f"{len(visits)} visits are" if len(visits) > 1 else "A visit is"
        raise TimeTaken(
            f"{count} booked then. Move them first; nothing was blocked.",
            details={"visits": [_told(visit) for visit in visits]},
        )
    kinds = set(taken.values_list("kind", flat=True))
    in_groups = Hold.objects.alive(now).filter(seat__session__reservations__in=taken)
    if ReservationKind.HOLD in kinds or in_groups.exists():
        raise TimeTaken("This time is being held for somebody just now. Try again in some minutes.")
    if kinds:
        raise TimeTaken("Part of this time is blocked already.")


def _told(visit: Appointment) -> dict[str, str]:
    return {
        "id": str(visit.pk),
        "start_at": visit.start_at.isoformat(),
        "end_at": visit.end_at.isoformat(),
    }
