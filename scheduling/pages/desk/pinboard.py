"""What a desk keeps in mind between pages: parked visits, and what can be taken back.

It lives in the session. Parking changes nothing: a parked visit stands where it is until dropped.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages

from clinic.accounts.guards import SignedInRequest
from scheduling.actions.openings import REST
from scheduling.domain.states import STATUS_WORDS, UNDO_PERMISSION, AppointmentStatus, Step
from scheduling.models import Appointment
from scheduling.queries.board import newest_event

PARKED_AT_MOST = 8
UNDO_FOR = timedelta(seconds=90)
# How long the offer to take something back is shown, if nobody points at it: the script of the
# board takes it away then, and without scripts its style sheet does. Who presses it later is heard
# until the end above.
SHOWN_FOR = timedelta(seconds=12)

_PARKED, _PICKED, _SEEN, _UNDO = "parked", "picked", "seen", "undo"


@dataclass(frozen=True)
class Undo:
    """What was just done, in words, and what it takes to take it back.

    `what` is step, move, room or book. `event` is the newest event of the visit that this left: if
    there is a newer one, it is not taken back. For a move, the rest says where the visit was; for
    another room, which one it left and which it got. `frees` says that it gave up a time that
    others may want.
    """

    what: str
    appointment: str
    words: str
    at: float
    event: int = 0
    site: int = 0
    start_at: str = ""
    clinician: int | None = None
    old: int = 0
    new: int = 0
    frees: bool = False

    @property
    def seconds(self) -> int:
        """How long it is shown: no longer than a time that was given up is sure to be free."""
        return int((REST if self.frees else SHOWN_FOR).total_seconds())


def parked(request: SignedInRequest) -> list[UUID]:
    """The visits on the pinboard, oldest first."""
    return [UUID(text) for text in request.session.get(_PARKED, [])]


def picked(request: SignedInRequest) -> UUID | None:
    """The parked visit that goes where somebody says next, if one is picked."""
    text = request.session.get(_PICKED, "")
    return UUID(text) if text else None


def park(request: SignedInRequest, visit: UUID, was: tuple[int, datetime] | None = None) -> None:
    """Put a visit on the pinboard, and pick it; `was` is the cell in which the board showed it."""
    others = [text for text in request.session.get(_PARKED, []) if text != str(visit)]
    request.session[_PARKED] = [*others, str(visit)][-PARKED_AT_MOST:]
    request.session[_PICKED] = str(visit)
    seen = {k: v for k, v in request.session.get(_SEEN, {}).items() if k in others}
    if was:
        seen[str(visit)] = [was[0], was[1].isoformat()]
    request.session[_SEEN] = seen


def seen_at(request: SignedInRequest, visit: UUID) -> tuple[int, datetime] | None:
    """The cell from which a visit was parked, if that is known."""
    kept = request.session.get(_SEEN, {}).get(str(visit))
    return (kept[0], datetime.fromisoformat(kept[1])) if kept else None


def pick(request: SignedInRequest, visit: UUID) -> None:
    """Make a parked visit the next to be dropped; picked already, it is put down."""
    is_picked = picked(request) == visit
    request.session[_PICKED] = "" if is_picked else str(visit)


def leave(request: SignedInRequest, visit: UUID) -> None:
    """Take a visit off the pinboard, if it is there."""
    known = request.session.get(_PARKED, [])
    if str(visit) not in known:
        return
    request.session[_PARKED] = [text for text in known if text != str(visit)]
    if picked(request) == visit:
        request.session[_PICKED] = ""


def remember(request: SignedInRequest, undo: Undo) -> None:
    """Offer to take this back, for a while."""
    request.session[_UNDO] = asdict(undo)


def remember_step(
    request: SignedInRequest, appointment: Appointment, step: Step, now: datetime, words: str = ""
) -> None:
    """Offer to take back a step that was just taken; what was taken back is not offered again.

    `words` say what was done, if where the visit stands now does not say enough.
    """
    if step == Step.UNDO:
        forget(request)
        return
    words = (
        words or f"{appointment.patient}: {STATUS_WORDS[AppointmentStatus(appointment.status)]}."
    )
    event = newest_event(request.user, appointment, at=now)
    frees = step in {Step.CANCEL, Step.NO_SHOW}
    visit = str(appointment.pk)
    remember(request, Undo("step", visit, words, now.timestamp(), event, frees=frees))


def remember_booking(
    request: SignedInRequest, booked: Appointment, words: str, now: datetime
) -> None:
    """Say that somebody is booked and offer to take it back, to whoever may; else only say it."""
    if not request.user.has_perm(UNDO_PERMISSION):
        messages.success(request, words)
        return
    event = newest_event(request.user, booked, at=now)
    remember(request, Undo("book", str(booked.pk), words, now.timestamp(), event))


def last_done(request: SignedInRequest, now: datetime) -> Undo | None:
    """What can still be taken back."""
    kept: dict[str, Any] | None = request.session.get(_UNDO)
    if not kept or now.timestamp() - kept["at"] > UNDO_FOR.total_seconds():
        return None
    return Undo(**kept)


def offered(request: SignedInRequest, now: datetime) -> Undo | None:
    """What a page that is drawn now still offers to take back.

    Shorter than it can be taken back: a page that is opened later would offer a time that may have
    been given to somebody else.
    """
    last = last_done(request, now)
    return last if last and now.timestamp() - last.at <= last.seconds else None


def forget(request: SignedInRequest) -> None:
    """Nothing is offered to be taken back any more."""
    request.session.pop(_UNDO, None)
