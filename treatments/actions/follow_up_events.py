"""What happened to a follow-up, row by row, and how it stood before: a slip is taken back."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from clinic.accounts.models import User
from clinic.messaging.actions import withdraw_messages
from treatments.models import FollowUp, FollowUpEvent, FollowUpEventKind

# What a step changes, and taking it back restores.
_INSTANTS = ("earliest_at", "due_at", "asked_at")
_PLAIN = ("status", "result", "owner_role", "owner_id", "tries")


def standing_of(row: FollowUp) -> dict[str, Any]:
    """How a follow-up stands, as it is kept in an event."""
    instants = {name: getattr(row, name) for name in _INSTANTS}
    return {name: getattr(row, name) for name in _PLAIN} | {
        name: at.isoformat() if at else None for name, at in instants.items()
    }


def restore(row: FollowUp, before: Mapping[str, Any]) -> None:
    """Let a follow-up stand as it did; the caller saves it."""
    for name in _PLAIN:
        setattr(row, name, before[name])
    for name in _INSTANTS:
        said = before[name]
        setattr(row, name, datetime.fromisoformat(said) if said else None)
    row.closed_at, row.closed_by, row.appointment_id, row.report_id = None, None, None, None


def withdraw_questions(keys: Iterable[UUID], *, by: User | None, now: datetime) -> None:
    """A question that is not out yet is not asked any more."""
    for key in keys:
        withdraw_messages(about=f"follow-up:{key}", by=by, now=now)


def note_event(
    row: FollowUp,
    kind: FollowUpEventKind,
    *,
    before: Mapping[str, Any] | None = None,
    note: str = "",
    by: User | None,
    now: datetime,
) -> FollowUpEvent:
    """Write down that something happened, in the caller's transaction."""
    return FollowUpEvent.objects.create(
        follow_up=row,
        kind=kind,
        note=note.strip(),
        before=dict(before or {}),
        happened_at=now,
        by=by,
    )
