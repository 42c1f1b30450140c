"""Who looks after whom, and who opened a chart without doing so."""

from datetime import datetime

from django.db.models import Prefetch

from clinic.accounts.guards import require
from clinic.accounts.models import TeamMember, User, Viewer
from clinic.accounts.roles import ROLES
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from patients.models import CareTeamMember, EmergencyAccess, Patient

REPORT_LENGTH = 200


def care_team(viewer: Viewer, patient: Patient) -> list[CareTeamMember]:
    """Who is in a person's care team, longest first; `patient` comes from a door. `NotAllowed`."""
    require(viewer, "patients.view_contact")
    colleagues = TeamMember.objects.select_related("user").order_by("user__name")
    members = patient.care_team.select_related("user", "team")
    return list(members.prefetch_related(Prefetch("team__members", colleagues)))


def access_care_team_member(viewer: Viewer, patient: Patient, member_id: int) -> CareTeamMember:
    """One of them. Raises `NotFound`, `NotAllowed`."""
    require(viewer, "patients.manage_care_team")
    member = patient.care_team.select_related("user", "team").filter(pk=member_id).first()
    if member is None:
        raise NotFound
    return member


def possible_carers(viewer: Viewer) -> list[User]:
    """Everybody who can be put into a care team, by name. Raises `NotAllowed`."""
    require(viewer, "patients.manage_care_team")
    roles = [role for role, sheet in ROLES.items() if "patients.view_chart" in sheet.permissions]
    return list(User.objects.filter(is_active=True, role__in=roles).order_by("name", "id"))


def emergency_accesses(viewer: Viewer, *, now: datetime) -> list[EmergencyAccess]:
    """The charts that were opened in an emergency, newest first. Raises `NotAllowed`."""
    require(viewer, "patients.view_emergency_access")
    found = list(
        EmergencyAccess.objects.select_related("user", "patient").order_by("-opened_at", "-id")[
            :REPORT_LENGTH
        ]
    )
    record_read(viewer, "emergency access report", [opened.patient_id for opened in found])
    return found
