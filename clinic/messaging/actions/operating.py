"""What the operator does to the outbox: pausing a kind of message, and noting who is alive."""

from datetime import datetime

from clinic.accounts.models import User
from clinic.messaging.models import MessageKind, PausedKind, Process
from clinic.shared.actions import action
from clinic.shared.database import constraint_errors
from clinic.shared.errors import Conflict, Invalid, NotFound
from clinic.shared.prepared import run

# Somebody cannot get in, or somebody's health cannot wait.
NEVER_PAUSED = frozenset({"account", "emergency_access", "urgent_advice"})


class AlreadyPaused(Conflict):
    """Somebody was faster."""

    code = "already_paused"
    default_sentence = "Messages of this kind are paused already."


@action
def pause_kind(*, kind: str, reason: str, by: User, now: datetime) -> PausedKind:
    """Let messages of this kind wait until somebody resumes them; those that wait stay due.

    Raises `Invalid` without a reason or for a kind that must go out, and `AlreadyPaused`.
    """
    if kind in NEVER_PAUSED:
        raise Invalid("Messages of this kind cannot wait, so they cannot be paused.")
    if not reason.strip():
        raise Invalid("Say why, so that the next person knows when to resume.")
    with constraint_errors({"kind_is_paused_once": AlreadyPaused}):
        return PausedKind.objects.create(
            kind=MessageKind(kind), reason=reason.strip(), paused_at=now, paused_by=by
        )


@action
def resume_kind(*, kind: str, by: User, now: datetime) -> None:
    """Let them go out again, but for those whose time is over. Raises `NotFound`."""
    paused = PausedKind.objects.filter(kind=kind, resumed_at__isnull=True)
    if not paused.update(resumed_at=now, resumed_by=by):
        raise NotFound("Messages of this kind are not paused.")


_ALIVE = """
INSERT INTO messaging_heartbeat (name, seen_at) VALUES (%(name)s, %(now)s)
ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at
"""


@action
def note_alive(*, name: Process, by: str, now: datetime) -> None:
    """Write down that this process is at work."""
    run(_ALIVE, {"name": str(name), "now": now})
