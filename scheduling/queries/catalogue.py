"""What can be booked, where and with whom."""

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.shared.errors import NotFound
from scheduling.models import Resource, ResourceKind, Site, VisitType


def sites(viewer: Viewer) -> list[Site]:
    """The sites where the viewer works, or all for whoever runs them. Raises `NotAllowed`."""
    user = require(viewer, "scheduling.find_slots")
    return list(Site.objects.open_to(user))


def access_site(viewer: Viewer, site_id: int | None) -> Site:
    """The site, or the first one if none is named. Raises `NotFound`, `NotAllowed`."""
    user = require(viewer, "scheduling.find_slots")
    known = Site.objects.open_to(user)
    site: Site | None = (known if site_id is None else known.filter(pk=site_id)).first()
    if site is None:
        raise NotFound
    return site


def visit_types(viewer: Viewer) -> list[VisitType]:
    """What can be booked, with its needs, most usual first. Raises `NotAllowed`."""
    require(viewer, "scheduling.find_slots")
    return list(VisitType.objects.filter(is_active=True).prefetch_related("needs__capability"))


def visit_type_names(viewer: Viewer) -> list[tuple[str, str]]:
    """The code and name of each thing that can be booked. Raises `NotAllowed`."""
    require(viewer, "scheduling.find_slots")
    return list(VisitType.objects.filter(is_active=True).values_list("code", "name"))


def access_visit_type(viewer: Viewer, code: str | None) -> VisitType:
    """The kind of visit, or the most usual one. Raises `NotFound`, `NotAllowed`."""
    require(viewer, "scheduling.find_slots")
    known = VisitType.objects.filter(is_active=True)
    kind = (known if code is None else known.filter(code=code)).first()
    if kind is None:
        raise NotFound
    return kind


def clinicians(viewer: Viewer, site: Site) -> list[Resource]:
    """The clinicians who see people at the site. Raises `NotAllowed`."""
    require(viewer, "scheduling.find_slots")
    return list(site.resources.filter(kind=ResourceKind.CLINICIAN, is_active=True))


def access_resource(viewer: Viewer, site: Site, resource_id: int) -> Resource:
    """Any clinician, room or machine of the site. Raises `NotFound`, `NotAllowed`."""
    require(viewer, "scheduling.view_board")
    found = site.resources.filter(pk=resource_id, is_active=True).first()
    if found is None:
        raise NotFound
    return found


def access_clinician(viewer: Viewer, site: Site, resource_id: int) -> Resource:
    """One clinician of the site. Raises `NotFound`, `NotAllowed`."""
    require(viewer, "scheduling.find_slots")
    known = site.resources.filter(kind=ResourceKind.CLINICIAN, is_active=True)
    person = known.filter(pk=resource_id).first()
    if person is None:
        raise NotFound
    return person
