"""In which language somebody reads."""

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, Viewer
from clinic.shared.errors import NotAllowed
from patients.models import PortalAccess
from patients.models.portal import Relationship


def own_language(viewer: Viewer) -> str:
    """The language of the viewer's own record, or "" for whoever has none. Raises `NotAllowed`.

    Somebody who looks after others reads their own language, not that of the records.
    """
    user = require(viewer, "patients.view_own")
    own = PortalAccess.objects.filter(user=user, relationship=Relationship.SELF)
    return own.values_list("patient__language", flat=True).order_by("pk").first() or ""


def written_to(viewer: Viewer, email: str) -> str:
    """The language of the record of whoever signs in with this address, "" if there is none.

    One statement, whoever it is, so that no clock tells who is known. Raises `NotAllowed` for
    anybody but the clinic itself.
    """
    if viewer is not THE_CLINIC:
        raise NotAllowed
    own = PortalAccess.objects.filter(
        user__email__iexact=email.strip(), relationship=Relationship.SELF
    )
    return own.values_list("patient__language", flat=True).order_by("pk").first() or ""
