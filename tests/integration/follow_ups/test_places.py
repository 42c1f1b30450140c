"""What the record asks the calendar: who is on call at a place, and when nobody is there."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from clinic.accounts.roles import Role
from clinic.messaging.models import Message
from scheduling.models import Holiday
from tests import builders
from tests.record_builders import make_follow_up, shipped_catalogue
from treatments.actions.alarms import Told, tell_well_being
from treatments.actions.escalations import escalate_overdue
from treatments.actions.follow_up_work import FollowUpResult, close_follow_up
from treatments.domain.follow_ups import next_try, too_late_at
from treatments.facts.calendar import calendar

# A Wednesday; Thursday is Thanksgiving, and many clinics close on the Friday after it as well.
NOW = datetime(2026, 11, 25, 18, tzinfo=UTC)
THURSDAY, FRIDAY, MONDAY = date(2026, 11, 26), date(2026, 11, 27), date(2026, 11, 30)
ZONE = ZoneInfo("America/New_York")
DAY = timedelta(days=1)


def close(site, *days, **values):
    for day in days:
        Holiday.objects.create(site=site, local_date=day, name="Closed", **values)


def test_days_off_are_left_out_of_what_is_counted():
    """Nobody is in the clinic to call, and nobody is late for not having called."""
    off = {THURSDAY, FRIDAY}
    assert next_try(NOW, ZONE, off)[0].date() == MONDAY
    assert too_late_at(NOW, 2 * DAY, ZONE, off) == datetime(2026, 12, 1, 18, tzinfo=UTC)
    assert too_late_at(NOW, 2 * DAY, ZONE) == datetime(2026, 11, 27, 18, tzinfo=UTC)


@pytest.mark.django_db
def test_a_day_is_off_when_every_place_is_closed_for_it():
    """A place that works, and one that has been given up, decide nothing for the others."""
    here, there = builders.make_site(), builders.make_site()
    gone = builders.make_site()
    gone.is_active = False
    gone.save()
    close(here, THURSDAY, FRIDAY, MONDAY)
    close(there, THURSDAY)
    close(there, FRIDAY, opens="08:00", closes="12:00")
    close(there, MONDAY, is_observed=False)
    assert calendar().days_off(THURSDAY, MONDAY) == {THURSDAY}


@pytest.mark.django_db
def test_a_holiday_is_no_working_day_for_follow_ups():
    """A call that fell on Thanksgiving came to the physicians as a failure of the nurses."""
    close(builders.make_site(), THURSDAY, FRIDAY)
    nurse, patient = builders.make_user(Role.NURSE), builders.make_patient()
    builders.care_for(patient, nurse)
    call = make_follow_up(patient, due_at=NOW)
    late = make_follow_up(patient, due_at=NOW)
    close_follow_up(follow_up=call, result=FollowUpResult.NO_ANSWER, by=nurse, now=NOW)
    call.refresh_from_db()
    assert call.due_at.date() >= MONDAY
    assert escalate_overdue(by=None, now=datetime(2026, 12, 1, 17, tzinfo=UTC)) == 0
    assert escalate_overdue(by=None, now=datetime(2026, 12, 1, 19, tzinfo=UTC)) == 1
    late.refresh_from_db()
    assert late.owner_role == Role.PHYSICIAN


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("of_place", "told"),
    [("north@dorsa.example", "north@dorsa.example"), ("", "all@dorsa.example")],
)
def test_whoever_is_on_call_where_the_person_comes_is_told(of_place, told, settings):
    """At night the physician of the other town knows neither the person nor the way."""
    shipped_catalogue()
    settings.ON_CALL_EMAIL = "all@dorsa.example"
    site = builders.make_site()
    site.on_call_email = of_place
    site.save()
    patient = builders.make_patient()
    row = tell_well_being(patient=patient, told=Told(frozenset({"fever"})), by=None, now=NOW)
    (notice,) = Message.objects.filter(kind="team_notice")
    assert notice.to_address == told
    assert str(row.pk) in notice.dedupe_key
