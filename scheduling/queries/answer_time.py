"""When an answer to a message is promised: working days of the place where the person comes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from clinic.accounts.models import THE_CLINIC, Team, Viewer
from clinic.shared.errors import NotFound
from patients.domain.talk import answer_due_at
from patients.models import Patient
from scheduling.models import Holiday, Site
from scheduling.queries.places import place_of

USUAL_DAYS = 2
# No row of days off is longer.
_LOOK_AHEAD = timedelta(days=40)


@dataclass(frozen=True)
class Promise:
    """Until when somebody has an answer, and whom they call instead."""

    answer_due_at: datetime
    days: int
    zone: ZoneInfo
    phone: str = ""
    team: Team | None = None


def promise_to(viewer: Viewer, patient: Patient, *, now: datetime) -> Promise:
    """For a message that the person sends now. For the clinic itself: it shows nobody."""
    if viewer is not THE_CLINIC:
        raise NotFound
    site = place_of(THE_CLINIC, patient.pk)
    if site is None:
        zone = ZoneInfo(timezone.get_default_timezone_name())
        until = answer_due_at(now, working_days=USUAL_DAYS, closed=(), zone=zone)
        return Promise(until, USUAL_DAYS, zone)
    days = site.answer_within_days
    until = answer_due_at(now, working_days=days, closed=_closed(site, now), zone=site.zone)
    return Promise(until, days, site.zone, site.phone, Team.objects.get(pk=site.team_id))


def _closed(site: Site, now: datetime) -> set[date]:
    today = now.astimezone(site.zone).date()
    rows = Holiday.objects.filter(
        site=site,
        is_observed=True,
        opens__isnull=True,
        local_date__range=(today, today + _LOOK_AHEAD),
    )
    return set(rows.values_list("local_date", flat=True))
