"""Whether places that were taken or held earlier are still there.

Hours, leave, holidays and abilities change after somebody was given a place.
"""

from collections.abc import Sequence
from datetime import datetime

from clinic.accounts.models import Viewer
from scheduling.domain.slots import covers
from scheduling.models import Reservation, Resource, Site, VisitType
from scheduling.queries.statements import ask, column_parameters


def why_fallen(
    viewer: Viewer,
    *,
    visit_type: VisitType,
    site: Site,
    places: Sequence[Reservation],
    now: datetime,
) -> str:
    """Why a visit of this kind could not be booked on these places today, in a sentence.

    Empty if each is still in use, able, open and there. What takes them is not asked about.
    Raises `NotAllowed`.
    """
    if not site.is_active:
        return f"{site} is out of use."
    if not places:
        return ""
    resources = list(Resource.objects.filter(pk__in={place.resource_id for place in places}))
    for resource in resources:
        if not resource.is_active:
            return f"{resource} is out of use."
    unable = _unable(visit_type, resources)
    if unable is not None:
        return f"{unable} cannot be used for this visit any more."
    gone = _away(viewer, site, resources, places, now)
    return f"{gone} is closed or away then." if gone else ""


def _unable(visit_type: VisitType, resources: Sequence[Resource]) -> Resource | None:
    wanted = {need.kind: need.capability_id for need in visit_type.needs.all()}
    for resource in resources:
        capability = wanted.get(resource.kind)
        if capability and not resource.capabilities.filter(pk=capability).exists():
            return resource
    return None


def _away(
    viewer: Viewer,
    site: Site,
    resources: Sequence[Resource],
    places: Sequence[Reservation],
    now: datetime,
) -> Resource | None:
    begin = min(place.during.lower for place in places)
    end = max(place.during.upper for place in places)
    parameters = column_parameters(viewer, site, resources, begin, end, now)
    opened = dict(ask(viewer, "open_ranges.sql", parameters))
    named = {resource.pk: resource for resource in resources}
    for place in places:
        if not covers(opened.get(place.resource_id) or [], place.during):
            return named[place.resource_id]
    return None
