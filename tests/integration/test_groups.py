"""Groups: as many people as there are seats, and one clinician and one room for all of them."""

import json
from datetime import time, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from clinic.shared.errors import Invalid
from scheduling.actions.book import walk_in
from scheduling.actions.errors import PatientBusy, PlaceGone, SlotTaken
from scheduling.actions.move import NewPlace, move_appointment
from scheduling.actions.overbook import overbook_appointment
from scheduling.actions.series import CourseRequest, book_series
from scheduling.actions.series_errors import SeriesTaken
from scheduling.actions.series_move import SeriesChange, move_series
from scheduling.actions.steps import take_step, undo_step
from scheduling.domain.courses import Scope
from scheduling.domain.states import Step
from scheduling.models import GroupSession, Reservation, Resource, TimeOff
from scheduling.queries.availability import SlotSearch, free_slots, free_slots_json
from tests import builders
from tests.integration.test_booking import NOW, TEN

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


class School:
    """One clinician, one room, and a class for three."""

    def __init__(self):
        self.site = builders.make_site("UTC")
        self.clinician = builders.make_clinician(self.site)
        self.room = builders.make_resource(self.site)
        needs = ["clinician", {"kind": "room", "buffer_after_minutes": 15}]
        self.kind = builders.make_visit_type(45, needs, capacity=3, alignment_minutes=15)
        self.clerk = builders.make_user()

    def request(self, start_at=TEN, **changes):
        from scheduling.actions.reserve import BookingRequest

        fields = {
            "patient": builders.make_patient(),
            "visit_type": self.kind,
            "site": self.site,
            "start_at": start_at,
        }
        return BookingRequest(**fields | changes)

    def book(self, start_at=TEN, **changes):
        from scheduling.actions.book import book_appointment

        request = self.request(start_at, **changes)
        return book_appointment(request=request, by=self.clerk, now=NOW)

    def cancel(self, visit):
        take_step(appointment=visit, step=Step.CANCEL, by=self.clerk, now=NOW)

    def undo(self, visit):
        return undo_step(appointment=visit, by=self.clerk, now=NOW)

    def starts(self, **changes):
        search = SlotSearch(self.kind, [self.site], TEN - HOUR, TEN + 2 * HOUR, **changes)
        return {slot.start_at for slot in free_slots(self.clerk, search, now=NOW)}


@pytest.fixture
def school():
    return School()


def active(session=None):
    rows = Reservation.objects.filter(is_active=True)
    return rows.filter(group=session) if session else rows


def test_all_seats_are_given_and_not_one_more(school):
    """A fourth chair does not appear by itself."""
    visits = [school.book() for _ in range(3)]
    session = GroupSession.objects.get()
    assert {visit.seat.number for visit in visits} == {1, 2, 3}
    assert {visit.seat.session for visit in visits} == {session}
    assert active().count() == active(session).count() == 3, "clinician, room and cleaning: once"
    assert TEN not in school.starts()
    with pytest.raises(SlotTaken) as refused:
        school.book()
    assert refused.value.alternatives


def test_a_group_that_is_not_full_is_offered_at_its_own_start_only(school):
    """Half past ten would need a second clinician."""
    visit = school.book()
    assert TEN in school.starts()
    assert TEN + HOUR / 4 not in school.starts()
    assert TEN not in school.starts(patient_id=visit.patient_id), "they sit in it already"
    with pytest.raises(PatientBusy):
        school.book(patient=visit.patient)


def test_the_last_one_to_leave_closes_the_group(school):
    """An empty room must be free for others."""
    first, second = school.book(), school.book()
    session = GroupSession.objects.get()
    school.cancel(first)
    assert active(session).count() == 3
    school.cancel(second)
    session.refresh_from_db()
    assert (session.is_active, active(session).count()) == (False, 0)
    talk = builders.make_visit_type(45, ["clinician"])
    assert school.book(visit_type=talk).status == "booked"


def test_coming_back_opens_the_group_again_if_its_place_is_free(school):
    """A slip of the mouse, in a group of one."""
    visit = school.book()
    school.cancel(visit)
    assert school.undo(visit).status == "booked"
    session = GroupSession.objects.get()
    assert (session.is_active, active(session).count()) == (True, 3)
    school.cancel(visit)
    school.book(visit_type=builders.make_visit_type(45, ["clinician"]))
    with pytest.raises(SlotTaken):
        school.undo(visit)
    session.refresh_from_db()
    assert (session.is_active, active(session).count()) == (False, 0)


def test_coming_back_takes_another_seat_if_one_s_own_is_given_away(school):
    """Any chair will do; only a full group is full."""
    first, _second = school.book(), school.book()
    seat = first.seat
    school.cancel(first)
    other = school.book()
    assert other.seat == seat
    back = school.undo(first)
    assert (back.status, back.seat.number) == ("booked", 3)
    school.cancel(back)
    school.book()
    with pytest.raises(SlotTaken):
        school.undo(back)


def test_a_visit_moves_from_group_to_group(school):
    """The former group closes behind the last one; the new one opens for the first."""
    first, second = school.book(), school.book()
    later = TEN + 2 * HOUR

    def move(visit, start_at):
        to = NewPlace(school.site, start_at)
        return move_appointment(appointment=visit, to=to, by=school.clerk, now=NOW)

    assert move(first, later).seat.session.start_at == later
    assert GroupSession.objects.filter(is_active=True).count() == 2
    assert move(second, later).seat.session == move(first, later).seat.session
    assert [s.start_at for s in GroupSession.objects.filter(is_active=True)] == [later]
    assert active().count() == 3


def test_a_group_cannot_be_booked_over(school):
    """Its capacity is the number of its chairs."""
    with pytest.raises(Invalid, match="capacity"):
        overbook_appointment(
            request=school.request(), reason="please, please", by=school.clerk, now=NOW
        )


def test_one_clinician_s_group_is_asked_for_by_name(school):
    """With two classes at one time the person comes to the one they chose."""
    other = builders.make_clinician(school.site)
    builders.make_resource(school.site)
    visits = [school.book(clinician=who) for who in (school.clinician, other, other)]
    sessions = [visit.seat.session_id for visit in visits]
    assert sessions[0] != sessions[1] == sessions[2]


def test_who_walks_in_joins_the_class_that_is_just_beginning(school):
    """Five minutes late is still in time for a chair."""
    visit = school.book()
    late = walk_in(
        patient=builders.make_patient(),
        visit_type=school.kind,
        site=school.site,
        by=school.clerk,
        now=TEN + HOUR / 12,
    )
    assert late.seat.session == visit.seat.session
    assert late.status == "arrived"


def test_a_group_that_is_moved_to_another_room_takes_everybody_along(school):
    """The room belongs to the class, not to the one whose page was open."""
    from scheduling.actions.assign import assign_resource

    first, second = school.book(), school.book()
    room = builders.make_resource(school.site)
    assign_resource(appointment=first, old=school.room, new=room, by=school.clerk, now=NOW)
    for visit in (first, second):
        assert room.pk in set(visit.places().values_list("resource", flat=True))
        assert school.room.pk not in set(visit.places().values_list("resource", flat=True))


def test_the_only_one_in_a_group_moves_onto_a_time_that_overlaps_the_old_one(school):
    """“Half an hour later” is the commonest wish, and nobody but themselves is in the way."""
    visit = school.book()
    old, later = visit.seat.session, TEN + HOUR / 2
    assert later in school.starts(moving=visit.pk)
    moved = move_appointment(
        appointment=visit, to=NewPlace(school.site, later), by=school.clerk, now=NOW
    )
    assert moved.seat.session.start_at == later
    assert not active(old).exists()
    old.refresh_from_db()
    assert not old.is_active
    assert active(moved.seat.session).count() == 3


def test_who_leaves_others_behind_does_not_take_their_clinician_along(school):
    """The class goes on without them, and its room is its own."""
    visit, _other = school.book(), school.book()
    session, later = visit.seat.session, TEN + HOUR / 2
    assert later not in school.starts(moving=visit.pk)
    with pytest.raises(SlotTaken):
        move_appointment(
            appointment=visit, to=NewPlace(school.site, later), by=school.clerk, now=NOW
        )
    visit.refresh_from_db()
    assert visit.seat.session == session
    assert active(session).count() == 3


def test_a_course_of_classes_moves_over_its_own_times(school):
    """Twelve classes half an hour later: none of them stands in the way of itself."""
    times = [(TEN + n * 7 * 24 * HOUR, None) for n in range(3)]
    wish = CourseRequest(builders.make_patient(), school.kind, school.site, times, 1)
    series = book_series(request=wish, by=school.clerk, now=NOW)
    change = SeriesChange(clock=time(10, 30))
    first = series.appointments.order_by("series_number")[0]
    moved = move_series(appointment=first, scope=Scope.ALL, change=change, by=school.clerk, now=NOW)
    assert [visit.start_at.time() for visit in moved] == [time(10, 30)] * 3
    assert GroupSession.objects.filter(is_active=True).count() == 3
    change = SeriesChange(days=7)
    moved = move_series(appointment=first, scope=Scope.ALL, change=change, by=school.clerk, now=NOW)
    assert GroupSession.objects.filter(is_active=True).count() == 3
    assert active().count() == 9


def lasts(school, minutes, **changes):
    """The manager changes the kind of visit while groups of it are open."""
    for name, value in ({"duration_minutes": minutes} | changes).items():
        setattr(school.kind, name, value)
    school.kind.save()


def test_who_joins_a_group_ends_with_it(school):
    """The room is taken until the class ends: a longer visit would sit in somebody else's time."""
    first = school.book()
    end = first.end_at
    lasts(school, 90)
    joined = school.book()
    assert (joined.seat.session, joined.end_at) == (first.seat.session, end)
    other = school.book(TEN + 4 * HOUR)
    moved = move_appointment(
        appointment=other, to=NewPlace(school.site, TEN), by=school.clerk, now=NOW
    )
    assert (moved.seat.session, moved.end_at) == (first.seat.session, end)


def test_a_course_that_joins_groups_ends_with_them(school):
    """Twelve classes at once would be twelve visits that last too long."""
    end = school.book().end_at
    later = school.book(TEN + 24 * HOUR)
    lasts(school, 90)
    wish = CourseRequest(builders.make_patient(), school.kind, school.site, [(TEN, None)], 1)
    series = book_series(request=wish, by=school.clerk, now=NOW)
    visit = series.appointments.get()
    assert visit.end_at == end
    [moved] = move_series(
        appointment=visit,
        scope=Scope.ALL,
        change=SeriesChange(days=1),
        by=school.clerk,
        now=NOW,
    )
    assert (moved.seat.session, moved.end_at) == (later.seat.session, later.end_at)


def test_a_group_is_offered_with_its_own_end(school):
    """What is read out on the phone is what is booked; and who is busy by then is not asked."""
    end = school.book().end_at
    lasts(school, 90)
    search = SlotSearch(school.kind, [school.site], TEN, TEN + HOUR)
    assert [(s.start_at, s.end_at) for s in free_slots(school.clerk, search, now=NOW)] == [
        (TEN, end)
    ]
    assert json.loads(free_slots_json(school.clerk, search, now=NOW))[0]["end_at"] == (
        end.strftime("%Y-%m-%dT%H:%M:%SZ")
    )
    talk = builders.make_visit_type(30, ["clinician"])
    builders.make_clinician(school.site)
    after = school.book(TEN + HOUR, visit_type=talk)
    assert TEN in school.starts(patient_id=after.patient_id), "it ends before their talk begins"


def test_a_larger_capacity_counts_for_groups_that_are_open(school):
    """The refusal advises it: “make its capacity larger”."""
    for _ in range(3):
        school.book()
    assert TEN not in school.starts()
    lasts(school, 45, capacity=4)
    assert TEN in school.starts()
    assert school.book().seat.number == 4
    with pytest.raises(SlotTaken):
        school.book()


def test_a_smaller_capacity_sends_nobody_away_and_lets_nobody_in(school):
    """Who is in stays; a chair that becomes free is not given again until there is room."""
    visits = [school.book() for _ in range(3)]
    lasts(school, 45, capacity=2)
    assert TEN not in school.starts()
    school.cancel(visits[0])
    assert TEN not in school.starts()
    with pytest.raises(SlotTaken):
        school.undo(visits[0])
    school.cancel(visits[1])
    assert TEN in school.starts()
    assert school.book().status == "booked"


def away(school, resource=None):
    """Leave is entered, or the site closed, after the group was opened."""
    hour = DateTimeTZRange(TEN + HOUR / 2, TEN + HOUR)
    TimeOff.objects.create(site=school.site, resource=resource, during=hour)


@pytest.mark.parametrize("who", ["clinician", "site", "room", "retired", "closes"])
def test_nobody_joins_a_group_that_will_not_take_place(school, who):
    """Twelve people would stand before a locked door."""
    school.book()
    other = school.book(TEN + 4 * HOUR)
    if who == "retired":
        Resource.objects.filter(pk=school.room.pk).update(is_active=False)
    elif who == "closes":
        school.site.working_hours.filter(resource=None).update(closes=time(10, 30))
    else:
        away(school, {"clinician": school.clinician, "room": school.room, "site": None}[who])
    assert TEN not in school.starts()
    with pytest.raises(SlotTaken):
        school.book()
    with pytest.raises(SlotTaken):
        move_appointment(appointment=other, to=NewPlace(school.site, TEN), by=school.clerk, now=NOW)
    wish = CourseRequest(builders.make_patient(), school.kind, school.site, [(TEN, None)], 1)
    with pytest.raises(SeriesTaken):
        book_series(request=wish, by=school.clerk, now=NOW)


@pytest.mark.parametrize("others", [0, 1])
def test_nobody_comes_back_into_a_group_that_will_not_take_place(school, others):
    """The class was full, and closed behind them or not: its clinician is away either way."""
    visit = school.book()
    for _ in range(others):
        school.book()
    school.cancel(visit)
    away(school, school.clinician)
    with pytest.raises(PlaceGone, match="away"):
        school.undo(visit)
    visit.refresh_from_db()
    assert visit.status == "cancelled"
