"""What can be booked, where and with whom."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db.models import Q

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.shared.errors import NotFound
from clinic.shared.prepared import columns, first_row, split
from scheduling.models import Resource, ResourceKind, ResourceNeed, Site, VisitType


def sites(viewer: Viewer) -> list[Site]:
    """The sites where the viewer works, or all for whoever runs them, those in use first.

    Those out of use are there to be looked at: nothing is booked there. Raises `NotAllowed`.
    """
    user = require(viewer, "scheduling.find_slots")
    return list(Site.objects.open_to(user).order_by("-is_active", "id"))


def access_site(viewer: Viewer, site_id: int | None) -> Site:
    """The site, or the first one if none is named. Raises `NotFound`, `NotAllowed`."""
    user = require(viewer, "scheduling.find_slots")
    known = Site.objects.open_to(user).order_by("-is_active", "id")
    site: Site | None = (known if site_id is None else known.filter(pk=site_id)).first()
    if site is None:
        raise NotFound
    return site


def visit_types(viewer: Viewer, *, using: Resource | None = None) -> list[VisitType]:
    """What can be booked, with its needs, most usual first. Raises `NotAllowed`.

    With `using`, only what this clinician, room or machine is able to serve.
    """
    require(viewer, "scheduling.find_slots")
    kinds = VisitType.objects.filter(is_active=True)
    if using is not None:
        able = Q(capability=None) | Q(capability__resources=using)
        needs = ResourceNeed.objects.filter(able, kind=using.kind)
        kinds = kinds.filter(pk__in=needs.values("visit_type"))
    return list(kinds.prefetch_related("needs__capability"))


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


def access_usable(viewer: Viewer, site: Site, resource_id: int) -> Resource:
    """A room or machine of the site that a visit can be booked into.

    Raises `NotFound`, also for a clinician, and `NotAllowed`.
    """
    found = access_resource(viewer, site, resource_id)
    if found.kind == ResourceKind.CLINICIAN:
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


@dataclass(frozen=True)
class Wanted:
    """Where, what and by whom; `clinician=None` is anybody who may do it."""

    site: Site
    visit_type: VisitType
    clinician: Resource | None


def access_wanted(viewer: Viewer, *, site: int, visit_type: str, clinician: int | None) -> Wanted:
    """What `access_site`, `access_visit_type` and `access_clinician` give, in one question.

    Raises `NotFound` if there is no such thing for the viewer, `NotAllowed`.
    """
    user = require(viewer, "scheduling.find_slots")
    told = {
        "site": site,
        "visit_type": visit_type,
        "clinician": clinician,
        "user": user.pk,
        "sees_all": user.has_perm("scheduling.see_all_sites"),
    }
    row = first_row(_wanted_statement(), told)
    if row is None:
        raise NotFound
    return Wanted(*split(row, Site, VisitType, Resource))


@cache
def _wanted_statement() -> str:
    text = Path(__file__).with_name("wanted.sql").read_text()
    return text.format(
        site=columns(Site, "s"),
        visit_type=columns(VisitType, "v"),
        clinician=columns(Resource, "r"),
    )
