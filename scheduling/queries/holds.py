"""Times that are kept for somebody."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from clinic.shared.paging import Pager
from scheduling.models import Hold, HoldStatus, Site


def holds(viewer: Viewer, site: Site, *, now: datetime, page: Pager) -> list[Hold]:
    """One page of the site's holds that still hold. Raises `NotAllowed`."""
    require(viewer, "scheduling.view_board")
    alive = Hold.objects.filter(site=site, status=HoldStatus.HELD, expires_at__gt=now)
    shown: list[Hold] = page(alive.select_related("patient", "visit_type", "site"))
    record_read(viewer, "holds", [hold.patient_id for hold in shown], kind=ReadKind.LIST)
    return shown


def stranded_holds(viewer: Viewer, ids: Collection[UUID]) -> list[Hold]:
    """These holds with what a person needs to call about them, soonest first."""
    found = Hold.objects.filter(pk__in=ids).select_related("patient", "visit_type", "site")
    rows = list(found.order_by("start_at", "pk")) if ids else []
    if rows:
        patients = [hold.patient_id for hold in rows]
        record_read(viewer, "stranded holds", patients, kind=ReadKind.LIST)
    return rows


def access_hold(viewer: Viewer, hold_id: UUID) -> Hold:
    """A hold at a site of the viewer's, whatever became of it. Raises `NotFound`, `NotAllowed`."""
    user = require(viewer, "scheduling.view_board")
    found = Hold.objects.filter(site__in=Site.objects.open_to(user))
    hold = found.select_related("patient", "visit_type", "site").filter(pk=hold_id).first()
    if hold is None:
        raise NotFound
    record_read(viewer, "hold", [hold.patient_id])
    return hold
