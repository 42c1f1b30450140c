"""Coming visits that the clinical rules are asked about again."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from clinic.accounts.models import THE_CLINIC, Viewer
from clinic.shared.errors import NotAllowed
from scheduling.domain.states import MOVABLE
from scheduling.models import Appointment, AppointmentQuerySet


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


def count_coming(viewer: Viewer, *, now: datetime) -> int:
    """How many such visits there are. Raises `NotAllowed`."""
    return _coming(viewer, now).count()


def _coming(viewer: Viewer, now: datetime) -> AppointmentQuerySet:
    if viewer is not THE_CLINIC:
        raise NotAllowed
    asked = Q(course__isnull=False) | Q(visit_type__treatment__isnull=False)
    rows: AppointmentQuerySet = Appointment.objects.filter(
        asked, status__in=sorted(MOVABLE), start_at__gt=now
    )
    return rows
