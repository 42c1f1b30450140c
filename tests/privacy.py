"""What the tests about privacy say again and again, as words of their own."""

from datetime import UTC, datetime, timedelta

from patients.actions.care_team import join_care_team
from patients.actions.consents import Decision
from patients.actions.portal import (
    grant_portal_access,
)
from patients.models.care_team import CareTeamReason
from patients.queries import OutsideCareTeam, access_chart, own_records

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TODAY = NOW.date()
HOUR = timedelta(hours=1)


def may_read(user, patient, at=NOW):
    try:
        return bool(access_chart(user, patient.pk, now=at))
    except OutsideCareTeam:
        return False


def name(user, patient, *, by):
    join_care_team(patient=patient, users=[user], reason=CareTeamReason.NAMED, by=by, now=NOW)


def grant(patient, clerk, relationship, until=None, email="parent@example.org", now=NOW):
    return grant_portal_access(
        patient=patient,
        email=email,
        name="Paula Parent",
        relationship=relationship,
        until_date=until,
        by=clerk,
        now=now,
    )


def sees(user, patient, on):
    at = datetime.combine(on, NOW.timetz())
    return patient in own_records(user, now=at)


def decision(**changes):
    values = {
        "kind": "messages",
        "decision": "permit",
        "method": "paper",
        "given_by": "Ana Ruiz",
        "decided_date": TODAY,
    } | changes
    return Decision(**values)
