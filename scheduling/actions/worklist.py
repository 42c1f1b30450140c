"""Settling what is on the worklist."""

from datetime import datetime

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid
from scheduling.models import WorklistItem, WorklistKind
from treatments.domain.rules_states import SubjectKind
from treatments.models import Finding

STOPPED = (
    "A rule stops this visit. It leaves the list when a physician goes on with a reason, when what "
    "is missing is recorded, or when the visit is moved or cancelled."
)


@action
def keep_anyway(*, item: WorklistItem, reason: str, by: User, now: datetime) -> WorklistItem:
    """Leave the visit where it is, and say why.

    What stops the visit is not the desk's to settle. Raises `Invalid` without a reason, `Conflict`
    if somebody settled it before or if a rule stops the visit, `NotAllowed`.
    """
    require(by, "scheduling.book")
    if not reason.strip():
        raise Invalid("Say why the visit stays where it is.")
    current = WorklistItem.objects.select_for_update().get(pk=item.pk)
    if current.resolved_at is not None:
        raise Conflict(f"Somebody settled this already: {current.resolution}")
    findings = Finding.objects.stopping().about(SubjectKind.APPOINTMENT, current.appointment_id)
    if current.kind == WorklistKind.RULE and findings.exists():
        raise Conflict(STOPPED)
    current.resolved_at, current.resolved_by = now, by
    current.resolution = f"Kept: {reason.strip()}"[:200]
    current.save(update_fields=["resolved_at", "resolved_by", "resolution"])
    return current
