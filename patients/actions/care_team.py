"""Who looks after a person, and opening a chart in an emergency."""

from collections.abc import Collection
from datetime import datetime, timedelta

from clinic.accounts.guards import require
from clinic.accounts.models import Team, User
from clinic.accounts.roles import Role
from clinic.messaging.actions import Recipient, queue_message
from clinic.messaging.models import MessageKind
from clinic.messaging.texts import Text
from clinic.shared.actions import action
from clinic.shared.errors import Invalid
from clinic.shared.prepared import insert_rows
from patients.actions.standing import lock_record
from patients.models import CareTeamMember, EmergencyAccess, Patient
from patients.models.care_team import LONGEST_EMERGENCY, SHORTEST_REASON, CareTeamReason
from patients.queries.care import require_manager_of_care


@action
def join_care_team(
    *,
    patient: Patient,
    users: Collection[User] = (),
    teams: Collection[Team] = (),
    reason: CareTeamReason,
    by: User | None,
    now: datetime,
) -> None:
    """Put clinicians and site teams into a person's care team; who is in it stays in it.

    A booking does so by itself; by hand it takes a permission. `by` is None for whoever operates
    the machine. Raises `NotAllowed`, and `Invalid` for somebody who reads no charts anyway.
    """
    if reason == CareTeamReason.NAMED and by is not None:
        require_manager_of_care(by, patient)
    if reason != CareTeamReason.BOOKED:
        _refuse_who_reads_no_charts(users)
    lock_record(patient)
    _join(patient, [user.pk for user in users], [team.pk for team in teams], reason, now)


@action
def join_by_visit(
    *,
    patient: Patient,
    user_ids: Collection[int],
    team_ids: Collection[int],
    by: User | None,
    now: datetime,
) -> None:
    """Put whom a visit brings to this person into the care team; who is in it stays in it.

    The caller has locked the person's record.
    """
    _join(patient, user_ids, team_ids, CareTeamReason.BOOKED, now)


def _join(
    patient: Patient,
    user_ids: Collection[int],
    team_ids: Collection[int],
    reason: CareTeamReason,
    now: datetime,
) -> None:
    rows = [CareTeamMember(user_id=pk) for pk in user_ids]
    rows += [CareTeamMember(team_id=pk) for pk in team_ids]
    for row in rows:
        row.patient, row.reason, row.joined_at = patient, reason, now
    insert_rows(*rows, or_leave=True)


def _refuse_who_reads_no_charts(users: Collection[User]) -> None:
    if not all(user.has_perm("patients.view_chart") for user in users):
        raise Invalid("Only people who treat patients can be in a care team.")


@action
def leave_care_team(*, member: CareTeamMember, by: User, now: datetime) -> None:
    """Take somebody out of a care team; history keeps that they were in it. Raises `NotAllowed`."""
    require_manager_of_care(by, member.patient)
    member.delete()


@action
def break_glass(
    *, patient: Patient, reason: str, lasting: timedelta, by: User, now: datetime
) -> EmergencyAccess:
    """Open the chart of somebody outside one's care, for at most four hours, and tell the managers.

    Raises `NotAllowed` without the permission, `Invalid` without a reason of some words or for a
    longer time. Whoever has it open already keeps that, and its end.
    """
    require(by, "patients.break_glass")
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST_REASON:
        raise Invalid("Say why, in some words: who reads the report was not there.")
    if not timedelta() < lasting <= LONGEST_EMERGENCY:
        raise Invalid("An emergency access lasts at most four hours.")
    lock_record(patient)
    mine = EmergencyAccess.objects.filter(patient=patient, user=by)
    already = mine.filter(opened_at__lte=now, ends_at__gt=now).first()
    if already:
        return already
    opened = EmergencyAccess.objects.create(
        patient=patient, user=by, reason=reason, opened_at=now, ends_at=now + lasting
    )
    _tell_managers(opened, by, now)
    return opened


def _tell_managers(opened: EmergencyAccess, by: User, now: datetime) -> None:
    """Without the reason: it may hold clinical words, and mail is not the place for them."""
    text = Text(
        subject="A chart was opened in an emergency",
        body=(
            f"{by.name} opened the chart of record {opened.patient.record_number} without "
            f"being in the care team, at {opened.opened_at:%Y-%m-%d %H:%M} UTC.\n\n"
            "The reason is in Dorsa, under Manage → Emergency access.\n"
        ),
    )
    for manager in User.objects.filter(role=Role.MANAGER, is_active=True):
        queue_message(
            kind=MessageKind.EMERGENCY_ACCESS,
            to=Recipient(name=manager.name, email=manager.email),
            text=text,
            about=f"emergency access {opened.pk}",
            patient_id=opened.patient_id,
            dedupe_key=f"emergency access {opened.pk}: manager {manager.pk}",
            by=by,
            now=now,
        )
