"""Settling what is on the worklist."""

from datetime import datetime

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid
from scheduling.models import WorklistItem


@action
def keep_anyway(*, item: WorklistItem, reason: str, by: User, now: datetime) -> WorklistItem:
    """Leave the visit where it is, and say why.

    Raises `Invalid` without a reason, `Conflict` if somebody settled it before, `NotAllowed`.
    """
    require(by, "scheduling.book")
    if not reason.strip():
        raise Invalid("Say why the visit stays where it is.")
    current = WorklistItem.objects.select_for_update().get(pk=item.pk)
    if current.resolved_at is not None:
        raise Conflict(f"Somebody settled this already: {current.resolution}")
    current.resolved_at, current.resolved_by = now, by
    current.resolution = f"Kept: {reason.strip()}"[:200]
    current.save(update_fields=["resolved_at", "resolved_by", "resolution"])
    return current
