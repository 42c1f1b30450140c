"""The one table of roles: what each is for, where it works, and what it may do.

Everything that is not listed here is refused: pages, API, templates and queries all ask this table
through `user.has_perm(...)`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices


class Audience(StrEnum):
    """For whom a page is: the first part of its address, and the name of the file it lives in."""

    DESK = "desk"
    PHYSICIAN = "physician"
    PATIENT = "patient"
    MANAGER = "manager"


class Role(TextChoices):
    """What a person is in the clinic."""

    FRONT_DESK = "front_desk", "Front desk"
    NURSE = "nurse", "Nurse"
    THERAPIST = "therapist", "Physical therapist"
    PHYSICIAN = "physician", "Physician"
    MANAGER = "manager", "Manager"
    PATIENT = "patient", "Patient"


# What there is to be allowed, each with the sentence a manager reads.
PERMISSIONS: Mapping[str, str] = {
    "patients.search": "Find people by name, phone, birth date or record number.",
    "patients.register": "Register a new person.",
    "patients.view_contact": "See who a person is, how to reach them and who pays.",
    "patients.view_chart": "See allergies, medications, conditions and history.",
    "patients.view_own": "See one's own record in the portal.",
    "scheduling.find_slots": "See which times are free.",
    "scheduling.book": "Book a visit.",
    "scheduling.view_board": "See the day's board.",
    "scheduling.view_own_day": "See the list of one's own visits today.",
    "scheduling.view_own_visits": "See one's own visits in the portal.",
    "scheduling.receive": "Mark a person as arrived or shown to a room.",
    "scheduling.treat": "Start and complete a visit.",
    "scheduling.cancel": "Cancel a visit, mark a no-show, and take such a step back.",
    "messaging.view_outbox": "See which messages went out, and which did not and why.",
    "accounts.view_roles": "See which role may do what.",
}


@dataclass(frozen=True)
class RoleSheet:
    """One row of the table. `home` is the audience whose first page opens after signing in."""

    sentence: str
    home: Audience
    audiences: frozenset[Audience]
    permissions: frozenset[str]


def _sheet(sentence: str, *audiences: Audience, may: str) -> RoleSheet:
    return RoleSheet(sentence, audiences[0], frozenset(audiences), frozenset(may.split()))


ROLES: Mapping[Role, RoleSheet] = {
    Role.FRONT_DESK: _sheet(
        "Finds and registers people, books their visits and receives them.",
        Audience.DESK,
        may="patients.search patients.register patients.view_contact scheduling.find_slots "
        "scheduling.book scheduling.view_board scheduling.receive scheduling.cancel",
    ),
    Role.NURSE: _sheet(
        "Receives people, shows them to a room and prepares the visit.",
        Audience.DESK,
        Audience.PHYSICIAN,
        may="patients.search patients.view_contact patients.view_chart scheduling.find_slots "
        "scheduling.book scheduling.view_board scheduling.receive scheduling.treat",
    ),
    Role.THERAPIST: _sheet(
        "Gives courses of therapy and follows their visits.",
        Audience.PHYSICIAN,
        may="patients.search patients.view_contact patients.view_chart scheduling.view_own_day "
        "scheduling.receive scheduling.treat",
    ),
    Role.PHYSICIAN: _sheet(
        "Examines, treats and follows people, and answers for what is done.",
        Audience.PHYSICIAN,
        Audience.DESK,
        may="patients.search patients.view_contact patients.view_chart scheduling.find_slots "
        "scheduling.book scheduling.view_board scheduling.view_own_day scheduling.receive "
        "scheduling.treat",
    ),
    Role.MANAGER: _sheet(
        "Runs the clinic: people, rooms, hours, messages. Reads no charts.",
        Audience.MANAGER,
        Audience.DESK,
        may="patients.search patients.view_contact scheduling.find_slots scheduling.view_board "
        "messaging.view_outbox accounts.view_roles",
    ),
    Role.PATIENT: _sheet(
        "Sees their own visits and record in the portal.",
        Audience.PATIENT,
        may="patients.view_own scheduling.view_own_visits",
    ),
}


def is_granted(role: str, permission: str) -> bool:
    """Whether the table gives `permission` to `role`; False for anything it does not know."""
    sheet = ROLES.get(role)  # type: ignore[call-overload]
    return sheet is not None and permission in sheet.permissions
