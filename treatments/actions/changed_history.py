"""Noting that something became known about a person, so that what is booked is looked at again."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from clinic.shared.actions import action
from clinic.shared.prepared import insert_rows
from treatments.models import ChangedHistory

# So that one statement never has more values than PostgreSQL takes.
_AT_ONCE = 500


def history_changed(patient_ids: Iterable[UUID], *, now: datetime) -> None:
    """Ask for a look at these people's coming visits, in the transaction of what changed."""
    rows = [ChangedHistory(patient_id=pk, changed_at=now) for pk in sorted(set(patient_ids))]
    for begin in range(0, len(rows), _AT_ONCE):
        insert_rows(*rows[begin : begin + _AT_ONCE], or_leave=True)


@action
def claim_changed(*, limit: int = 50, by: str, now: datetime) -> list[UUID]:
    """People to look at, oldest change first; who is being looked at by another is left to it.

    The caller looks in the same transaction: if that fails, they are asked for again.
    """
    rows = ChangedHistory.objects.filter(changed_at__lte=now).select_for_update(skip_locked=True)
    found = list(rows.order_by("changed_at", "pk")[:limit])
    ChangedHistory.objects.filter(pk__in=[row.pk for row in found]).delete()
    return [row.patient_id for row in found]
