"""What takes up the columns of a board on a day, and when they are open: rows, not yet drawn."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer, as_user
from clinic.shared.errors import NotAllowed
from scheduling.domain.day_grid import Stretch, without
from scheduling.domain.states import HOLDING
from scheduling.models import (
    Appointment,
    AppointmentEvent,
    Hold,
    Reservation,
    Resource,
    Site,
    WaitlistEntry,
    WaitlistStatus,
    WorklistItem,
    WorklistKind,
)
from scheduling.queries.statements import ask, column_parameters, require_finder

_OF_A_PERSON = ("patient_id", "patient__family_name", "patient__given_names", "patient__language")
_OF_A_VISIT = (
    *_OF_A_PERSON,
    *("id", "status", "status_at", "booked_by_id", "overbooking_reason", "late_minutes"),
    *("visit_type__name", "visit_type__code"),
)
_OF_A_RESERVATION = (
    *("resource_id", "during", "kind", "note", "is_active"),
    *(
        "group_id",
        "group__visit_type__name",
        "hold_id",
        "hold__visit_type__name",
        "hold__patient_id",
    ),
    *("hold__patient__family_name", "hold__patient__given_names", "hold__expires_at"),
)

_FLAGS = ("is_moved", "is_first", "is_waiting", "is_stranded")

Row = dict[str, Any]


def open_stretches(
    viewer: Viewer, site: Site, columns: Sequence[Resource], reach: Stretch, *, now: datetime
) -> dict[int, list[Stretch]]:
    """When each resource is there within `reach`: hours less leave and holidays.

    Raises `NotAllowed`.
    """
    parameters = column_parameters(viewer, site, columns, reach.begin, reach.end, now)
    found: dict[int, list[Stretch]] = {}
    for resource_id, ranges in ask(viewer, "open_ranges.sql", parameters):
        clipped = (
            Stretch(max(r.lower, reach.begin), min(r.upper, reach.end)) for r in ranges or ()
        )
        found[resource_id] = [one for one in clipped if one.begin < one.end]
    return found


def gap_at(
    viewer: Viewer, column: Resource, instant: datetime, day: Stretch, *, now: datetime
) -> Stretch | None:
    """The free stretch of the column in which the instant lies, or None. Raises `NotAllowed`."""
    opened = open_stretches(viewer, column.site, [column], day, now=now).get(column.pk, [])
    rows = reservations_within(viewer, [column], day, now=now).filter(is_active=True)
    taken = [Stretch(r.lower, r.upper) for r in rows.values_list("during", flat=True)]
    found = (gap for gap in without(opened, taken) if gap.begin <= instant < gap.end)
    return next(found, None)


def reservations_within(
    viewer: Viewer, columns: Sequence[Resource], reach: Stretch, *, now: datetime
) -> QuerySet[Reservation]:
    """What takes up these resources; holds that ran out count no more. Raises `NotAllowed`."""
    require_finder(viewer)
    return Reservation.objects.filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=now),
        resource__in=[column.pk for column in columns],
        during__overlap=(reach.begin, reach.end),
    )


def taken_rows(
    viewer: Viewer,
    columns: Sequence[Resource],
    site: Site,
    reach: Stretch,
    *,
    cancelled: bool,
    now: datetime,
) -> list[Row]:
    """Each reservation with its visit, person, hold and group, in order of time.

    Whoever shows them notes whom. Raises `NotAllowed`.
    """
    require(viewer, "scheduling.view_board")
    rows = reservations_within(viewer, columns, reach, now=now)
    visit = [f"appointment__{name}" for name in _OF_A_VISIT]
    fields = ["id", *_OF_A_RESERVATION, *visit, *_FLAGS]
    # Asked apart: each has an index of its own, and together they would be sought in all of time.
    sorts = [Q(is_active=True, is_overbooked=False), Q(is_active=True, is_overbooked=True)]
    sorts += [Q(is_active=False)] if cancelled else []
    found = [
        row
        for sort in sorts
        for row in rows.filter(sort)
        .annotate(**_flags(viewer, "appointment__", site))
        .values(*fields)
    ]
    return sorted(found, key=lambda row: (row["during"].lower, row["during"].upper, row["id"]))


def people_in_groups(
    viewer: Viewer, group_ids: Iterable[UUID], site: Site
) -> dict[UUID, list[Row]]:
    """The visits in each of these groups, by seat. Raises `NotAllowed`."""
    require(viewer, "scheduling.view_board")
    ids = set(group_ids)
    if not ids:
        return {}
    rows = Appointment.objects.filter(seat__session__in=ids).order_by("seat__number")
    found: dict[UUID, list[Row]] = {}
    fields = [*_OF_A_VISIT, "seat__session_id", *_FLAGS]
    for row in rows.annotate(**_flags(viewer, "", site)).values(*fields):
        found.setdefault(row["seat__session_id"], []).append(row)
    return found


def held_in_groups(viewer: Viewer, group_ids: Iterable[UUID], *, now: datetime) -> dict[UUID, int]:
    """How many seats of each of these groups are held. Raises `NotAllowed`."""
    require(viewer, "scheduling.view_board")
    ids = set(group_ids)
    rows = Hold.objects.alive(now).filter(seat__session__in=ids).values_list("seat__session_id")
    return dict(rows.annotate(number=Count("pk"))) if ids else {}


def visit_row(viewer: Viewer, visit: Appointment) -> Row:
    """One visit as the board reads it, whoever sees it was asked before. Raises `NotAllowed`."""
    require(viewer, "scheduling.view_board")
    rows = Appointment.objects.filter(pk=visit.pk).annotate(**_flags(viewer, "", visit.site))
    return rows.values(*_OF_A_VISIT, *_FLAGS).get()


def stranded_items(viewer: Viewer) -> QuerySet[WorklistItem]:
    """Visits that lost their clinician, room or hours, and got no other time or place since.

    Whoever sees the visits narrows them down to those. Raises `NotAllowed` for a stranger.
    """
    if as_user(viewer) is None:
        raise NotAllowed
    since = AppointmentEvent.objects.filter(
        appointment=OuterRef("appointment"),
        step__in=["move", "assign"],
        occurred_at__gt=OuterRef("created_at"),
    )
    return WorklistItem.objects.filter(
        ~Exists(since), kind=WorklistKind.STRANDED, resolved_at__isnull=True
    )


def _flags(viewer: Viewer, visit: str, site: Site) -> dict[str, Any]:
    """What a card says about a visit besides its state. `visit` is the way to the appointment.

    A first visit is one before which the person has none at the site, to come or passed, that was
    not cancelled or missed: of a course that is booked ahead only the first one is.
    """
    earlier = Appointment.objects.filter(
        patient=OuterRef(f"{visit}patient_id"),
        site=site,
        start_at__lt=OuterRef(f"{visit}start_at"),
        status__in=sorted(HOLDING),
    )
    moves = AppointmentEvent.objects.filter(appointment=OuterRef(f"{visit}id"), step="move")
    waiting = WaitlistEntry.objects.filter(
        appointment=OuterRef(f"{visit}id"), status=WaitlistStatus.WAITING
    )
    stranded = stranded_items(viewer).filter(appointment=OuterRef(f"{visit}id"))
    return {
        "is_moved": Exists(moves),
        "is_first": ~Exists(earlier),
        "is_waiting": Exists(waiting),
        "is_stranded": Exists(stranded),
    }
