"""In which language somebody reads."""

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, Viewer
from clinic.shared.errors import NotAllowed
from clinic.shared.prepared import first_row
from patients.models import PortalAccess
from patients.models.portal import Relationship

# Asked before every page of the portal: planned once.
_OWN_LANGUAGE = """
SELECT p.language FROM patients_portalaccess a JOIN patients_patient p ON p.id = a.patient_id
 WHERE a.user_id = %(user)s AND a.relationship = %(self)s
 ORDER BY a.id LIMIT 1
"""


def own_language(viewer: Viewer) -> str:
    """The language of the viewer's own record, or "" for whoever has none. Raises `NotAllowed`.

    Somebody who looks after others reads their own language, not that of the records.
    """
    user = require(viewer, "patients.view_own")
    found = first_row(_OWN_LANGUAGE, {"user": user.pk, "self": Relationship.SELF.value})
    return found[0] if found else ""


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
