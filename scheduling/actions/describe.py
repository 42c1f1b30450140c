"""Changing what is said about a visit."""

from datetime import datetime

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from scheduling.actions.unchanged import Check
from scheduling.models import Appointment


@action
def change_reason(
    *,
    appointment: Appointment,
    reason: str,
    check: Check | None = None,
    by: User,
    now: datetime,
) -> Appointment:
    """Write down anew why somebody comes, in words the desk may read. Raises `NotAllowed`.

    `check` looks at the visit as it stands while nobody else can change it, and refuses by raising.
    """
    require(by, "scheduling.book")
    rows = Appointment.objects.select_for_update(of=("self",), no_key=True)
    current = rows.select_related("patient", "site", "visit_type", "seat").get(pk=appointment.pk)
    if check is not None:
        check(current)
    current.reason = reason
    current.save(update_fields=["reason"])
    return current
