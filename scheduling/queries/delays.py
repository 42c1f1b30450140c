"""Who runs late, and whom that touches."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.messaging.models import Message
from clinic.shared.errors import NotAllowed, NotFound
from scheduling.domain.states import MOVABLE, AppointmentStatus
from scheduling.models import Appointment, Delay, Reservation, Resource, Site
from scheduling.queries.blocks import within_reach

# Those who still wait for a clinician who runs late.
NOT_BEGUN = {*MOVABLE, AppointmentStatus.ARRIVED, AppointmentStatus.ROOMED}


@dataclass(frozen=True)
class Affected:
    """A visit that a delay puts off: when it is now expected, and what can be done."""

    appointment: Appointment
    expected_at: datetime
    is_told: bool
    can_be_told: bool


def delays(viewer: Viewer, site: Site, *, now: datetime) -> Mapping[int, Delay]:
    """By the id of the clinician: how late each runs today who does. Raises `NotAllowed`."""
    require_day(viewer)
    today = now.astimezone(site.zone).date()
    rows = Delay.objects.filter(resource__site=site, local_date=today)
    rows = rows.select_related("resource__site").order_by("resource_id", "-noted_at", "-id")
    newest = rows.distinct("resource_id")
    return {row.resource_id: row for row in newest if row.minutes}


def delay_of(viewer: Viewer, resource: Resource, *, now: datetime) -> Delay | None:
    """How late one clinician runs today, if they do. Raises `NotAllowed`."""
    return delays(viewer, resource.site, now=now).get(resource.pk)


def access_delay(viewer: Viewer, delay_id: int, *, now: datetime) -> Delay:
    """A delay that holds now, of somebody whose day the viewer may change.

    Raises `NotFound`, also for one that was said anew meanwhile, and `NotAllowed`.
    """
    reach = within_reach(viewer)
    delay = Delay.objects.filter(pk=delay_id, resource__in=reach)
    row = delay.select_related("resource__site").first()
    newest = delay_of(viewer, row.resource, now=now) if row else None
    if row is None or newest != row:
        raise NotFound
    return row


def affected(viewer: Viewer, delay: Delay, *, now: datetime) -> list[Affected]:
    """The visits of the day that have not begun, in order of time. Raises `NotAllowed`."""
    require(viewer, "scheduling.block_time")
    resource = delay.resource
    taken = Reservation.objects.filter(resource=resource, is_active=True, kind="appointment")
    visits = (
        Appointment.objects.on_day(delay.local_date, resource.site)
        .filter(status__in=NOT_BEGUN, end_at__gt=now)
        .filter(reservations__in=taken)
        .select_related("patient", "visit_type", "site")
        .order_by("start_at", "id")
        .distinct()
    )
    rows = list(visits)
    record_read(viewer, "running late", [row.patient_id for row in rows], kind=ReadKind.LIST)
    keys = [late_message_key(viewer, delay, row) for row in rows]
    told = set(Message.objects.filter(dedupe_key__in=keys).values_list("dedupe_key", flat=True))
    later = timedelta(minutes=delay.minutes)
    return [
        Affected(row, row.start_at + later, key in told, row.status in MOVABLE)
        for row, key in zip(rows, keys, strict=True)
    ]


def late_message_key(viewer: Viewer, delay: Delay, appointment: Appointment) -> str:
    """One message a visit and delay: this is what makes a second one impossible."""
    return f"running_late:{delay.pk}:{appointment.pk}"


def require_day(viewer: Viewer) -> None:
    """Raises `NotAllowed` for whoever sees neither the board nor a day of their own."""
    if viewer is THE_CLINIC:
        return
    sees = viewer.has_perm("scheduling.view_board") or viewer.has_perm("scheduling.view_own_day")
    if not sees:
        raise NotAllowed
