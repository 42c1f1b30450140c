"""What the clinic consists of, for whoever sets it up: also what is out of use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db.models import Count, Model, Q, QuerySet

from clinic.accounts.guards import require
from clinic.accounts.models import User, Viewer
from clinic.accounts.roles import Role, is_granted
from clinic.shared.errors import NotFound
from clinic.shared.paging import Pager
from scheduling.domain.week import Stretch
from scheduling.models import (
    Capability,
    Holiday,
    Resource,
    ResourceKind,
    Site,
    TimeOff,
    VisitType,
    WorkingHours,
)

T = TypeVar("T")

M = TypeVar("M", bound=Model)

PERMISSION = "scheduling.manage_setup"
# Whoever works with the calendar may look at what it consists of.
LOOK = "scheduling.find_slots"
OWN = "scheduling.manage_own_hours"


@dataclass(frozen=True)
class Week:
    """The weekly hours that count from one day through another (None: for good)."""

    from_date: date
    until_date: date | None
    stretches: list[Stretch]
    is_current: bool = False


def sites(viewer: Viewer) -> list[Site]:
    """Every site, with how much is in use there. Raises `NotAllowed`."""
    require(viewer, PERMISSION)
    active = Q(resources__is_active=True)
    return list(
        Site.objects.select_related("team").annotate(
            clinicians=Count("resources", active & Q(resources__kind=ResourceKind.CLINICIAN)),
            rooms=Count("resources", active & Q(resources__kind=ResourceKind.ROOM)),
            machines=Count("resources", active & Q(resources__kind=ResourceKind.EQUIPMENT)),
        )
    )


def access_site(viewer: Viewer, site_id: int) -> Site:
    """One of them. Raises `NotFound`, `NotAllowed`."""
    require(viewer, PERMISSION)
    return _found(Site.objects.select_related("team").filter(pk=site_id).first())


def resources(
    viewer: Viewer, *, site: Site | None = None, kind: str = "", page: Pager = list
) -> list[Resource]:
    """Clinicians, rooms and machines with what they can do. Raises `NotAllowed`.

    Whoever works with them sees those of their sites, managers all.
    """
    found = _of_sites_of(viewer, Resource.objects.select_related("site", "user"))
    found = found.prefetch_related("capabilities")
    if site is not None:
        found = found.filter(site=site)
    if kind:
        found = found.filter(kind=kind)
    return page(found)


def access_resource(viewer: Viewer, resource_id: int) -> Resource:
    """One of them, for managers; a clinician finds only their own. Raises `NotFound`."""
    rows = Resource.objects.select_related("site", "user").prefetch_related("capabilities")
    if not viewer.has_perm(PERMISSION):
        user = require(viewer, OWN)
        rows = rows.filter(user=user)
    return _found(rows.filter(pk=resource_id).first())


def known_resource(viewer: Viewer, resource_id: int) -> Resource:
    """One to look at, at one of the viewer's sites. Raises `NotFound`, `NotAllowed`."""
    rows = _of_sites_of(viewer, Resource.objects.select_related("site", "user"))
    return _found(rows.prefetch_related("capabilities").filter(pk=resource_id).first())


def own_resource(viewer: Viewer) -> Resource | None:
    """The viewer's own calendar, if they have one. Raises `NotAllowed`."""
    user = require(viewer, OWN)
    return Resource.objects.select_related("site").filter(user=user).first()


def capabilities(viewer: Viewer, page: Pager = list) -> list[Capability]:
    """What resources can do, with how often each is had and needed. Raises `NotAllowed`."""
    require(viewer, PERMISSION)
    return page(
        Capability.objects.annotate(
            had=Count("resources", distinct=True), needed=Count("needs", distinct=True)
        )
    )


def access_capability(viewer: Viewer, capability_id: int) -> Capability:
    """One of them. Raises `NotFound`, `NotAllowed`."""
    require(viewer, PERMISSION)
    return _found(Capability.objects.filter(pk=capability_id).first())


def possible_sign_ins(viewer: Viewer, resource: Resource | None = None) -> list[User]:
    """Who treats people and has no calendar yet, and whoever has this one. Raises `NotAllowed`."""
    require(viewer, PERMISSION)
    treating = [role for role in Role if is_granted(role, "scheduling.treat")]
    free = Q(resource__isnull=True)
    if resource is not None:
        free |= Q(resource=resource)
    users = User.objects.filter(free, role__in=treating, is_active=True)
    return list(users.order_by("name", "id"))


def visit_types(viewer: Viewer, page: Pager = list) -> list[VisitType]:
    """Everything that can or could be booked, with its needs. Raises `NotAllowed`."""
    require(viewer, PERMISSION)
    return page(VisitType.objects.prefetch_related("needs__capability", "needs__parts"))


def access_visit_type(viewer: Viewer, code: str) -> VisitType:
    """One of them. Raises `NotFound`, `NotAllowed`."""
    require(viewer, PERMISSION)
    found = VisitType.objects.prefetch_related("needs__capability", "needs__parts")
    return _found(found.filter(code=code).first())


def known_visit_type(viewer: Viewer, code: str) -> VisitType:
    """One to look at: what is offered, for managers also what is not any more.

    Raises `NotFound`, `NotAllowed`.
    """
    user = require(viewer, "scheduling.find_slots")
    found = VisitType.objects.prefetch_related("needs__capability", "needs__parts")
    if not user.has_perm(PERMISSION):
        found = found.filter(is_active=True)
    return _found(found.filter(code=code).first())


def shortages(viewer: Viewer, visit_type: VisitType) -> list[str]:
    """Why this could never be booked, in sentences; none if some site has all it needs.

    Raises `NotAllowed`.
    """
    require(viewer, PERMISSION)
    needs = list(visit_type.needs.select_related("capability"))
    able: dict[int, set[int]] = {}
    for need in needs:
        rows = Resource.objects.filter(kind=need.kind, is_active=True)
        if need.capability is not None:
            rows = rows.filter(capabilities=need.capability)
        counted = rows.values("site").annotate(n=Count("pk", distinct=True)).order_by()
        able[need.pk] = {row["site"] for row in counted if row["n"] >= need.count}
    missing = [f"No site has {need} in use." for need in needs if not able[need.pk]]
    if not missing and needs and not set.intersection(*able.values()):
        missing = ["Each thing it needs is somewhere, but no site has all of them."]
    return missing


def weeks(viewer: Viewer, site: Site, resource: Resource | None, *, today: date) -> list[Week]:
    """The weekly hours from today on, in order: those of now first, then those entered ahead.

    Without any row the list is empty: a clinician is never there, a room follows its site. Rows
    that overlap in time are shown apart. Raises `NotAllowed`.
    """
    _require_hours(viewer, resource)
    rows = WorkingHours.objects.filter(site=site, resource=resource)
    rows = rows.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=today))
    edges = {today} | {row.valid_from for row in rows if row.valid_from and row.valid_from > today}
    edges |= {row.valid_until + timedelta(days=1) for row in rows if row.valid_until}
    ordered = sorted(edges)
    found: list[Week] = []
    for begin, following in zip(ordered, [*ordered[1:], None], strict=True):
        end = following - timedelta(days=1) if following else None
        stretches = sorted(
            Stretch(row.weekday, row.opens, row.closes)
            for row in rows
            if (row.valid_from is None or row.valid_from <= begin)
            and (row.valid_until is None or row.valid_until >= begin)
        )
        found.append(Week(begin, end, stretches, begin == today))
    return found if rows else []


def has_hours(viewer: Viewer, resource: Resource) -> bool:
    """Whether the resource has hours of its own, now or at any time. Raises `NotAllowed`."""
    _require_hours(viewer, resource)
    return WorkingHours.objects.filter(resource=resource).exists()


def working_hours(
    viewer: Viewer, site: Site, resource: Resource | None, page: Pager
) -> list[WorkingHours]:
    """The rows as they are. Raises `NotAllowed`."""
    _require_hours(viewer, resource)
    return page(WorkingHours.objects.filter(site=site, resource=resource))


def time_off(
    viewer: Viewer, site: Site, resource: Resource | None, *, now: datetime, page: Pager = list
) -> list[TimeOff]:
    """Leave of the resource (or closures of the site) that is not over. Raises `NotAllowed`."""
    _require_hours(viewer, resource)
    rows = TimeOff.objects.select_related("site", "resource")
    rows = rows.filter(site=site, resource=resource, during__endswith__gt=now)
    return page(rows.order_by("during", "pk"))


def access_time_off(viewer: Viewer, time_off_id: int) -> TimeOff:
    """One row, for managers; a clinician finds only their own. Raises `NotFound`, `NotAllowed`."""
    rows = TimeOff.objects.select_related("site", "resource")
    if not viewer.has_perm(PERMISSION):
        rows = rows.filter(resource__user=require(viewer, OWN))
    return _found(rows.filter(pk=time_off_id).first())


def holidays(
    viewer: Viewer, site: Site | None, *, year: int | None = None, page: Pager = list
) -> list[Holiday]:
    """Special days of the viewer's sites, in order; for managers of all. Raises `NotAllowed`."""
    rows = _of_sites_of(viewer, Holiday.objects.select_related("site"))
    if site is not None:
        rows = rows.filter(site=site)
    if year is not None:
        rows = rows.filter(local_date__year=year)
    return page(rows)


def access_holiday(viewer: Viewer, holiday_id: int) -> Holiday:
    """One of them. Raises `NotFound`, `NotAllowed`."""
    require(viewer, PERMISSION)
    return _found(Holiday.objects.select_related("site").filter(pk=holiday_id).first())


def known_holiday(viewer: Viewer, holiday_id: int) -> Holiday:
    """One to look at, of one of the viewer's sites. Raises `NotFound`, `NotAllowed`."""
    rows = _of_sites_of(viewer, Holiday.objects.select_related("site"))
    return _found(rows.filter(pk=holiday_id).first())


def known_site(viewer: Viewer, site_id: int) -> Site:
    """A site whose things the viewer may look at. Raises `NotFound`, `NotAllowed`."""
    user = require(viewer, LOOK)
    rows = Site.objects.all() if user.has_perm(PERMISSION) else Site.objects.open_to(user)
    return _found(rows.filter(pk=site_id).first())


def _of_sites_of(viewer: Viewer, rows: QuerySet[M]) -> QuerySet[M]:
    user = require(viewer, LOOK)
    return rows if user.has_perm(PERMISSION) else rows.filter(site__in=Site.objects.open_to(user))


def _require_hours(viewer: Viewer, resource: Resource | None) -> None:
    if viewer.has_perm(PERMISSION):
        return
    user = require(viewer, OWN)
    if resource is None or resource.user_id != user.pk:
        raise NotFound


def _found(row: T | None) -> T:
    if row is None:
        raise NotFound
    return row


def chosen_capabilities(viewer: Viewer, ids: Sequence[int]) -> list[Capability]:
    """Those with these ids. Raises `NotFound` if one does not exist, `NotAllowed`."""
    require(viewer, PERMISSION)
    found = list(Capability.objects.filter(pk__in=ids))
    if len(found) < len(set(ids)):
        raise NotFound
    return found


def bookable_sites(viewer: Viewer, page: Pager) -> list[Site]:
    """The sites where the viewer works, or all for whoever runs them. Raises `NotAllowed`."""
    user = require(viewer, "scheduling.find_slots")
    return page(Site.objects.open_to(user))


def bookable_visit_types(viewer: Viewer, page: Pager) -> list[VisitType]:
    """What can be booked, with its needs. Raises `NotAllowed`."""
    require(viewer, "scheduling.find_slots")
    kinds = VisitType.objects.filter(is_active=True)
    return page(kinds.prefetch_related("needs__capability", "needs__parts"))
