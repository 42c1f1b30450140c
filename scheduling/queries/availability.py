"""Which times are free: computed from hours and reservations at every question, never stored.

The work is done by one SQL statement (`free_starts.sql` and one of its two endings), however many
clinicians and days are asked about.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.shared.prepared import prepared_cursor
from scheduling.domain.local_time import wall_instant_sql
from scheduling.domain.slots import Slot
from scheduling.domain.states import HOLDING
from scheduling.models import Resource, Site, VisitType

_HOLDING = sorted(status.value for status in HOLDING)


@dataclass(frozen=True)
class SlotSearch:
    """What is asked for: starts in `[earliest, latest)`, at these sites, by these clinicians.

    `clinicians=None` means anybody who may do it. With a `patient_id`, times at which that person
    has another visit are left out. A visit that is `moving` is not in its own way.
    """

    visit_type: VisitType
    sites: Sequence[Site]
    earliest: datetime
    latest: datetime
    clinicians: Sequence[Resource] | None = None
    patient_id: UUID | None = None
    moving: UUID | None = None
    limit: int = 200


def free_slots(viewer: Viewer, search: SlotSearch, *, now: datetime) -> list[Slot]:
    """The free slots, earliest first, at most `search.limit` of them.

    Minimum notice and booking horizon of the visit type narrow the window. Raises `NotAllowed`.
    """
    require(viewer, "scheduling.find_slots")
    kind = search.visit_type
    earliest = max(search.earliest, now + timedelta(minutes=kind.notice_minutes))
    latest = min(search.latest, now + timedelta(days=kind.horizon_days))
    if earliest >= latest:
        return []
    parameters = _parameters(kind, search.sites, search.clinicians, earliest, latest, now) | {
        "patient": search.patient_id,
        "moving": search.moving,
        "holding": _HOLDING,
        "limit": search.limit,
    }
    length = timedelta(minutes=kind.duration_minutes)
    return [
        Slot(start_at, start_at + length, site_id, clinician_id)
        for start_at, site_id, clinician_id in _rows("offered_starts.sql", parameters)
    ]


def fitting_resources(
    viewer: Viewer,
    *,
    visit_type: VisitType,
    site: Site,
    start_at: datetime,
    clinician: Resource | None,
    moving: UUID | None = None,
    now: datetime,
) -> dict[int, list[int]] | None:
    """For each need (by id) the ids of resources to take for a visit at `start_at`.

    A visit that is `moving` may take its own place again, or part of it.
    None if some need cannot be met, so the visit does not fit. Raises `NotAllowed`.
    """
    require(viewer, "scheduling.find_slots")
    clinicians = [clinician] if clinician else None
    parameters = _parameters(visit_type, [site], clinicians, start_at, start_at, now)
    fitting: dict[int, list[int]] = {need.pk: [] for need in visit_type.needs.all()}
    counts: dict[int, int] = {}
    for need_id, count, resource_id in _rows(
        "fitting_resources.sql", parameters | {"start": start_at, "moving": moving}
    ):
        fitting[need_id].append(resource_id)
        counts[need_id] = count
    chosen = {need: ids[: counts.get(need, 1)] for need, ids in fitting.items()}
    complete = all(len(ids) == counts.get(need) for need, ids in chosen.items())
    return chosen if complete else None


def _parameters(
    visit_type: VisitType,
    sites: Iterable[Site],
    clinicians: Sequence[Resource] | None,
    earliest: datetime,
    latest: datetime,
    now: datetime,
) -> dict[str, Any]:
    return {
        "visit_type": visit_type.pk,
        "sites": [site.pk for site in sites],
        "clinicians": None if clinicians is None else [person.pk for person in clinicians],
        "earliest": earliest,
        "latest": latest,
        "now": now,
    }


def _rows(ending: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with prepared_cursor() as cursor:
        cursor.execute(_statement(ending), parameters)
        return cursor.fetchall()


@cache
def _statement(ending: str) -> str:
    folder = Path(__file__).parent
    text = (folder / "free_starts.sql").read_text() + (folder / ending).read_text()
    return text.format(
        opens=wall_instant_sql("d.day", "h.opens", "d.time_zone"),
        closes=wall_instant_sql("d.day", "h.closes", "d.time_zone"),
    )
