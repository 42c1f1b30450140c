"""Who may read the chart of somebody who comes."""

from datetime import datetime

from clinic.accounts.models import Team, User
from clinic.shared.actions import action
from patients.actions.care_team import join_care_team
from patients.models.care_team import CareTeamReason
from scheduling.domain.states import AppointmentStatus
from scheduling.models import Appointment


@action
def bring_into_care(*, appointment: Appointment, by: User, now: datetime) -> None:
    """Put the visit's clinicians, and the team of its site, into the person's care team.

    Nobody opens a chart to themself this way: whoever books is left out, and so is a team through
    which they would gain it. They come in when somebody else receives the person. Otherwise a visit
    that never takes place would be a key to every chart.
    """
    clinicians = User.objects.filter(
        resource__reservations__appointment=appointment, resource__reservations__is_active=True
    ).distinct()
    team = appointment.site.team
    join_care_team(
        patient=appointment.patient,
        users=[user for user in clinicians if user.pk != by.pk],
        teams=[] if _gains_by(team, by) else [team],
        reason=CareTeamReason.BOOKED,
        by=by,
        now=now,
    )


@action
def leave_care(*, appointment: Appointment, by: User, now: datetime) -> None:
    """Take out whom only this visit brought in: it was cancelled, so nobody will treat anybody.

    Whoever has another visit with the person, past or coming, stays; so does who was named.
    """
    standing = appointment.patient.appointments.exclude(status=AppointmentStatus.CANCELLED)
    clinicians = standing.filter(
        reservations__is_active=True, reservations__resource__user__isnull=False
    )
    users = clinicians.values("reservations__resource__user")
    teams = standing.values("site__team")
    booked = appointment.patient.care_team.filter(reason=CareTeamReason.BOOKED)
    booked.filter(user__isnull=False).exclude(user__in=users).delete()
    booked.filter(team__isnull=False).exclude(team__in=teams).delete()


def _gains_by(team: Team, user: User) -> bool:
    at_site = user.has_perm("patients.view_chart_at_site")
    return at_site and team.members.filter(user=user).exists()
