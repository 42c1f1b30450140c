"""The one table of roles: what each is for, where it works, and what it may do.

Everything that is not listed here is refused: pages, API, templates and queries all ask this table
through `user.has_perm(...)`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_noop as N_


class Audience(StrEnum):
    """For whom a page is: the first part of its address, and the name of the file it lives in."""

    DESK = "desk"
    PHYSICIAN = "physician"
    PATIENT = "patient"
    MANAGER = "manager"
    # Everybody who signs in, about their own sign-in.
    ACCOUNT = "account"


class Role(TextChoices):
    """What a person is in the clinic."""

    FRONT_DESK = "front_desk", N_("Front desk")
    NURSE = "nurse", N_("Nurse")
    THERAPIST = "therapist", N_("Physical therapist")
    PHYSICIAN = "physician", N_("Physician")
    MANAGER = "manager", N_("Manager")
    PRIVACY_OFFICER = "privacy_officer", N_("Privacy officer")
    PATIENT = "patient", N_("Patient")


class Purpose(TextChoices):
    """Why somebody reads a patient's data (after HL7's purposes of use)."""

    TREATMENT = "treatment", N_("Treatment")
    OPERATIONS = "operations", N_("Running the clinic")
    OWN = "own", N_("Their own record, or one they care for")
    EMERGENCY = "emergency", N_("Emergency access")
    OVERSIGHT = "oversight", N_("Privacy oversight")


# What there is to be allowed, each with the sentence a manager reads.
PERMISSIONS: Mapping[str, str] = {
    "patients.search": "Find people by name, phone, birth date or record number.",
    "patients.register": "Register a new person.",
    "patients.view_contact": "See who a person is, how to reach them and who pays.",
    "patients.view_chart": "See the chart of people in whose care team one is.",
    "patients.view_chart_at_site": "See the chart of everybody who comes to a site of one's own.",
    "patients.break_glass": "Open any chart in an emergency, with a reason, for at most 4 hours.",
    "patients.manage_care_team": "Say who is in a care team; clinicians only in their own.",
    "patients.manage_consents": "Write down consents, and who else sees a record in the portal.",
    "patients.merge": "Join two records of one person, and take that back.",
    "patients.view_emergency_access": "See who opened a chart in an emergency, and why.",
    "patients.export_record": "Hand out everything the clinic holds about a person.",
    "patients.view_own": "See one's own record in the portal.",
    "patients.manage_own": "Say in the portal how one is reached, and who else sees the record.",
    "patients.tell_own": "Answer, agree and send files about oneself in the portal.",
    "patients.take_over_said": "Take into the record what people said before a visit.",
    "patients.write_messages": "Write to the clinic in the portal.",
    "patients.answer_messages": "Read and answer what people write; on treatment, in one's care.",
    "scheduling.find_slots": "See which times are free.",
    "scheduling.book": "Book a visit.",
    "scheduling.view_board": "See the day's board.",
    "scheduling.see_all_sites": "See the calendar of every site, not only of one's own.",
    "scheduling.view_own_day": "See the list of one's own visits today.",
    "scheduling.view_own_visits": "See one's own visits in the portal.",
    "scheduling.book_own": "Book, move and cancel one's own visits in the portal.",
    "scheduling.receive": "Mark a person as arrived or shown to a room.",
    "scheduling.treat": "Start and complete a visit.",
    "scheduling.cancel": "Cancel a visit, mark a no-show, and take such a step back.",
    "scheduling.overbook": "Book over what is taken, with a reason that stays.",
    "scheduling.block_time": "Block time in a calendar, and say that somebody runs late.",
    "scheduling.block_for_others": "Block time in the calendars of others, and give it back.",
    "scheduling.manage_own_hours": "Set one's own hours and leave, and share one's own calendar.",
    "scheduling.manage_setup": "Set up sites, rooms, machines, kinds of visits, hours, holidays.",
    "scheduling.view_reports": "See how rooms and people are used, who did not come, who waited.",
    "treatments.write_consultations": "Write and sign consultations and diagnoses.",
    "treatments.order_tests": "Order tests and referrals, and review what comes back.",
    "treatments.enter_results": "Write down the results of tests, with their files.",
    "treatments.manage_courses": "Order, change and end courses of treatment.",
    "treatments.record_visits": "Write down the visits of a course of therapy.",
    "treatments.prepare_procedures": "Prepare a procedure: checklist, drugs, pain scores.",
    "treatments.sign_procedures": "Sign a procedure, amend it, and say it was entered in error.",
    "treatments.record_outcomes": "Ask for and write down scores and diaries.",
    "treatments.record_adverse_events": "Write down harm and what became of it.",
    "treatments.work_follow_ups": "See and close what is due after treatments.",
    "treatments.call_people": "Call and book people after treatments, told in plain words why.",
    "treatments.keep_own_diary": "Keep one's own diaries in the portal.",
    "treatments.recall_lots": "Find everybody who was given a drug of a certain lot.",
    "treatments.manage_authorizations": "Write down what payers allowed beforehand.",
    "treatments.view_catalogue": "See the catalogue of treatments, tests and drugs.",
    "treatments.manage_catalogue": "Add and retire entries of the catalogue.",
    "treatments.acknowledge_finding": "See what the rules found, and say that one has seen it.",
    "treatments.override_rule": "Go on although a rule says no, with a reason that stays.",
    "treatments.view_rules": "Read the rulebook: what is on, with which numbers, who signed.",
    "treatments.manage_rules": "Switch rules on and off, change their numbers, and sign for it.",
    "treatments.view_effects": "See how much each treatment helped, without names.",
    "messaging.view_outbox": "See which messages went out, and which did not and why.",
    "messaging.manage_outbox": "Try a message again that did not go out, or give it up.",
    "treatments.send_news": "Write news to people who agreed to get them.",
    "messaging.operate": "See how background work stands, and pause a kind of message.",
    "audit.view": "See who looked at or changed whose record, and take that away as a file.",
    "accounts.view_roles": "See which role may do what.",
    "accounts.manage_users": "Invite people who sign in, disable them, and say where they work.",
    "accounts.use_api": "Make keys to the API for oneself, and revoke them.",
    "accounts.manage_own": "See and end one's own sign-ins.",
}


@dataclass(frozen=True)
class RoleSheet:
    """One row of the table. `home` is the audience whose first page opens after signing in.

    `purpose` is why this role reads a patient's data, unless something else is said.
    """

    sentence: str
    purpose: Purpose
    home: Audience
    audiences: frozenset[Audience]
    permissions: frozenset[str]


def _sheet(sentence: str, purpose: Purpose, *audiences: Audience, may: str) -> RoleSheet:
    everybody = {"accounts.manage_own"}
    return RoleSheet(
        sentence,
        purpose,
        audiences[0],
        frozenset({*audiences, Audience.ACCOUNT}),
        frozenset({*may.split(), *everybody}),
    )


ROLES: Mapping[Role, RoleSheet] = {
    Role.FRONT_DESK: _sheet(
        "Finds and registers people, books their visits and receives them.",
        Purpose.OPERATIONS,
        Audience.DESK,
        may="patients.search patients.register patients.view_contact patients.manage_consents "
        "patients.answer_messages "
        "scheduling.find_slots scheduling.book scheduling.view_board scheduling.receive "
        "scheduling.cancel scheduling.overbook scheduling.block_time scheduling.block_for_others "
        "treatments.manage_authorizations treatments.call_people accounts.use_api",
    ),
    Role.NURSE: _sheet(
        "Receives people, shows them to a room and prepares the visit.",
        Purpose.TREATMENT,
        Audience.DESK,
        Audience.PHYSICIAN,
        may="patients.search patients.view_contact patients.view_chart patients.view_chart_at_site "
        "patients.manage_consents patients.take_over_said patients.answer_messages "
        "scheduling.find_slots scheduling.book scheduling.view_board "
        "scheduling.receive scheduling.treat scheduling.block_time scheduling.block_for_others "
        "treatments.enter_results "
        "treatments.prepare_procedures treatments.record_outcomes treatments.record_visits "
        "treatments.record_adverse_events treatments.work_follow_ups treatments.call_people "
        "treatments.recall_lots treatments.manage_authorizations treatments.view_catalogue "
        "treatments.acknowledge_finding accounts.use_api",
    ),
    Role.THERAPIST: _sheet(
        "Gives courses of therapy and follows their visits.",
        Purpose.TREATMENT,
        Audience.PHYSICIAN,
        may="patients.search patients.view_contact patients.view_chart patients.view_chart_at_site "
        "scheduling.view_own_day scheduling.receive scheduling.treat scheduling.block_time "
        "scheduling.manage_own_hours treatments.manage_courses treatments.record_visits "
        "treatments.record_outcomes treatments.record_adverse_events treatments.work_follow_ups "
        "treatments.view_catalogue treatments.acknowledge_finding accounts.use_api",
    ),
    Role.PHYSICIAN: _sheet(
        "Examines, treats and follows people, and answers for what is done.",
        Purpose.TREATMENT,
        Audience.PHYSICIAN,
        Audience.DESK,
        may="patients.search patients.view_contact patients.view_chart patients.break_glass "
        "patients.manage_care_team patients.take_over_said patients.answer_messages "
        "scheduling.find_slots scheduling.book scheduling.view_board "
        "scheduling.view_own_day scheduling.receive scheduling.treat scheduling.overbook "
        "scheduling.block_time scheduling.manage_own_hours treatments.write_consultations "
        "treatments.order_tests treatments.enter_results treatments.manage_courses "
        "treatments.record_visits treatments.prepare_procedures treatments.sign_procedures "
        "treatments.record_outcomes treatments.record_adverse_events treatments.work_follow_ups "
        "treatments.call_people treatments.recall_lots treatments.manage_authorizations "
        "treatments.view_effects "
        "treatments.view_catalogue treatments.acknowledge_finding treatments.override_rule "
        "treatments.view_rules accounts.use_api",
    ),
    Role.MANAGER: _sheet(
        "Runs the clinic: people, rooms, hours, messages. Reads no charts.",
        Purpose.OPERATIONS,
        Audience.MANAGER,
        Audience.DESK,
        may="patients.search patients.view_contact patients.manage_care_team patients.merge "
        "patients.view_emergency_access scheduling.find_slots scheduling.view_board "
        "scheduling.see_all_sites scheduling.block_time scheduling.block_for_others "
        "scheduling.manage_setup "
        "scheduling.view_reports treatments.view_catalogue treatments.manage_catalogue "
        "treatments.manage_authorizations treatments.view_rules treatments.manage_rules "
        "treatments.view_effects treatments.send_news messaging.view_outbox "
        "messaging.manage_outbox messaging.operate accounts.view_roles accounts.manage_users "
        "accounts.use_api",
    ),
    Role.PRIVACY_OFFICER: _sheet(
        "Answers for who reads and changes what, and hands people their whole records.",
        Purpose.OVERSIGHT,
        Audience.MANAGER,
        may="audit.view patients.search patients.view_contact patients.view_emergency_access "
        "patients.export_record accounts.view_roles",
    ),
    Role.PATIENT: _sheet(
        "Sees their own visits and record, or those of somebody they care for, in the portal.",
        Purpose.OWN,
        Audience.PATIENT,
        may="patients.view_own patients.manage_own patients.tell_own patients.write_messages "
        "scheduling.view_own_visits scheduling.book_own treatments.keep_own_diary",
    ),
}

STAFF = frozenset(role for role in Role if role is not Role.PATIENT)


def is_granted(role: str, permission: str) -> bool:
    """Whether the table gives `permission` to `role`; False for anything it does not know."""
    sheet = ROLES.get(role)  # type: ignore[call-overload]
    return sheet is not None and permission in sheet.permissions
