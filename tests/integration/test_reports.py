"""Every figure of the reports against numbers computed by hand."""

import csv
import io
from datetime import date, datetime, time, timedelta

import pytest

from clinic.accounts.roles import Role
from clinic.shared.errors import Invalid, NotAllowed
from scheduling.actions.hours import Leave, Whose, add_leave
from scheduling.actions.move import NewPlace, move_appointment
from scheduling.actions.steps import take_step, undo_step
from scheduling.domain.states import Step
from scheduling.models import Holiday, Resource
from scheduling.queries.reports import REPORTS, Period, report
from tests import builders
from tests.integration.test_booking import NOW, TEN, Place
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db
DAY = TEN.date()
MINUTE = timedelta(minutes=1)


@pytest.fixture
def place():
    place = Place()
    place.manager = builders.make_user(Role.MANAGER)
    place.nurse = builders.make_user(Role.NURSE)
    return place


def rows(place, name, first=DAY, last=DAY):
    found = report(place.manager, name, Period(place.site, first, last), now=NOW)
    return [tuple(row.cells) for row in found.rows]


def take(visit, step, by, after):
    return take_step(appointment=visit, step=step, by=by, now=TEN + after * MINUTE)


def test_utilisation_is_booked_minutes_of_open_minutes(place):
    """A day of 24 hours less a minute; an hour of leave; two visits of 30 minutes, one cancelled.

    The clinician: 1439 − 60 = 1379 open, 30 booked. The room: 30 and 15 of cleaning.
    """
    kept, gone = place.book(), place.book(TEN + timedelta(hours=2))
    take_step(appointment=gone, step=Step.CANCEL, by=place.clerk, now=NOW)
    leave = Leave(DAY, DAY, time(20), time(21))
    add_leave(whose=Whose(place.site, place.clinician), leave=leave, by=place.manager, now=NOW)
    found = {row[1]: row[2:] for row in rows(place, "utilisation")}
    assert found[place.clinician.name] == (1379, 30, 0, 2.2)
    room = kept.reservations.filter(resource__kind="room").first().resource
    assert found[room.name] == (1439, 45, 0, 3.1)
    assert found[place.machine.name] == (1439, 30, 0, 2.1)
    idle = next(r for r in place.rooms if r != room)
    assert found[idle.name] == (1439, 0, 0, 0.0)


def test_a_holiday_is_no_open_time(place):
    """A day off is not a day of idle rooms: 10:00 to 12:00 is 120 minutes, and nobody shows 0 %."""
    Holiday.objects.create(
        site=place.site, local_date=DAY, name="Short", opens=time(10), closes=time(12)
    )
    assert {row[2] for row in rows(place, "utilisation")} == {120}
    Holiday.objects.update(opens=None, closes=None)
    assert {(row[2], row[5]) for row in rows(place, "utilisation")} == {(0, "")}


def test_what_was_booked_over_itself_counts_once(place):
    """Two people in one half hour do not make an hour."""
    visit = place.book()
    row = visit.reservations.filter(resource=place.clinician).first()
    row.pk, row.is_overbooked = None, True
    row.save()
    found = {line[1]: line[3] for line in rows(place, "utilisation")}
    assert found[place.clinician.name] == 30


def test_what_is_out_of_use_and_was_not_used_is_left_out(place):
    """A room that was sold last year is no idle room."""
    Resource.objects.filter(pk=place.rooms[1].pk).update(is_active=False)
    assert place.rooms[1].name not in {row[1] for row in rows(place, "utilisation")}


def test_ends_are_counted_with_their_reasons(place):
    """Four visits: one completed, one no-show, two cancelled for two reasons: 25 % each."""
    visits = [place.book(TEN + timedelta(hours=n)) for n in range(4)]
    for step in (Step.ARRIVE, Step.START, Step.COMPLETE):
        take(visits[0], step, place.nurse, 5)
    take(visits[1], Step.NO_SHOW, place.clerk, 90)
    take_step(
        appointment=visits[2], step=Step.CANCEL, by=place.clerk, now=NOW, cancellation_reason="ill"
    )
    take_step(appointment=visits[3], step=Step.CANCEL, by=place.clerk, now=NOW)
    place.book(TEN + timedelta(days=1))
    assert rows(place, "outcomes") == [
        ("Cancelled", "No reason given", 1, 25.0),
        ("Cancelled", "The person is ill", 1, 25.0),
        ("Completed", "", 1, 25.0),
        ("No show", "", 1, 25.0),
    ]


def test_lead_time_runs_from_the_booking_to_the_visit(place):
    """Booked 1, 2 and 4 days ahead: the median is 2, and nine of ten within 2 + 0.8 × 2 = 3.6."""
    for number, days in enumerate((1, 2, 4)):
        start = TEN + timedelta(hours=number)
        place.book(start, now=start - timedelta(days=days))
    assert rows(place, "lead-times") == [(place.kind.name, 3, 2.0, 3.6)]


def test_waits_run_between_the_steps_that_stand(place):
    """Arrived at 0, roomed at 10, begun at 30; and one roomed by mistake at 1, truly at 20.

    Arrived to roomed: 10 and 20, median 15, nine of ten within 10 + 0.9 × 10 = 19.
    Roomed to begun: 20 and 4. Arrived to begun: 30 and 24.
    """
    one, other = place.book(), place.book(TEN + timedelta(hours=1))
    for step, after in ((Step.ARRIVE, 0), (Step.ROOM, 10), (Step.START, 30)):
        take(one, step, place.nurse, after)
    take(other, Step.ARRIVE, place.clerk, 0)
    take(other, Step.ROOM, place.clerk, 1)
    undo_step(appointment=other, by=place.clerk, now=TEN + 2 * MINUTE)
    take(other, Step.ROOM, place.clerk, 20)
    take(other, Step.START, place.nurse, 24)
    assert rows(place, "waits") == [
        ("Arrived to shown to a room", 2, 15.0, 19.0),
        ("In the room to begun", 2, 12.0, 18.4),
        ("Arrived to begun", 2, 27.0, 29.4),
    ]


def test_an_arrival_that_was_taken_back_is_no_wait(place):
    """The wrong Ana was marked as arrived; she has not waited since."""
    visit = place.book()
    take(visit, Step.ARRIVE, place.clerk, 0)
    undo_step(appointment=visit, by=place.clerk, now=TEN + MINUTE)
    take(visit, Step.ARRIVE, place.clerk, 40)
    take(visit, Step.START, place.nurse, 45)
    assert rows(place, "waits") == [("Arrived to begun", 1, 5.0, 5.0)]


def test_refilled_time_was_booked_after_it_was_freed(place):
    """Three half hours freed: one booked again whole, one for its last 10 minutes, one not.

    40 of 90 minutes: 44.4 %. A cancellation after the visit began frees nothing.
    """
    visits = [place.book(TEN + timedelta(hours=n)) for n in range(4)]
    for visit in visits[:3]:
        take_step(appointment=visit, step=Step.CANCEL, by=place.clerk, now=NOW)
    take(visits[3], Step.ARRIVE, place.clerk, 170)
    take(visits[3], Step.CANCEL, place.clerk, 190)
    place.book(TEN, now=NOW + MINUTE)
    moved = place.book(TEN + timedelta(hours=6), now=NOW + MINUTE)
    to = NewPlace(place.site, TEN + timedelta(hours=1, minutes=20), place.clinician)
    move_appointment(appointment=moved, to=to, by=place.clerk, now=NOW + 2 * MINUTE)
    assert rows(place, "refilled") == [(place.clinician.name, 3, 2, 90, 40, 44.4)]


def test_days_are_those_of_the_site(place):
    """A visit at eleven at night in New York belongs to that day, not to tomorrow in UTC."""
    place.site.time_zone = "America/New_York"
    place.site.save()
    place.book(datetime.fromisoformat("2027-01-13T04:00:00+00:00"))
    assert rows(place, "outcomes", date(2027, 1, 12), date(2027, 1, 12)) == [
        ("Booked", "", 1, 100.0)
    ]
    assert rows(place, "outcomes", date(2027, 1, 13), date(2027, 1, 13)) == []


def test_reports_name_nobody_and_are_for_managers(place):
    """Figures travel by mail; names must not."""
    visit = place.book()
    for name in REPORTS:
        with pytest.raises(NotAllowed):
            report(place.clerk, name, Period(place.site, DAY, DAY), now=NOW)
        assert visit.patient.family_name not in str(rows(place, name))
    with pytest.raises(Invalid):
        rows(place, "outcomes", DAY, DAY - timedelta(days=1))


def test_a_file_opens_without_running_anything(place):
    """A room called =HYPERLINK(…) is a text in the spreadsheet as well."""
    Resource.objects.filter(pk=place.machine.pk).update(name="=1+1")
    client = client_of(place.manager)
    query = f"?site={place.site.pk}&first_date={DAY}&last_date={DAY}"
    answer = client.get("/manager/reports/utilisation.csv" + query)
    lines = list(csv.reader(io.StringIO(answer.content.decode())))
    assert lines[0][:5] == ["Site", "From", "Through", "Kind", "Name"]
    assert "'=1+1" in {line[4] for line in lines}
    page = client.get("/manager/reports/" + query)
    assert page.status_code == 200
    assert b"=1+1" in page.content
    wrong = client.get("/manager/reports/?first_date=2027-02-01&last_date=2027-01-01")
    assert wrong.status_code == 422
    assert b'value="2027-02-01"' in wrong.content, "what was typed is not lost"
