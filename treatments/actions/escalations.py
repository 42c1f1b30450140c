"""What nobody did in time becomes the physicians': once, and with the reason."""

from datetime import date, datetime, timedelta
from functools import cache

from clinic.accounts.models import User
from clinic.accounts.roles import Role
from clinic.shared.actions import action
from treatments.actions.follow_up_events import note_event, standing_of
from treatments.actions.follow_ups import OPEN, all_steps
from treatments.domain.follow_ups import GRACE, too_late_at
from treatments.facts.calendar import calendar
from treatments.facts.people import clinic_zone
from treatments.models import FollowUp, FollowUpEventKind

MOST_AT_ONCE = 500
# No step may be moved sooner than so long after its last moment.
_SOONEST = timedelta(hours=1)


@action
def escalate_overdue(*, limit: int = MOST_AT_ONCE, by: User | None, now: datetime) -> int:
    """Move what is too late to the physicians; how many there were.

    A row that somebody else holds at this moment waits for the next tick; each is moved once,
    however many workers look. What is a physician's already is moved only if it is one person's
    own, and becomes any physician's.
    """
    rows = FollowUp.objects.filter(
        status__in=OPEN, escalated_at__isnull=True, due_at__lte=now - _SOONEST
    ).exclude(owner_role=Role.PHYSICIAN, owner__isnull=True)
    zone, moved = clinic_zone(), 0
    held = rows.select_for_update(of=("self",), skip_locked=True).order_by("due_at", "id")
    waiting = list(held[:limit])
    off = _days_off(waiting[0].due_at, now) if waiting else ()
    for row in waiting:
        if too_late_at(row.due_at, _grace(row), zone, off) <= now:
            move_to_physicians(row, _why(row, now), by=by, now=now)
            moved += 1
    return moved


def move_to_physicians(row: FollowUp, why: str, *, by: User | None, now: datetime) -> None:
    """Make a follow-up the physicians', and say why; the caller holds the row."""
    before = standing_of(row)
    row.escalated_at, row.escalated_from = now, row.owner_role
    row.owner_role, row.owner = Role.PHYSICIAN, None
    row.save(update_fields=["escalated_at", "escalated_from", "owner_role", "owner"])
    note_event(row, FollowUpEventKind.ESCALATED, before=before, note=why, by=by, now=now)


@cache
def _graces() -> dict[tuple[str, str], timedelta]:
    return {
        (protocol, step.key): step.escalate.rest
        for protocol, step in all_steps()
        if step.escalate is not None
    }


def _grace(row: FollowUp) -> timedelta:
    return _graces().get((row.protocol, row.step), GRACE)


def _days_off(first: datetime, now: datetime) -> frozenset[date]:
    zone = clinic_zone()
    return calendar().days_off(first.astimezone(zone).date(), now.astimezone(zone).date())


def _why(row: FollowUp, now: datetime) -> str:
    days = max(1, (now - row.due_at).days)
    tried = f" after {row.tries} tr{'y' if row.tries == 1 else 'ies'}" if row.tries else ""
    return f"Overdue for {days} day{'' if days == 1 else 's'}{tried}; nobody closed it."
