"""Everything that stands in the way of a wish, all at once: what, who and when."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from scheduling.models import (
    Reservation,
    Resource,
    ResourceNeed,
    Site,
    VisitType,
)
from scheduling.models.visit_type import Span
from scheduling.queries.statements import ask, slot_parameters


@dataclass(frozen=True)
class Obstacle:
    """One thing in the way. `kind` is a reservation's, or "closed"; `who` is the person it is for.

    `start_at` and `end_at` are when it takes the resource.
    """

    resource: Resource
    kind: str
    start_at: datetime
    end_at: datetime
    who: str = ""
    what: str = ""


@dataclass
class Wish:
    """A visit somebody wants although it does not fit: the least disturbing choice of resources.

    `chosen` has the resources for each need; `obstacles` is what they are taken by. `missing` names
    needs that nothing here can fill: those no reason overcomes. `considered` are all resources that
    could have been chosen.
    """

    chosen: dict[int, list[int]] = field(default_factory=dict)
    obstacles: list[Obstacle] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    considered: set[int] = field(default_factory=set)


def conflicts(
    viewer: Viewer,
    *,
    visit_type: VisitType,
    site: Site,
    start_at: datetime,
    end_at: datetime,
    clinician: Resource | None,
    now: datetime,
) -> Wish:
    """What a visit at this time would be booked over, if it must be. Raises `NotAllowed`.

    For each need the resources with the fewest obstacles are chosen, and the named clinician.
    """
    require(viewer, "scheduling.overbook")
    needs = list(visit_type.needs.select_related("capability").prefetch_related("parts"))
    candidates = {need.pk: list(_candidates(need, site, clinician)) for need in needs}
    everything = {resource for group in candidates.values() for resource in group}
    taken = _taken(everything, start_at, end_at, needs, now)
    parameters = slot_parameters(viewer, visit_type, [site], None, start_at, end_at, now)
    opened = dict(ask(viewer, "open_ranges.sql", parameters))
    wish = Wish(considered={resource.pk for resource in everything})
    for need in needs:
        spans = need.spans(start_at, end_at)
        weighed = [
            (_obstacles(resource, spans, taken, opened), resource)
            for resource in candidates[need.pk]
        ]
        best = sorted(weighed, key=lambda pair: (len(pair[0]), pair[1].pk))[: need.count]
        if len(best) < need.count:
            wish.missing.append(need.what)
        wish.chosen[need.pk] = [resource.pk for _, resource in best]
        wish.obstacles += [obstacle for found, _ in best for obstacle in found]
    _note_shown(viewer, wish, taken)
    return wish


def _candidates(need: ResourceNeed, site: Site, clinician: Resource | None) -> QuerySet[Resource]:
    found = Resource.objects.filter(site=site, kind=need.kind, is_active=True)
    if need.capability_id is not None:
        found = found.filter(capabilities=need.capability_id)
    if clinician is not None and clinician.kind == need.kind:
        found = found.filter(pk=clinician.pk)
    return found


def _taken(
    resources: set[Resource],
    start_at: datetime,
    end_at: datetime,
    needs: Sequence[ResourceNeed],
    now: datetime,
) -> list[Reservation]:
    spans = [span for need in needs for span in need.spans(start_at, end_at)]
    begin = min((span.begin for span in spans), default=start_at)
    end = max((span.end for span in spans), default=end_at)
    return list(
        Reservation.objects.filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=now),
            resource__in=resources,
            is_active=True,
            during__overlap=(begin, end),
        ).select_related(
            *("appointment__patient", "appointment__visit_type"),
            *("hold__patient", "hold__visit_type", "group__visit_type"),
        )
    )


def _obstacles(
    resource: Resource,
    spans: Sequence[Span],
    taken: Sequence[Reservation],
    opened: dict[int, list[object]],
) -> list[Obstacle]:
    found = [
        _obstacle(resource, row)
        for row in taken
        if row.resource_id == resource.pk
        and any(row.during.lower < span.end and span.begin < row.during.upper for span in spans)
    ]
    ranges = opened.get(resource.pk) or []
    closed = [span for span in spans if not any(_covers(r, span) for r in ranges)]
    found += [Obstacle(resource, "closed", span.begin, span.end) for span in closed]
    return found


def _covers(open_range: object, span: Span) -> bool:
    lower, upper = open_range.lower, open_range.upper  # type: ignore[attr-defined]
    return bool(lower <= span.begin and span.end <= upper)


def _obstacle(resource: Resource, row: Reservation) -> Obstacle:
    who, what = "", row.note
    if row.appointment is not None:
        who, what = row.appointment.patient.name, row.appointment.visit_type.name
    elif row.hold is not None:
        who, what = row.hold.patient.name, row.hold.visit_type.name
    elif row.group is not None:
        what = row.group.visit_type.name
    return Obstacle(resource, row.kind, row.during.lower, row.during.upper, who, what)


def _note_shown(viewer: Viewer, wish: Wish, taken: Sequence[Reservation]) -> None:
    chosen = {pk for ids in wish.chosen.values() for pk in ids}
    people = [row.appointment or row.hold for row in taken if row.resource_id in chosen]
    record_read(
        viewer, "what is in the way", [p.patient_id for p in people if p], kind=ReadKind.LIST
    )
