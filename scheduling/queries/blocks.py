"""Blocked time, and whose time the viewer may block."""

from datetime import date, datetime

from django.db.models import Q, QuerySet

from clinic.accounts.guards import require
from clinic.accounts.models import User, Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from scheduling.domain.local_time import day_bounds
from scheduling.models import Appointment, Reservation, ReservationKind, Resource, Site
from scheduling.models.resource import ResourceKind


def own_resource(viewer: Viewer) -> Resource | None:
    """The calendar of the viewer's own, if they have one. Raises `NotAllowed`."""
    user = require(viewer, "scheduling.block_time")
    return Resource.objects.select_related("site").filter(user=user, is_active=True).first()


def access_own_resource(viewer: Viewer) -> Resource:
    """The calendar of the viewer's own. Raises `NotFound` if they have none, `NotAllowed`."""
    resource = own_resource(viewer)
    if resource is None:
        raise NotFound("Your sign-in has no calendar yet. A manager can link them.")
    return resource


def access_clinician_to_block(viewer: Viewer, resource_id: int) -> Resource:
    """A clinician whose time the viewer may block. Raises `NotFound`, `NotAllowed`."""
    found = within_reach(viewer).filter(kind=ResourceKind.CLINICIAN, is_active=True)
    resource = found.select_related("site").filter(pk=resource_id).first()
    if resource is None:
        raise NotFound
    return resource


def clinicians_to_block(viewer: Viewer, site: Site) -> list[Resource]:
    """The clinicians of a site whose time the viewer may block: their own, or everybody's.

    Raises `NotAllowed`.
    """
    user = require(viewer, "scheduling.block_time")
    found = site.resources.filter(kind=ResourceKind.CLINICIAN, is_active=True)
    everybody = user.has_perm("scheduling.block_for_others")
    return list(found if everybody else found.filter(user=user))


def blocks(
    viewer: Viewer, site: Site, day: date, *, resource: Resource | None = None
) -> list[Reservation]:
    """The blocked times of a local day, of everybody or of one. Raises `NotAllowed`."""
    user = require(viewer, "scheduling.block_time")
    begin, end = day_bounds(day, site.zone)
    rows = _blocks(user).filter(resource__site=site)
    rows = rows.filter(during__overlap=(begin, end))
    if resource:
        rows = rows.filter(resource=resource)
    return list(rows.order_by("during", "resource"))


def access_block(viewer: Viewer, block_id: int) -> Reservation:
    """A blocked time at one of the viewer's sites. Raises `NotFound`, `NotAllowed`."""
    user = require(viewer, "scheduling.block_time")
    return _found(_blocks(user), block_id)


def access_block_to_remove(viewer: Viewer, block_id: int) -> Reservation:
    """A blocked time that the viewer may take back. Raises `NotFound`, `NotAllowed`."""
    user = require(viewer, "scheduling.block_time")
    found = _blocks(user)
    if not user.has_perm("scheduling.block_for_others"):
        found = found.filter(resource__user=user)
    return _found(found, block_id)


def _found(rows: QuerySet[Reservation], block_id: int) -> Reservation:
    block = rows.filter(pk=block_id).first()
    if block is None:
        raise NotFound
    return block


def visits_between(
    viewer: Viewer, resource: Resource, begin: datetime, end: datetime
) -> list[Appointment]:
    """The visits that take this clinician up then, in order of time. Raises `NotAllowed`."""
    require(viewer, "scheduling.block_time")
    taken = Reservation.objects.filter(
        resource=resource, is_active=True, during__overlap=(begin, end)
    )
    own = Q(reservations__in=taken) | Q(seat__session__reservations__in=taken)
    visits = Appointment.objects.holding().filter(own).order_by("start_at", "id").distinct()
    rows = list(visits.select_related("patient", "visit_type", "site"))
    record_read(viewer, "visits in the way", [v.patient_id for v in rows], kind=ReadKind.LIST)
    return rows


def within_reach(viewer: Viewer) -> QuerySet[Resource]:
    """Whose day the viewer may change: everybody's at their sites, if they see the board, else
    their own. Raises `NotAllowed`.
    """
    user = require(viewer, "scheduling.block_time")
    if user.has_perm("scheduling.view_board"):
        return Resource.objects.filter(site__in=Site.objects.open_to(user))
    return Resource.objects.filter(user=user)


def _blocks(user: User) -> QuerySet[Reservation]:
    rows = Reservation.objects.filter(kind=ReservationKind.BLOCK, is_active=True)
    return rows.filter(resource__in=within_reach(user)).select_related("resource__site")
