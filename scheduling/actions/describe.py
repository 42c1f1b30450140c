"""Changing what is said about a visit."""

from datetime import datetime

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from scheduling.models import Appointment


@action
def change_reason(*, appointment: Appointment, reason: str, by: User, now: datetime) -> Appointment:
    """Write down anew why somebody comes, in words the desk may read. Raises `NotAllowed`."""
    require(by, "scheduling.book")
    appointment.reason = reason
    appointment.save(update_fields=["reason"])
    return appointment
