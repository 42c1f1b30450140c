"""Taking back harm that never happened, or not to this person."""

from datetime import datetime

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Invalid
from patients.actions.standing import lock_record
from treatments.actions.adverse_events import EventWithdrawn
from treatments.models import AdverseEvent


@action
def withdraw_adverse_event(
    *, event: AdverseEvent, reason: str, by: User, now: datetime
) -> AdverseEvent:
    """Say that an event was entered in error: it stays readable and counts no more.

    It leaves charts, reports and rates; who said so, when and why is kept. Raises `Invalid`
    without a reason, `EventWithdrawn` if it was taken back before, `NotAllowed`.
    """
    require(by, "treatments.record_adverse_events")
    if not reason.strip():
        raise Invalid("Say why.", details={"fields": {"reason": ["Say why."]}})
    lock_record(event.patient)
    current = AdverseEvent.objects.get(pk=event.pk)
    if current.error_at is not None:
        raise EventWithdrawn
    current.error_at, current.error_by, current.error_reason = now, by, reason.strip()
    current.revision += 1
    current.save(update_fields=["error_at", "error_by", "error_reason", "revision"])
    return current
