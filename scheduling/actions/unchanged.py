"""Looks at a visit under its lock: is it still what somebody saw when they decided?

Each of these makes a check for the `check` of an action, which calls it with the visit while nobody
else can change it. A check refuses by raising.
"""

from collections.abc import Callable
from datetime import datetime

from clinic.shared.errors import Conflict
from scheduling.domain.states import TRANSITIONS, Step
from scheduling.models import Appointment, AppointmentEvent, ReservationKind, ResourceKind

Check = Callable[[Appointment], None]

# What was done, for the events that are not in the table of transitions.
_OTHER_DEEDS = {
    "book": "Book",
    "move": "Move",
    "assign": "Another room",
    Step.UNDO: "Take last step back",
}


class ChangedSince(Conflict):
    """Something happened to the visit after what is to be taken back."""

    code = "changed_since"
    title = "Something happened since"


class MovedMeanwhile(Conflict):
    """The visit does not stand any more where somebody saw it."""

    code = "moved_meanwhile"
    title = "Moved meanwhile"


def nothing_since(event_id: int) -> Check:
    """A check that this event is still the newest one of the visit.

    Else taking something back would take back what somebody else did later. Raises `ChangedSince`.
    """

    def check(current: Appointment) -> None:
        newest = current.events.select_related("by").order_by("-id").first()
        if newest is not None and newest.pk != event_id:
            raise ChangedSince(
                f"{_who(newest)} did “{_deed(newest)}” with this visit after that, "
                f"at {_time(current, newest.occurred_at)}. Nothing was taken back."
            )

    return check


def still_there(resource_id: int, begin: datetime) -> Check:
    """A check that the visit still takes this resource from this minute on, as a board showed it.

    Raises `MovedMeanwhile` with where it is now, and who moved it.
    """

    def check(current: Appointment) -> None:
        rows = current.places().filter(
            resource=resource_id, kind=ReservationKind.APPOINTMENT, is_active=True
        )
        starts = {during.lower for during in rows.values_list("during", flat=True)}
        if not any(_minute(start) == _minute(begin) for start in starts):
            raise MovedMeanwhile(_where_now(current, begin))

    return check


def _where_now(current: Appointment, begin: datetime) -> str:
    zone = current.site.zone
    local = current.start_at.astimezone(zone)
    day = "" if local.date() == begin.astimezone(zone).date() else f"{local:%a %b %-d}, "
    led = [part.resource.name for part in current.taken if _leads(part.resource.kind)]
    last = (
        current.events.select_related("by")
        .filter(step__in=["move", "assign"])
        .order_by("-id")
        .first()
    )
    by = f" by {_who(last)}" if last else ""
    to = f"{day}{local:%-I:%M %p}" + (f", {' and '.join(led)}," if led else "")
    return f"{current.patient.name} was moved to {to}{by}. Nothing was changed."


def _leads(kind: str) -> bool:
    return kind == ResourceKind.CLINICIAN


def _minute(instant: datetime) -> datetime:
    return instant.replace(second=0, microsecond=0)


def _who(event: AppointmentEvent) -> str:
    return event.by.name if event.by else "the person themself"


def _deed(event: AppointmentEvent) -> str:
    if event.step in _OTHER_DEEDS:
        return _OTHER_DEEDS[event.step]
    return TRANSITIONS[Step(event.step)].label


def _time(current: Appointment, instant: datetime) -> str:
    return f"{instant.astimezone(current.site.zone):%-I:%M %p}"
