"""Which times are free: computed from hours and reservations at every question, never stored.

The work is done by one SQL statement (`free_starts.sql` and one of its two endings), however many
clinicians and days are asked about.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from clinic.accounts.models import Viewer
from scheduling.domain.slots import Slot
from scheduling.domain.states import HOLDING
from scheduling.models import Resource, Site, VisitType
from scheduling.queries.statements import ask, slot_parameters

_HOLDING = sorted(status.value for status in HOLDING)


@dataclass(frozen=True)
class SlotSearch:
    """What is asked for: starts in `[earliest, latest)`, at these sites, by these clinicians.

    `clinicians=None` means anybody who may do it. With a `patient_id`, times at which that person
    has another visit are left out. A visit that is `moving` is not in its own way. `weekdays` (1 is
    Monday; none means any), `from_time` and `until_time` bound the start by the site's wall clock.
    Those nearest to an instant `near` come first, instead of the earliest.
    Visits begin as their type says, or `every` so many minutes if that is asked. With `using`, only
    starts at which the visit could take this very room or machine. `region`, where the visit is
    for, is for the clinical rules only.
    """

    visit_type: VisitType
    sites: Sequence[Site]
    earliest: datetime
    latest: datetime
    clinicians: Sequence[Resource] | None = None
    patient_id: UUID | None = None
    moving: UUID | None = None
    weekdays: Sequence[int] = ()
    from_time: time | None = None
    until_time: time | None = None
    near: datetime | None = None
    every: int | None = None
    using: Resource | None = None
    limit: int = 200
    region: str = ""

    def window(self, now: datetime) -> tuple[datetime, datetime]:
        """The starts that may be offered: notice and horizon narrow what was asked."""
        kind = self.visit_type
        return (
            max(self.earliest, now + timedelta(minutes=kind.notice_minutes)),
            min(self.latest, now + timedelta(days=kind.horizon_days)),
        )


def free_slots(viewer: Viewer, search: SlotSearch, *, now: datetime) -> list[Slot]:
    """The free slots, earliest (or nearest) first, at most `search.limit` of them.

    Minimum notice and booking horizon of the visit type narrow the window. A group that is not full
    is offered at its own start. Raises `NotAllowed`.
    """
    parameters = _offer_parameters(viewer, search, now)
    if parameters is None:
        return []
    return [
        Slot(start_at, end_at, site_id, clinician_id)
        for start_at, site_id, clinician_id, end_at in ask(viewer, "offered_starts.sql", parameters)
    ]


def free_slots_json(viewer: Viewer, search: SlotSearch, *, now: datetime) -> str:
    """What `free_slots` finds, as the text of a JSON list. Raises `NotAllowed`."""
    parameters = _offer_parameters(viewer, search, now)
    if parameters is None:
        return "[]"
    rows = ask(viewer, "offered_starts.sql", parameters, written_by="written_starts.sql")
    return str(rows[0][0])


def _offer_parameters(
    viewer: Viewer, search: SlotSearch, now: datetime
) -> dict[str, object] | None:
    """What is asked of PostgreSQL; None if nothing could be offered in that window."""
    earliest, latest = search.window(now)
    asked = slot_parameters(
        viewer, search.visit_type, search.sites, search.clinicians, earliest, latest, now
    )
    if earliest >= latest:
        return None
    return asked | {
        "patient": search.patient_id,
        "moving": search.moving,
        "holding": _HOLDING,
        "weekdays": list(search.weekdays) or None,
        "from_time": search.from_time,
        "until_time": search.until_time,
        "near": search.near,
        "every": search.every,
        "using": search.using.pk if search.using else None,
        "limit": search.limit,
        "minutes": search.visit_type.duration_minutes,
    }


def fitting_resources(
    viewer: Viewer,
    *,
    visit_type: VisitType,
    site: Site,
    start_at: datetime,
    clinician: Resource | None,
    using: Resource | None = None,
    moving: UUID | None = None,
    now: datetime,
) -> dict[int, list[int]] | None:
    """For each need (by id) the ids of resources to take for a visit at `start_at`.

    A visit that is `moving` may take its own place again, or part of it. The room or machine that
    it is `using` is among them.
    None if some need cannot be met, so the visit does not fit. Raises `NotAllowed`.
    """
    clinicians = [clinician] if clinician else None
    parameters = slot_parameters(viewer, visit_type, [site], clinicians, start_at, start_at, now)
    parameters |= {"start": start_at, "moving": moving}
    if using is not None:
        found = _choose(viewer, visit_type, parameters | {"using": using.pk})
        return found if found and any(using.pk in ids for ids in found.values()) else None
    # The plainest that nobody has then will mostly do; if they are closed or away, others might.
    likely = _choose(viewer, visit_type, parameters, among="likely_resources.sql")
    return likely or _choose(viewer, visit_type, parameters)


def _choose(
    viewer: Viewer, visit_type: VisitType, parameters: dict[str, Any], *, among: str = ""
) -> dict[int, list[int]] | None:
    fitting: dict[int, list[int]] = {need.pk: [] for need in visit_type.needs.all()}
    for need_id, resource_id in ask(viewer, "fitting_resources.sql", parameters, among=among):
        fitting[need_id].append(resource_id)
    counts = {need.pk: need.count for need in visit_type.needs.all()}
    complete = all(len(ids) >= counts[need] for need, ids in fitting.items())
    return {need: ids[: counts[need]] for need, ids in fitting.items()} if complete else None
