"""Coming visits that the clinical rules are asked about again."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from clinic.accounts.models import THE_CLINIC, Viewer
from clinic.shared.errors import NotAllowed
from scheduling.domain.states import MOVABLE, NOT_BEGUN
from scheduling.models import Appointment, AppointmentQuerySet

_ASKED = Q(course__isnull=False) | Q(visit_type__treatment__isnull=False)
_HERE = sorted(NOT_BEGUN - MOVABLE)
_A_DAY = timedelta(days=1)


def coming_visits(
    viewer: Viewer,
    *,
    after: tuple[datetime, UUID] | None = None,
    patients: Collection[UUID] | None = None,
    limit: int | None = None,
    now: datetime,
) -> list[Appointment]:
    """Visits that have not begun and have a treatment, by time; those `after` a place in it.

    For the clinic itself only. Raises `NotAllowed`.
    """
    rows = _coming(viewer, now)
    if patients is not None:
        rows = rows.filter(patient__in=patients)
    if after is not None:
        start_at, pk = after
        rows = rows.filter(Q(start_at__gt=start_at) | Q(start_at=start_at, pk__gt=pk))
    parts = rows.select_related(
        "patient",
        "visit_type",
        "site",
        "course__procedural",
        "course__medication",
        "course__therapy",
    )
    return list(parts.order_by("start_at", "pk")[:limit])


def visits_here(viewer: Viewer, *, patients: Collection[UUID], now: datetime) -> list[Appointment]:
    """Visits with a treatment of those of these people who came in and were not begun with.

    For the clinic itself only. Raises `NotAllowed`.
    """
    if viewer is not THE_CLINIC:
        raise NotAllowed
    rows = Appointment.objects.filter(
        _ASKED, patient__in=patients, status__in=_HERE, status_at__gt=now - _A_DAY
    )
    parts = rows.select_related("patient", "visit_type", "site", "course")
    return list(parts.order_by("start_at", "pk"))


def count_coming(viewer: Viewer, *, now: datetime) -> int:
    """How many such visits there are. Raises `NotAllowed`."""
    return _coming(viewer, now).count()


def _coming(viewer: Viewer, now: datetime) -> AppointmentQuerySet:
    if viewer is not THE_CLINIC:
        raise NotAllowed
    rows: AppointmentQuerySet = Appointment.objects.filter(
        _ASKED, status__in=sorted(MOVABLE), start_at__gt=now
    )
    return rows
