"""Changing what is said about a visit."""

from datetime import datetime

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Invalid
from patients.actions.standing import lock_record
from scheduling.actions.look_again import look_at_visit
from scheduling.actions.unchanged import Check
from scheduling.models import Appointment
from treatments.actions.changed_history import history_changed


@action
def describe_visit(
    *,
    appointment: Appointment,
    reason: str | None = None,
    region: str | None = None,
    check: Check | None = None,
    by: User,
    now: datetime,
) -> Appointment:
    """Write down anew why somebody comes, in words the desk may read, and where the visit is for.

    None leaves it as it is. The clinical rules are asked again for another region: nothing is
    cancelled, what they find goes to the worklist and to clinicians. `check` looks at the visit as
    it stands while nobody else can change it, and refuses by raising. Raises `NotAllowed`, and
    `Invalid` for a region where the kind of visit, or its course, says where.
    """
    require(by, "scheduling.book")
    lock_record(appointment.patient)
    rows = Appointment.objects.select_for_update(of=("self",), no_key=True)
    parts = rows.select_related("patient", "site", "visit_type", "seat", "course")
    current = parts.get(pk=appointment.pk)
    if check is not None:
        check(current)
    if region and not current.region_is_open:
        raise Invalid("Where this visit is for is said by its kind or by its course.")
    is_elsewhere = region is not None and region != current.region
    current.reason = current.reason if reason is None else reason
    current.region = current.region if region is None else region
    current.save(update_fields=["reason", "region"])
    if is_elsewhere:
        look_at_visit(current, now=now)
        # It counts elsewhere for their other visits.
        history_changed([current.patient_id], now=now)
    return current
