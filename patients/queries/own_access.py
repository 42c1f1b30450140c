"""Whose record somebody may see in the portal, as a part of statements that are planned once."""

from datetime import date
from typing import Any

from clinic.accounts.models import User
from patients.domain.age import ADULT_AT, years_before
from patients.models.patient import FOR_A_CHILD

# As `PortalAccessQuerySet.in_force`: `a` is an access, and `p` its patient.
IN_FORCE = """
       a.user_id = %(viewer)s AND p.replaced_by_id IS NULL
   AND (a.until_date IS NULL OR a.until_date > %(on)s)
   AND (a.relationship <> ALL (%(for_a_child)s::text[]) OR a.adult_consent_date IS NOT NULL
        OR p.birth_date > %(adults_are_born_by)s)
"""
# A condition: `%(patient)s` is somebody whose record the viewer may see.
IS_OWN = f"""
EXISTS (SELECT FROM patients_portalaccess a JOIN patients_patient p ON p.id = a.patient_id
         WHERE a.patient_id = %(patient)s AND {IN_FORCE})
"""


def own_access(viewer: User, on: date) -> dict[str, Any]:
    """The parameters that these conditions name, but for the patient."""
    return {
        "viewer": viewer.pk,
        "on": on,
        "for_a_child": list(FOR_A_CHILD),
        "adults_are_born_by": years_before(on, ADULT_AT),
    }
