"""Which rooms and machines could serve a visit as well as those it has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from scheduling.domain.slots import covers
from scheduling.models import Appointment, Reservation, Resource, ResourceKind, Site
from scheduling.queries.statements import ask, column_parameters


@dataclass(frozen=True)
class Equal:
    """A resource that could take another's place; `taken_by` is what has it at that time.

    `is_away` if it is closed or away for some of that time: then it cannot.
    """

    resource: Resource
    taken_by: list[Reservation]
    is_away: bool = False


@dataclass(frozen=True)
class Exchange:
    """A room or machine of a visit, and its equals."""

    resource: Resource
    equals: list[Equal]


def exchangeable(viewer: Viewer, appointment: Appointment, *, now: datetime) -> list[Exchange]:
    """Each room and machine of the visit with its equals at the site. Raises `NotAllowed`."""
    require(viewer, "scheduling.receive")
    places = list(
        appointment.places()
        .filter(is_active=True)
        .exclude(resource__kind=ResourceKind.CLINICIAN)
        .select_related("resource")
    )
    needs = {need.kind: need for need in appointment.visit_type.needs.all()}
    found = []
    for resource in {place.resource for place in places}:
        mine = [place.during for place in places if place.resource == resource]
        need = needs.get(resource.kind)
        equals = Resource.objects.filter(
            site=appointment.site_id, kind=resource.kind, is_active=True
        ).exclude(pk=resource.pk)
        if need and need.capability_id:
            equals = equals.filter(capabilities=need.capability_id)
        taken = _taken(list(equals), mine, now)
        away = away_then(viewer, appointment.site, list(equals), mine, now=now)
        rows = [Equal(o, taken.get(o.pk, []), is_away=o.pk in away) for o in equals]
        found.append(Exchange(resource, rows))
    shown = [r.appointment for e in found for equal in e.equals for r in equal.taken_by]
    record_read(viewer, "rooms", [visit.patient_id for visit in shown if visit], kind=ReadKind.LIST)
    return sorted(found, key=lambda exchange: exchange.resource.name)


def away_then(
    viewer: Viewer,
    site: Site,
    resources: Sequence[Resource],
    stretches: Sequence[Any],
    *,
    now: datetime,
) -> set[int]:
    """Those (by id) that are not open for all of these stretches, as booking sees it: their own
    hours, leave, the site's hours and holidays. Raises `NotAllowed`.
    """
    if not resources or not stretches:
        return set()
    begin, end = min(s.lower for s in stretches), max(s.upper for s in stretches)
    parameters = column_parameters(viewer, site, resources, begin, end, now)
    opened = dict(ask(viewer, "open_ranges.sql", parameters))
    return {
        resource.pk
        for resource in resources
        if not all(covers(opened.get(resource.pk) or [], stretch) for stretch in stretches)
    }


def _taken(
    resources: list[Resource], stretches: list[object], now: datetime
) -> dict[int, list[Reservation]]:
    overlaps = Q()
    for during in stretches:
        overlaps |= Q(during__overlap=during)
    alive = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    rows = Reservation.objects.filter(overlaps, alive, resource__in=resources, is_active=True)
    taken: dict[int, list[Reservation]] = {}
    for row in rows.select_related("appointment__patient", "appointment__visit_type"):
        taken.setdefault(row.resource_id, []).append(row)
    return taken
