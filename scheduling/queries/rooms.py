"""Which rooms and machines could serve a visit as well as those it has."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from scheduling.models import Appointment, Reservation, Resource, ResourceKind


@dataclass(frozen=True)
class Equal:
    """A resource that could take another's place; `taken_by` is what has it at that time."""

    resource: Resource
    taken_by: list[Reservation]


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
        found.append(
            Exchange(resource, [Equal(other, taken.get(other.pk, [])) for other in equals])
        )
    shown = [r.appointment for e in found for equal in e.equals for r in equal.taken_by]
    record_read(viewer, "rooms", [visit.patient_id for visit in shown if visit], kind=ReadKind.LIST)
    return sorted(found, key=lambda exchange: exchange.resource.name)


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
