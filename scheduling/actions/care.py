"""Who may read the chart of somebody who comes."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Prefetch, Q, prefetch_related_objects

from clinic.accounts.models import User
from clinic.shared.actions import action
from patients.actions.care_team import join_by_visit
from patients.actions.standing import lock_record
from patients.models.care_team import CareTeamReason
from scheduling.domain.states import AppointmentStatus
from scheduling.models import Appointment, Reservation


@action
def bring_into_care(
    *,
    appointment: Appointment,
    places: Sequence[Reservation] | None = None,
    by: User | None,
    now: datetime,
) -> None:
    """Put the visit's clinicians, and the team of its site, into the person's care team.

    Nobody opens a chart to themself this way: whoever books is left out, and so is a team through
    which they would gain it. They come in when somebody else receives the person. Otherwise a visit
    that never takes place would be a key to every chart. `by` is None if the person booked for
    themself. `places` are what the visit takes up, with their resources, if the caller has just
    written them, and so has locked the person's record.
    """
    if places is None:
        lock_record(appointment.patient)
    team_id = appointment.site.team_id
    join_by_visit(
        patient=appointment.patient,
        user_ids=_leading(appointment, places) - ({by.pk} if by else set()),
        team_ids=[] if _gains_by(team_id, by) else [team_id],
        by=by,
        now=now,
    )


def _leading(appointment: Appointment, places: Sequence[Reservation] | None) -> set[int]:
    """The sign-ins of the clinicians whom the visit (or its group) takes up."""
    if places is not None:
        taken = [place.resource for place in places]
    elif appointment.seat_id is None:
        # Read anew with their resources, and kept: the answer to a booking shows them.
        getattr(appointment, "_prefetched_objects_cache", {}).pop("reservations", None)
        rows = Reservation.objects.order_by("id").select_related("resource")
        prefetch_related_objects([appointment], Prefetch("reservations", rows))
        taken = [part.resource for part in appointment.taken if part.is_active]
    else:
        standing = appointment.places().filter(is_active=True).select_related("resource")
        taken = [place.resource for place in standing]
    return {resource.user_id for resource in taken if resource.user_id is not None}


@action
def leave_care(*, appointment: Appointment, by: User | None, now: datetime) -> None:
    """Take out whom only this visit brought in: it was cancelled, so nobody will treat anybody.

    Whoever has another visit with the person, past or coming, stays; so does who was named.
    """
    standing = appointment.patient.appointments.exclude(status=AppointmentStatus.CANCELLED)
    led = Reservation.objects.filter(
        Q(appointment__in=standing) | Q(group__seats__appointments__in=standing),
        is_active=True,
        resource__user__isnull=False,
    )
    users = led.values("resource__user")
    teams = standing.values("site__team")
    booked = appointment.patient.care_team.filter(reason=CareTeamReason.BOOKED)
    booked.filter(user__isnull=False).exclude(user__in=users).delete()
    booked.filter(team__isnull=False).exclude(team__in=teams).delete()


def _gains_by(team_id: int, user: User | None) -> bool:
    if user is None:
        return False
    at_site = user.has_perm("patients.view_chart_at_site")
    return at_site and user.team_memberships.filter(team=team_id).exists()
