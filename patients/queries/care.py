"""Who looks after whom, and who opened a chart without doing so."""

from datetime import datetime

from django.db.models import Prefetch

from clinic.accounts.guards import require
from clinic.accounts.models import TeamMember, User, Viewer
from clinic.accounts.roles import ROLES
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from patients.models import CareTeamMember, EmergencyAccess, Patient
from patients.queries.people import OutsideCareTeam

REPORT_LENGTH = 200


def require_manager_of_care(viewer: Viewer, patient: Patient) -> User:
    """Whoever may say who looks after this person: managers, and clinicians who do so themselves.

    Nobody names themself into somebody's care, not even with an emergency access. Raises
    `NotAllowed`, and `OutsideCareTeam` for a clinician who does not care for them.
    """
    user = require(viewer, "patients.manage_care_team")
    reads_charts = user.has_perm("patients.view_chart")
    if reads_charts and not patient.care_team.filter(user=user).exists():
        record_read(viewer, "name on a closed chart", [patient.pk])
        raise OutsideCareTeam(patient)
    return user


def care_team(viewer: Viewer, patient: Patient) -> list[CareTeamMember]:
    """Who is in a person's care team, longest first; `patient` comes from a door.

    Raises as `require_manager_of_care` does.
    """
    require_manager_of_care(viewer, patient)
    colleagues = TeamMember.objects.select_related("user").order_by("user__name")
    members = patient.care_team.select_related("user", "team")
    return list(members.prefetch_related(Prefetch("team__members", colleagues)))


def access_care_team_member(viewer: Viewer, patient: Patient, member_id: int) -> CareTeamMember:
    """One of them. Raises `NotFound`, and as `require_manager_of_care` does."""
    require_manager_of_care(viewer, patient)
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
