"""A change of hours strands visits: shown before, listed after, never cancelled."""

from datetime import date, time, timedelta
from itertools import combinations

import pytest

from clinic.accounts.models import THE_CLINIC
from clinic.accounts.roles import Role
from clinic.shared.errors import Conflict, Invalid, NotAllowed
from scheduling.actions.hold import place_hold
from scheduling.actions.holidays import (
    HolidayDetails,
    add_holiday,
    change_holiday,
    load_holidays,
)
from scheduling.actions.hours import (
    Leave,
    Whose,
    add_leave,
    change_leave,
    follow_site,
    remove_leave,
    set_week,
)
from scheduling.actions.move import NewPlace, move_appointment
from scheduling.actions.resources import (
    ResourceDetails,
    change_resource,
    restore_resource,
    retire_resource,
)
from scheduling.actions.steps import take_step
from scheduling.actions.stranding import WHATEVER, settle_worklist, sweep_worklist
from scheduling.actions.worklist import keep_anyway
from scheduling.domain.states import Step
from scheduling.domain.week import Stretch
from scheduling.models import Appointment, Holiday, TimeOff, WorkingHours, WorklistItem
from scheduling.queries.open_hours import faults, faults_of
from scheduling.queries.worklist import worklist
from tests import builders
from tests.integration.test_booking import NOW, TEN, Place

pytestmark = pytest.mark.django_db
DAY = TEN.date()
NINE_TO_FIVE = [Stretch(day, time(9), time(17)) for day in range(1, 8)]


@pytest.fixture
def place():
    place = Place()
    place.manager = builders.make_user(Role.MANAGER)
    return place


def act(action, place, **fields):
    fields = {"by": place.manager, "now": NOW} | fields
    return action(**fields)


def away(place, accepted="", **leave):
    wish = Leave(**{"first_date": DAY, "last_date": DAY, "reason": "Conference"} | leave)
    whose = Whose(place.site, place.clinician)
    return act(add_leave, place, whose=whose, leave=wish, accepted=accepted)


def open_items():
    return list(WorklistItem.objects.filter(resolved_at__isnull=True))


def test_what_is_shown_is_what_is_listed(place):
    """A preview that differs from the save would be a promise broken."""
    visit, other = place.book(), place.book(TEN + timedelta(days=1))
    shown = away(place)
    assert not shown.is_saved
    assert [v.pk for v in shown.visits] == [visit.pk]
    assert not TimeOff.objects.exists()
    assert open_items() == []
    saved = away(place, accepted=shown.key)
    assert saved.is_saved
    assert [v.pk for v in saved.visits] == [visit.pk]
    assert [item.appointment_id for item in open_items()] == [visit.pk]
    assert open_items()[0].reason.endswith("is away: Conference")
    visit.refresh_from_db()
    other.refresh_from_db()
    assert (visit.status, other.status) == ("booked", "booked"), "nothing is cancelled"


def test_saving_twice_lists_once(place):
    """A second click, or the same leave from a second person."""
    place.book()
    away(place, accepted=WHATEVER)
    again = away(place)
    assert again.is_saved
    assert again.visits == []
    assert len(open_items()) == 1
    assert TimeOff.objects.count() == 1


def test_somebody_booked_meanwhile_is_shown_before_it_is_saved(place):
    """What the manager agreed to was about one person, not two."""
    place.book()
    shown = away(place)
    place.book(TEN + timedelta(hours=1))
    again = away(place, accepted=shown.key)
    assert not again.is_saved
    assert len(again.visits) == 2


def test_leave_by_the_clock_spares_who_comes_before(place):
    """A free afternoon must not send the morning home."""
    place.book()
    spared = away(place, from_time=time(23))
    assert spared.is_saved
    assert spared.visits == []


def test_hours_entered_ahead_count_from_their_day(place):
    """Next month's hours are written this month, and this month's visits stay."""
    visit = place.book()
    late = [Stretch(day, time(20), time(22)) for day in range(1, 8)]
    whose = Whose(place.site, place.clinician)
    after = act(set_week, place, whose=whose, week=late, from_date=DAY + timedelta(days=1))
    assert after.is_saved
    shown = act(set_week, place, whose=whose, week=late, from_date=DAY)
    assert [v.pk for v in shown.visits] == [visit.pk]


def test_a_week_replaces_exactly_its_days(place):
    """A fortnight of other hours must not touch the rest of the year."""
    whose = Whose(place.site, place.clinician)
    begin, end = DAY + timedelta(days=7), DAY + timedelta(days=20)
    for _ in range(2):
        act(set_week, place, whose=whose, week=NINE_TO_FIVE, from_date=begin, until_date=end)
    rows = WorkingHours.objects.filter(resource=place.clinician, weekday=2)
    found = sorted((r.valid_from or date.min, r.valid_until or date.max, r.opens) for r in rows)
    one = timedelta(days=1)
    assert [row[:2] for row in found] == [
        (date.min, begin - one),
        (begin, end),
        (end + one, date.max),
    ]
    assert found[1][2] == time(9)
    assert found[0][2] == found[2][2] != time(9)


@pytest.mark.parametrize(
    ("week", "begin", "end"),
    [
        ([Stretch(1, time(9), time(12)), Stretch(1, time(11), time(13))], DAY, None),
        ([Stretch(1, time(12), time(9))], DAY, None),
        (NINE_TO_FIVE, NOW.date() - timedelta(days=2), None),
        (NINE_TO_FIVE, DAY, DAY - timedelta(days=1)),
    ],
)
def test_hours_that_make_no_sense_are_refused(place, week, begin, end):
    """Overlapping, backwards, in the past."""
    whose = Whose(place.site, place.clinician)
    with pytest.raises(Invalid):
        act(set_week, place, whose=whose, week=week, from_date=begin, until_date=end)


def test_a_room_that_gets_hours_keeps_the_site_s_until_then(place):
    """Hours from next month on must not close the room this month."""
    place.book()
    room = place.site.resources.filter(kind="room").first()
    begin = DAY + timedelta(days=30)
    whose = Whose(place.site, room)
    assert act(set_week, place, whose=whose, week=NINE_TO_FIVE, from_date=begin).is_saved
    assert act(follow_site, place, resource=room).is_saved
    assert not WorkingHours.objects.filter(resource=room).exists()
    with pytest.raises(Invalid):
        act(set_week, place, whose=whose, week=[], from_date=begin)


def test_hours_given_back_settle_the_item(place):
    """The leave was cancelled: nobody needs to call."""
    place.book()
    away(place, accepted=WHATEVER)
    act(remove_leave, place, time_off=TimeOff.objects.get())
    item = WorklistItem.objects.get()
    assert item.resolution == "It fits again."
    assert item.resolved_by == place.manager


def test_a_changed_leave_is_shown_like_a_new_one(place):
    """Moved by a day, it strands somebody else."""
    place.book()
    later = place.book(TEN + timedelta(days=1))
    away(place, accepted=WHATEVER)
    wish = Leave(DAY + timedelta(days=1), DAY + timedelta(days=1))
    shown = act(change_leave, place, time_off=TimeOff.objects.get(), leave=wish)
    assert [v.pk for v in shown.visits] == [later.pk]
    again = TimeOff.objects.get()
    act(change_leave, place, time_off=again, leave=wish, accepted=shown.key)
    assert [item.appointment_id for item in open_items()] == [later.pk]


@pytest.mark.parametrize("how", ["move", "cancel"])
def test_a_visit_that_somebody_dealt_with_leaves_the_list(place, how):
    """The list is what is left to do."""
    visit = place.book()
    away(place, accepted=WHATEVER)
    if how == "move":
        to = NewPlace(place.site, TEN + timedelta(days=1), None)
        move_appointment(appointment=visit, to=to, by=place.clerk, now=NOW + timedelta(minutes=1))
    else:
        take_step(appointment=visit, step=Step.CANCEL, by=place.clerk, now=NOW)
    later = NOW + timedelta(minutes=2)
    assert worklist(place.clerk, now=later) == [], "at once, before the clockwork comes by"
    settle_worklist(by="worker", now=later)
    wanted = {"move": "The visit was moved.", "cancel": "The visit was cancelled."}
    assert WorklistItem.objects.get().resolution == wanted[how]


def test_keeping_needs_a_reason_and_is_not_asked_again(place):
    """The clinician comes in for this one person."""
    place.book()
    away(place, accepted=WHATEVER)
    item = WorklistItem.objects.get()
    with pytest.raises(Invalid):
        keep_anyway(item=item, reason="  ", by=place.clerk, now=NOW)
    with pytest.raises(NotAllowed):
        keep_anyway(item=item, reason="Comes in", by=place.manager, now=NOW)
    keep_anyway(item=item, reason="Comes in for her", by=place.clerk, now=NOW)
    with pytest.raises(Conflict):
        keep_anyway(item=item, reason="Twice", by=place.clerk, now=NOW)
    sweep_worklist(by="worker", now=NOW)
    assert open_items() == []
    assert WorklistItem.objects.get().resolution == "Kept: Comes in for her"


def test_the_list_says_what_is_wrong(place):
    """Whoever calls must be able to say why."""
    place.book()
    away(place, accepted=WHATEVER)
    entry = worklist(place.clerk, now=NOW)[0]
    assert entry.troubles == [f"{place.clinician} is not there then"]
    assert entry.can_move


def test_looking_at_some_finds_what_looking_at_all_finds_of_them(place):
    """The list and its clock look at who is listed only, however full the calendar is."""
    visits = [place.book(TEN + timedelta(days=day)) for day in range(4)]
    whose = Whose(place.site, place.clinician)
    for day in (0, 2):
        leave = Leave(DAY + timedelta(days=day), DAY + timedelta(days=day))
        TimeOff.objects.create(
            site=place.site, resource=place.clinician, during=leave.during(whose.site)
        )
    sites = [place.site]
    everything = set(faults(THE_CLINIC, sites, now=NOW))
    assert {fault.appointment_id for fault in everything} == {visits[0].pk, visits[2].pk}
    for number in range(len(visits) + 1):
        for some in combinations([visit.pk for visit in visits], number):
            wanted = {fault for fault in everything if fault.appointment_id in some}
            assert set(faults_of(THE_CLINIC, some, sites, now=NOW)) == wanted
    late = visits[0].end_at
    assert set(faults_of(THE_CLINIC, [visits[0].pk], sites, now=late)) == set()


def test_holidays_strand_and_may_be_worked(place):
    """The calendar knows the day; the manager knows the clinic."""
    place.site.holiday_calendar = "US-NY"
    place.site.save()
    visit = place.book()
    details = HolidayDetails("Founders' day")
    shown = act(add_holiday, place, site=place.site, local_date=DAY, details=details)
    assert [v.pk for v in shown.visits] == [visit.pk]
    act(
        add_holiday,
        place,
        site=place.site,
        local_date=DAY,
        details=details,
        accepted=WHATEVER,
    )
    worked = HolidayDetails("Founders' day", is_observed=False)
    act(change_holiday, place, holiday=Holiday.objects.get(), details=worked)
    assert open_items() == []
    for _ in range(2):
        assert act(load_holidays, place, site=place.site, year=DAY.year).is_saved
    assert Holiday.objects.get(local_date=date(DAY.year, 7, 4)).name == "Independence Day"
    assert Holiday.objects.get(local_date=DAY).name == "Founders' day"


def test_what_goes_out_of_use_strands_and_comes_back(place):
    """A broken machine is one click; its people are called, not lost."""
    visit = place.book()
    room = visit.reservations.filter(resource__kind="room").first().resource
    shown = act(retire_resource, place, resource=room)
    assert [v.pk for v in shown.visits] == [visit.pk]
    act(retire_resource, place, resource=room, accepted=shown.key)
    assert len(open_items()) == 1
    act(restore_resource, place, resource=room)
    assert open_items() == []


def test_a_lost_ability_strands_who_needs_it(place):
    """A room without its fluoroscopy is open, and useless for the injection."""
    visit = place.book()
    need = visit.visit_type.needs.filter(capability__isnull=False).first()
    if need is None:
        pytest.skip("this place needs no ability")
    row = visit.reservations.filter(resource__kind=need.kind).first()
    shown = act(
        change_resource, place, resource=row.resource, details=ResourceDetails(row.resource.name)
    )
    assert [v.pk for v in shown.visits] == [visit.pk]


def test_the_sweep_lists_what_slipped_through_once(place):
    """A booking that raced a leave is found by the next look, and not again once kept."""
    visit = place.book()
    whose = Whose(place.site, place.clinician)
    TimeOff.objects.create(
        site=place.site, resource=place.clinician, during=Leave(DAY, DAY).during(whose.site)
    )
    for _ in range(2):
        sweep_worklist(by="worker", now=NOW)
    assert [item.appointment_id for item in open_items()] == [visit.pk]
    Appointment.objects.update(overbooking_reason="On purpose")


def test_clinicians_set_their_own_hours_and_nobody_else_s(place):
    """A colleague's calendar is the colleague's."""
    physician = builders.make_user(Role.PHYSICIAN)
    whose = Whose(place.site, place.clinician)
    with pytest.raises(NotAllowed):
        add_leave(whose=whose, leave=Leave(DAY, DAY), by=physician, now=NOW)
    place.clinician.user = physician
    place.clinician.save()
    assert add_leave(whose=whose, leave=Leave(DAY, DAY), by=physician, now=NOW).is_saved
    with pytest.raises(NotAllowed):
        add_leave(whose=Whose(place.site), leave=Leave(DAY, DAY), by=physician, now=NOW)
    with pytest.raises(NotAllowed):
        add_leave(whose=whose, leave=Leave(DAY, DAY), by=place.clerk, now=NOW)


def test_leave_shows_the_times_that_are_held_as_well(place):
    """The desk is on the phone with them: they would book a clinician who is not there."""
    hold = place_hold(request=place.request(), by=place.clerk, now=NOW)
    place_hold(request=place.request(TEN + timedelta(days=1)), by=place.clerk, now=NOW)
    shown = away(place)
    assert (shown.is_saved, shown.visits, shown.holds) == (False, [], [hold])
    saved = away(place, accepted=shown.key)
    assert (saved.is_saved, saved.holds) == (True, [hold])
    assert open_items() == [], "nobody is booked: there is nobody to be called about a visit"
    assert away(place).holds == [], "asked once, not again"
    later = NOW + timedelta(hours=1)
    site = Leave(first_date=DAY + timedelta(days=1), last_date=DAY + timedelta(days=1))
    whose = Whose(place.site)
    assert act(add_leave, place, whose=whose, leave=site, now=later).is_saved, "ran out"


def test_retiring_somebody_shows_what_is_held_with_them(place):
    """The page for rooms and clinicians shows the same as the page for hours."""
    hold = place_hold(request=place.request(), by=place.clerk, now=NOW)
    shown = act(retire_resource, place, resource=place.clinician)
    assert (shown.is_saved, shown.holds) == (False, [hold])
