"""Times that are kept for somebody."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer, as_user
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from clinic.shared.paging import Pager
from patients.models import Patient
from scheduling.domain.local_time import day_bounds
from scheduling.models import Hold, HoldStatus, OfferStatus, Site, WaitlistOffer


def holds(viewer: Viewer, site: Site, *, now: datetime, page: Pager) -> list[Hold]:
    """One page of the site's holds that still hold. Raises `NotAllowed`."""
    require(viewer, "scheduling.view_board")
    alive = Hold.objects.filter(site=site, status=HoldStatus.HELD, expires_at__gt=now)
    shown: list[Hold] = page(alive.select_related("patient", "visit_type", "site"))
    record_read(viewer, "holds", [hold.patient_id for hold in shown], kind=ReadKind.LIST)
    return shown


def holds_on_day(
    viewer: Viewer, site: Site, day: date, *, clinician: int | None = None, now: datetime
) -> list[Hold]:
    """What is held at the site on a local day, in order of time. Raises `NotAllowed`.

    With a `clinician` (the id of a resource), only what takes this one.
    """
    require(viewer, "scheduling.view_board")
    begin, end = day_bounds(day, site.zone)
    found = Hold.objects.filter(site=site, start_at__gte=begin, start_at__lt=end)
    if clinician:
        own = Q(reservations__resource=clinician)
        own |= Q(seat__session__reservations__resource=clinician)
        found = found.filter(own).distinct()
    alive = found.filter(status=HoldStatus.HELD, expires_at__gt=now)
    rows = list(alive.select_related("patient", "visit_type", "site").order_by("start_at", "pk"))
    record_read(viewer, "holds", [hold.patient_id for hold in rows], kind=ReadKind.LIST)
    return rows


def holds_of(viewer: Viewer, patient: Patient, *, now: datetime) -> list[Hold]:
    """What is held for a person where the viewer sees the board, soonest first; else nothing."""
    user = as_user(viewer)
    if user is None or not user.has_perm("scheduling.view_board"):
        return []
    found = Hold.objects.filter(patient=patient, site__in=Site.objects.open_to(user))
    alive = found.filter(status=HoldStatus.HELD, expires_at__gt=now)
    record_read(viewer, "holds", [patient.pk])
    return list(alive.select_related("visit_type", "site").order_by("start_at", "pk"))


def stranded_holds(viewer: Viewer, ids: Collection[UUID]) -> list[Hold]:
    """These holds with what a person needs to call about them, soonest first."""
    found = Hold.objects.filter(pk__in=ids).select_related("patient", "visit_type", "site")
    rows = list(found.order_by("start_at", "pk")) if ids else []
    if rows:
        patients = [hold.patient_id for hold in rows]
        record_read(viewer, "stranded holds", patients, kind=ReadKind.LIST)
    return rows


def is_offered(viewer: Viewer, hold: Hold, *, now: datetime) -> bool:
    """Whether somebody on the waitlist is asked about this time just now. Raises `NotAllowed`."""
    require(viewer, "scheduling.view_board")
    if hold.status_at(now) != HoldStatus.HELD:
        return False
    return WaitlistOffer.objects.filter(hold=hold, status=OfferStatus.OPEN).exists()


def access_hold(viewer: Viewer, hold_id: UUID) -> Hold:
    """A hold at a site of the viewer's, whatever became of it. Raises `NotFound`, `NotAllowed`."""
    user = require(viewer, "scheduling.view_board")
    found = Hold.objects.filter(site__in=Site.objects.open_to(user))
    hold = found.select_related("patient", "visit_type", "site").filter(pk=hold_id).first()
    if hold is None:
        raise NotFound
    record_read(viewer, "hold", [hold.patient_id])
    return hold
