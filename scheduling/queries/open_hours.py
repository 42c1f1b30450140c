"""Questions about open hours that are not about one kind of visit: who is stranded, what is used.

They are endings of `free_starts.sql` as well: hours, leave and holidays are read in one way.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Max, Min

from clinic.accounts.models import THE_CLINIC, Viewer
from clinic.shared.errors import NotAllowed
from clinic.shared.prepared import all_rows
from scheduling.domain.states import NOT_BEGUN
from scheduling.models import Hold, HoldStatus, Site
from scheduling.queries.statements import ask

MAY_ASK = (
    "scheduling.manage_setup",
    "scheduling.manage_own_hours",
    "scheduling.view_reports",
    "scheduling.view_board",
)


_LAST = """
SELECT max(end_at) FROM scheduling_appointment
 WHERE site_id = ANY(%(sites)s) AND status = ANY(%(coming)s) AND end_at > %(now)s
"""
_REACH_OF = """
SELECT min(start_at), max(end_at) FROM scheduling_appointment
 WHERE id = ANY(%(visits)s::uuid[]) AND status = ANY(%(coming)s) AND end_at > %(now)s
"""
# A visit may have begun by the clock and its buffers reach beyond it, by hours at most.
_DAY = timedelta(days=1)


class Fault(NamedTuple):
    """What is wrong with a visit's place: this resource is away then, or cannot do it any more."""

    appointment_id: UUID
    resource_id: int
    is_away: bool
    is_unable: bool


def faults(viewer: Viewer, sites: Iterable[Site], *, now: datetime) -> list[Fault]:
    """Every coming visit at these sites whose place no longer stands. Raises `NotAllowed`."""
    sites = list(sites)
    coming = sorted(status.value for status in NOT_BEGUN)
    asked = {"sites": [site.pk for site in sites], "coming": coming, "now": now}
    [(last,)] = all_rows(_LAST, asked)
    if last is None:
        return []
    parameters = {"coming": coming}
    reach = (now - _DAY, last + _DAY)
    rows = ask_about_hours(viewer, "stranded.sql", sites, *reach, now, parameters)
    return [Fault(*row) for row in rows]


def faults_of(
    viewer: Viewer, visits: Collection[UUID], sites: Iterable[Site], *, now: datetime
) -> list[Fault]:
    """The same of these visits only: however full the calendar is, nothing else is looked at."""
    coming = sorted(status.value for status in NOT_BEGUN)
    told: dict[str, Any] = {"visits": list(visits), "coming": coming}
    if not visits:
        return []
    [(first, last)] = all_rows(_REACH_OF, told | {"now": now})
    if last is None:
        return []
    reach = (first - _DAY, last + _DAY)
    rows = ask_about_hours(
        viewer,
        "stranded.sql",
        sites,
        *reach,
        now,
        told,
        among="resources_of_visits.sql",
        only="a.id = ANY(%(visits)s::uuid[])",
    )
    return [Fault(*row) for row in rows]


def fallen_holds(viewer: Viewer, sites: Iterable[Site], *, now: datetime) -> set[UUID]:
    """Times that are held at these sites although their places no longer stand.

    They are not booked any more (`scheduling.queries.standing`). Raises `NotAllowed`.
    """
    sites = list(sites)
    alive = Hold.objects.filter(site__in=sites, status=HoldStatus.HELD, expires_at__gt=now)
    reach = alive.aggregate(first=Min("start_at"), last=Max("end_at"))
    if reach["first"] is None:
        return set()
    begin, end = reach["first"] - _DAY, reach["last"] + _DAY
    rows = ask_about_hours(viewer, "stranded_holds.sql", sites, begin, end, now, {})
    return {pk for (pk,) in rows}


def ask_about_hours(
    viewer: Viewer,
    ending: str,
    sites: Iterable[Site],
    earliest: datetime,
    latest: datetime,
    now: datetime,
    more: dict[str, Any],
    **narrowed: str,
) -> list[tuple[Any, ...]]:
    """The rows that this ending answers with, about all resources of the sites.

    `narrowed` is what `ask` narrows it down by. Raises `NotAllowed`.
    """
    if viewer is not THE_CLINIC and not any(viewer.has_perm(name) for name in MAY_ASK):
        raise NotAllowed
    parameters = {
        "columns": None,
        "visit_type": None,
        "clinicians": None,
        "moving": None,
        "sites": [site.pk for site in sites],
        "earliest": earliest,
        "latest": latest,
        "now": now,
        **more,
    }
    return ask(THE_CLINIC, ending, parameters, **narrowed)
