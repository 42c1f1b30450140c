"""Running late: saying so, and telling whom it touches."""

from datetime import datetime, timedelta

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.messaging.models import MessageKind
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid
from scheduling.actions.day_notices import Notice, send_notice
from scheduling.actions.places import lock_resources
from scheduling.domain.states import MOVABLE
from scheduling.models import Appointment, Delay, Resource
from scheduling.queries.delays import late_message_key

LATEST_MINUTES = 480


@action
def note_delay(*, resource: Resource, minutes: int, by: User, now: datetime) -> Delay:
    """This clinician runs `minutes` late today; 0 says that they are on time again.

    Saying the same again changes nothing, so that nobody is told twice. Raises `Invalid`,
    `NotAllowed`.
    """
    require(by, "scheduling.block_time")
    if not 0 <= minutes <= LATEST_MINUTES:
        raise Invalid(f"Give a number of minutes from 0 to {LATEST_MINUTES}.")
    lock_resources([resource.pk])
    today = now.astimezone(resource.site.zone).date()
    said = Delay.objects.filter(resource=resource, local_date=today)
    last = said.select_related("resource__site").order_by("-noted_at", "-id").first()
    if last is not None and last.minutes == minutes:
        return last
    return Delay.objects.create(
        resource=resource, local_date=today, minutes=minutes, noted_at=now, noted_by=by
    )


@action
def tell_of_delay(*, delay: Delay, appointment: Appointment, by: User, now: datetime) -> None:
    """Write to the person, once a visit and delay, that it will begin later.

    Raises `Conflict` for a visit that has begun or a delay that is over, `NotAllowed`.
    """
    require(by, "scheduling.block_time")
    if not delay.minutes:
        raise Conflict("Nobody runs late any more. Nothing was sent.")
    rows = Appointment.objects.select_for_update(of=("self",), no_key=True)
    current = rows.select_related("patient", "site").get(pk=appointment.pk)
    if current.status not in MOVABLE:
        raise Conflict("This person is not still to come. Nothing was sent.")
    expected_at = current.start_at + timedelta(minutes=delay.minutes)
    notice = Notice(
        kind=MessageKind.RUNNING_LATE,
        appointment=current,
        dedupe_key=late_message_key(by, delay, current),
        instants={"expected": expected_at},
        words={"minutes": str(delay.minutes)},
        valid_until=expected_at,
    )
    send_notice(notice=notice, by=by, now=now)
