"""Which people are due to be asked how they are, and noting that they were.

The calendar, above, knows the place's phone and clock and writes the message.
"""

from datetime import datetime, timedelta

from django.db.models import Q

from clinic.accounts.models import User
from clinic.shared.actions import action
from treatments.actions.follow_up_events import note_event
from treatments.actions.follow_ups import OPEN
from treatments.domain.plain_follow_ups import SHARED_CALL
from treatments.models import FollowUp, FollowUpEventKind, FollowUpKind

# A link works so long after the last moment of what it asks.
LINK_LASTS = timedelta(days=7)


@action
def claim_to_ask(*, limit: int, by: User | None, now: datetime) -> list[FollowUp]:
    """Take up to `limit` of those due to be asked, and note that they are.

    Part of the caller's transaction, in which the message is written: no other worker gets them,
    and if writing fails they are due again.
    """
    rows = list(
        FollowUp.objects.filter(
            Q(kind=FollowUpKind.QUESTIONNAIRE) | Q(kind=FollowUpKind.CALL, step=SHARED_CALL),
            status__in=OPEN,
            asked_at__isnull=True,
            earliest_at__lte=now,
            due_at__gt=now,
            patient__replaced_by__isnull=True,
            patient__deceased_date__isnull=True,
        )
        .select_related("patient", "procedure", "course")
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("earliest_at", "id")[:limit]
    )
    for row in rows:
        row.asked_at = now
        row.save(update_fields=["asked_at"])
        note_event(row, FollowUpEventKind.ASKED, by=by, now=now)
    return rows


def link_works_until(row: FollowUp, now: datetime) -> datetime:
    """Until when the link of a follow-up lets somebody answer."""
    return max(row.due_at, now) + LINK_LASTS


def times_asked(row: FollowUp) -> int:
    """How often somebody was asked for this, the last time included."""
    return row.events.filter(kind=FollowUpEventKind.ASKED).count()
