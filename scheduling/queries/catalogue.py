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
    known = sites(viewer)
    chosen = [site for site in known if site_id in (None, site.pk)]
    if not chosen:
        raise NotFound
    return chosen[0]


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
    chosen = [kind for kind in visit_types(viewer) if code in (None, kind.code)]
    if not chosen:
        raise NotFound
    return chosen[0]


def clinicians(viewer: Viewer, site: Site) -> list[Resource]:
    """The clinicians who see people at the site. Raises `NotAllowed`."""
    require(viewer, "scheduling.find_slots")
    return list(site.resources.filter(kind=ResourceKind.CLINICIAN, is_active=True))


def access_clinician(viewer: Viewer, site: Site, resource_id: int) -> Resource:
    """One clinician of the site. Raises `NotFound`, `NotAllowed`."""
    for person in clinicians(viewer, site):
        if person.pk == resource_id:
            return person
    raise NotFound
