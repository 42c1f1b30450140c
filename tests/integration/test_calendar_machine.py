"""Days of a clinic at random: after every step the calendar must be as the model says.

Hypothesis chooses the steps; `calendar_model.py` says what must be true, by SQL of its own. To add
a rule: a method with `@rule` that calls an action through `attempt`, and writes into `self.visits`
or `self.holds` what must have come of it.
"""

import os
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from clinic.shared.errors import DomainError
from scheduling.actions import group, reserve, steps
from scheduling.actions.assign import assign_resource
from scheduling.actions.book import book_appointment, walk_in
from scheduling.actions.errors import PatientBusy
from scheduling.actions.hold import book_hold, expire_holds, place_hold, release_hold
from scheduling.actions.move import NewPlace, move_appointment
from scheduling.actions.offers import accept_offer, decline_offer, expire_offer
from scheduling.actions.openings import REST, claim_opening, settle_opening
from scheduling.actions.overbook import overbook_appointment
from scheduling.actions.reserve import READING, BookingRequest
from scheduling.actions.series import CourseRequest, book_series
from scheduling.actions.series_cancel import cancel_series
from scheduling.actions.series_move import SeriesChange, move_series
from scheduling.actions.steps import take_step
from scheduling.actions.waitlist import Wish, add_to_waitlist
from scheduling.domain.courses import Scope
from scheduling.domain.local_time import wall_instant
from scheduling.domain.states import Step, is_time_for
from scheduling.models import Appointment, Resource, WaitlistOffer
from scheduling.queries.availability import SlotSearch, free_slots
from scheduling.tasks.waitlist import offer_opening
from tests import builders
from tests.integration.calendar_model import GONE, KINDS, NEEDS, Visit, complaints

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LONG = "DORSA_EXAMPLES" in os.environ
# One hour a step would be too coarse: four hours, a start every ten minutes, few people and rooms.
STARTS = 24
TARGETS = {
    Step.CONFIRM: ({"booked"}, "confirmed"),
    Step.ARRIVE: ({"booked", "confirmed"}, "arrived"),
    Step.ROOM: ({"arrived"}, "roomed"),
    Step.CANCEL: ({"booked", "confirmed", "arrived", "roomed"}, "cancelled"),
    Step.NO_SHOW: ({"booked", "confirmed"}, "no_show"),
}
DAYS = [
    ("America/New_York", date(2027, 1, 12)),
    ("America/New_York", date(2027, 3, 14)),
    ("America/New_York", date(2027, 11, 7)),
    ("Australia/Lord_Howe", date(2027, 10, 3)),
    ("Australia/Lord_Howe", date(2027, 4, 4)),
    ("Asia/Kolkata", date(2027, 1, 12)),
]

some = st.integers(0, 30)
kinds = st.sampled_from(sorted(KINDS))
starts = st.integers(0, STARTS - 1)


class Calendar(RuleBasedStateMachine):
    """A small clinic, and everything that happens at its desk."""

    @initialize(day=st.sampled_from(DAYS))
    def open_the_clinic(self, day):
        """Rows are made once an example, in a transaction that is undone."""
        self.undone = transaction.atomic()
        self.undone.__enter__()
        zone, local = day
        # Around the hour in which the clocks change, if they do.
        self.begin = wall_instant(local, time(1), ZoneInfo(zone))
        self.now = self.begin - timedelta(hours=1)
        self.site = builders.make_site(zone)
        for _ in range(2):
            builders.make_clinician(self.site)
            builders.make_resource(self.site)
        builders.make_resource(self.site, "equipment")
        # A second house, to which single visits move: small, and without the machine.
        self.elsewhere = builders.make_site(zone)
        builders.make_clinician(self.elsewhere)
        builders.make_resource(self.elsewhere)
        self.kinds = {
            code: builders.make_visit_type(
                minutes, NEEDS[code], capacity=seats, alignment_minutes=10
            )
            for code, (minutes, seats, _) in KINDS.items()
        }
        for code, kind in self.kinds.items():
            kind.code = code
            kind.save()
        self.patients = [builders.make_patient() for _ in range(4)]
        self.clerk = builders.make_user()
        self.visits, self.holds, self.rows = {}, {}, {}
        self.courses, self.offers = [], {}

    def teardown(self):
        if hasattr(self, "undone"):
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)

    # What the rules share.

    def attempt(self, action, **arguments):
        """What the action made, or None if it refused: then nothing may have changed."""
        try:
            return action(**arguments, by=self.clerk, now=self.now)
        except DomainError:
            return None

    def request(self, kind, start, who):
        start_at = self.begin + timedelta(minutes=10 * start)
        patient = self.patients[who % len(self.patients)]
        return BookingRequest(patient, self.kinds[kind], self.site, start_at.astimezone(UTC))

    def is_offered(self, request, moving=None):
        search = SlotSearch(
            request.visit_type,
            [self.site],
            request.start_at,
            request.start_at + timedelta(minutes=1),
            patient_id=request.patient.pk,
            moving=moving,
        )
        return bool(free_slots(self.clerk, search, now=self.now))

    def has_just_begun(self, request):
        """Whether it passed while it was read: not offered any more, and the desk may take it."""
        return self.now - READING <= request.start_at < self.now

    def has_a_hold(self, request):
        """Whether another time is held for the same person then."""
        return any(
            status == "held"
            and hold.patient == request.patient
            and hold.expires_at > self.now
            and hold.start_at < request.end_at
            and request.start_at < hold.end_at
            for hold, status in ((self.rows[key][0], held) for key, held in self.holds.items())
        )

    def add(self, row, kind, *before):
        if row is not None:
            self.visits[str(row.pk)] = Visit(row, kind, row.status, list(before))
            self.takes_off_the_list(row.patient, kind)

    def offered_to(self, patient, kind):
        """The holds that wait for an answer of this person about such a visit."""
        keys = [str(offer.hold_id) for offer in self.offers.values()]
        own = [k for k in keys if self.rows[k][0].patient == patient and self.rows[k][1] == kind]
        return [key for key in own if self.holds[key] == "held"]

    def takes_off_the_list(self, patient, kind):
        """Who has such a visit now waits no longer, and what was held for them is let go."""
        for key in self.offered_to(patient, kind):
            self.holds[key] = "released"

    def pick(self, rows, number):
        return list(rows.items())[number % len(rows)]

    # What happens.

    @rule(kind=kinds, start=starts, who=some)
    def book(self, kind, start, who):
        """What is offered can be booked, and nothing else but what was held for them anyway."""
        request = self.request(kind, start, who)
        if self.has_just_begun(request):
            return
        offered = self.is_offered(request)
        booked = self.attempt(book_appointment, request=request)
        if offered or not self.offered_to(request.patient, kind):
            assert (booked is not None) == offered, f"{offered=}, but booking said otherwise"
        self.add(booked, kind)

    @rule(kind=kinds, who=some)
    def someone_walks_in(self, kind, who):
        """They have arrived already; one step back they are only booked."""
        patient = self.patients[who % len(self.patients)]
        arguments = {"patient": patient, "visit_type": self.kinds[kind], "site": self.site}
        self.add(self.attempt(walk_in, **arguments), kind, "booked")

    @rule(kind=st.sampled_from(["exam", "talk", "procedure"]), start=starts, who=some)
    def overbook(self, kind, start, who):
        """Nothing is in the way of somebody who says why, but their own body."""
        request = self.request(kind, start, who)
        if request.start_at < self.now:
            return
        try:
            made = overbook_appointment(
                request=request, reason="great pain", by=self.clerk, now=self.now
            )
        except PatientBusy:
            return
        self.add(made, kind)

    @rule(kind=kinds, start=starts, who=some, long=some)
    def hold(self, kind, start, who, long):
        """What is offered can be held, unless another time is held for them then."""
        request = self.request(kind, start, who)
        offered = self.is_offered(request)
        is_held_for = self.has_a_hold(request)
        lasting = timedelta(minutes=1 + long)
        held = self.attempt(place_hold, request=request, lasting=lasting)
        assert (held is not None) == offered if not is_held_for else held is None
        if held is not None:
            self.holds[str(held.pk)] = "held"
            self.rows[str(held.pk)] = (held, kind)

    @precondition(lambda self: self.holds)
    @rule(number=some)
    def book_a_hold(self, number):
        """Only while it holds; never without its places."""
        key, status = self.pick(self.holds, number)
        held, kind = self.rows[key]
        booked = self.attempt(book_hold, hold=held)
        if booked is not None:
            assert status == "held"
            assert held.expires_at > self.now
            self.holds[key] = "booked"
        self.add(booked, kind)

    @precondition(lambda self: self.holds)
    @rule(number=some)
    def let_a_hold_go(self, number):
        """Once, and while it holds."""
        key, status = self.pick(self.holds, number)
        held, _ = self.rows[key]
        released = self.attempt(release_hold, hold=held)
        assert (released is not None) == (status == "held" and held.expires_at > self.now)
        if released is not None:
            self.holds[key] = "released"

    @rule()
    def clear_holds_away(self):
        """As the worker does, now and then."""
        expire_holds(by=None, now=self.now)
        for offer in self.offers.values():
            expire_offer(offer=offer, by=None, now=self.now)
        for key, status in self.holds.items():
            if status == "held" and self.rows[key][0].expires_at <= self.now:
                self.holds[key] = "expired"

    @rule(minutes=st.integers(1, 25))
    def time_passes(self, minutes):
        """Holds run out by it, whether or not anybody looks."""
        self.now += timedelta(minutes=minutes)

    @precondition(lambda self: self.visits)
    @rule(number=some, start=starts)
    def move(self, number, start):
        """To what is offered, and to nothing else."""
        _, visit = self.pick(self.visits, number)
        request = self.request(visit.kind, start, 0)
        if self.has_just_begun(request):
            return
        whose = BookingRequest(visit.row.patient, request.visit_type, self.site, request.start_at)
        can = visit.status in {"booked", "confirmed"}
        can = can and self.is_offered(whose, moving=visit.row.pk)
        to = NewPlace(self.site, request.start_at)
        moved = self.attempt(move_appointment, appointment=visit.row, to=to)
        if can or not self.offered_to(visit.row.patient, visit.kind):
            assert (moved is not None) == can
        if moved is not None:
            self.takes_off_the_list(visit.row.patient, visit.kind)

    @precondition(lambda self: self.visits)
    @rule(number=some, start=starts)
    def move_elsewhere(self, number, start):
        """To the other house: a visit of a course as well, without the rest of it."""
        _, visit = self.pick(self.visits, number)
        to = NewPlace(self.elsewhere, self.request(visit.kind, start, 0).start_at)
        if self.attempt(move_appointment, appointment=visit.row, to=to) is not None:
            self.takes_off_the_list(visit.row.patient, visit.kind)

    @precondition(lambda self: self.visits)
    @rule(number=some, step=st.sampled_from([*TARGETS, Step.CANCEL]))
    def go_on(self, number, step):
        """Exactly from where the table allows."""
        _, visit = self.pick(self.visits, number)
        sources, target = TARGETS[step]
        stands = Appointment.objects.get(pk=visit.row.pk)
        in_time = is_time_for(step, stands.start_at, self.site.zone, self.now)
        done = self.attempt(take_step, appointment=visit.row, step=step)
        assert (done is not None) == (visit.status in sources and in_time)
        if done is not None:
            visit.before.append(visit.status)
            visit.status = target

    @precondition(lambda self: self.visits)
    @rule(number=some)
    def go_back(self, number):
        """One step; only a place that is gone stands in the way."""
        _, visit = self.pick(self.visits, number)
        back = self.attempt(take_step, appointment=visit.row, step=Step.UNDO)
        if back is not None:
            visit.status = visit.before.pop()
        else:
            assert not visit.before or visit.status in GONE

    @precondition(lambda self: self.visits)
    @rule(number=some, sort=st.sampled_from(["room", "equipment"]), other=some)
    def change_rooms(self, number, sort, other):
        """With whoever is there, or with nobody."""
        _, visit = self.pick(self.visits, number)
        resources = list(Resource.objects.filter(site=self.site, kind=sort).order_by("pk"))
        for old in resources:
            new = resources[other % len(resources)]
            if self.attempt(assign_resource, appointment=visit.row, old=old, new=new):
                return

    @rule(kind=st.sampled_from(["exam", "talk", "class"]), start=starts, gap=some, who=some)
    def book_a_course(self, kind, start, gap, who):
        """Both visits or none, on two days: a course has no two visits on one."""
        request = self.request(kind, start, who)
        second = request.start_at + timedelta(days=1, minutes=10 * gap)
        times = [(request.start_at, None), (second, None)]
        course = CourseRequest(request.patient, request.visit_type, self.site, times, per_week=2)
        booked = self.attempt(book_series, request=course)
        if booked is not None:
            rows = list(booked.appointments.select_related("patient").order_by("series_number"))
            assert len(rows) == 2
            self.courses.append(rows)
            for row in rows:
                self.add(row, kind)

    @precondition(lambda self: self.courses)
    @rule(number=some, which=st.integers(0, 1), scope=st.sampled_from(list(Scope)))
    def cancel_of_a_course(self, number, which, scope):
        """Only what has not begun; each can be taken back by itself."""
        row = self.courses[number % len(self.courses)][which]
        gone = self.attempt(cancel_series, appointment=row, scope=scope, reason="patient")
        for visit in gone or []:
            known = self.visits[str(visit.pk)]
            assert known.status in {"booked", "confirmed"}
            known.before.append(known.status)
            known.status = "cancelled"

    @precondition(lambda self: self.courses)
    @rule(number=some, which=st.integers(0, 1), scope=st.sampled_from(list(Scope)), back=some)
    def move_of_a_course(self, number, which, scope, back):
        """To the next day or back again, each visit in the house where it is."""
        row = self.courses[number % len(self.courses)][which]
        change = SeriesChange(days=1 if back % 3 else -1, anybody=True)
        moved = self.attempt(move_series, appointment=row, scope=scope, change=change)
        for visit in moved or []:
            assert self.visits[str(visit.pk)].status in {"booked", "confirmed"}

    @rule(kind=st.sampled_from(["exam", "talk", "procedure"]), who=some)
    def wait_for_a_time(self, kind, who):
        """Somebody would take whatever becomes free."""
        day = self.begin.astimezone(self.site.zone).date()
        self.attempt(
            add_to_waitlist,
            patient=self.patients[who % len(self.patients)],
            visit_type=self.kinds[kind],
            site=self.site,
            wish=Wish(day, day + timedelta(days=1), notice_minutes=0),
        )

    @rule()
    def ask_who_waits(self):
        """As the worker does: what became free is held for the next in line."""
        self.clear_holds_away()
        while (opening := claim_opening(by="worker", now=self.now + REST)) is not None:
            outcome = offer_opening(opening, self.now)
            settle_opening(opening=opening, outcome=outcome, by="worker", now=self.now)
        new = WaitlistOffer.objects.exclude(pk__in=self.offers)
        for offer in new.select_related("hold__visit_type"):
            self.offers[offer.pk] = offer
            self.holds[str(offer.hold_id)] = "held"
            self.rows[str(offer.hold_id)] = (offer.hold, offer.hold.visit_type.code)

    @precondition(lambda self: self.offers)
    @rule(number=some, says_yes=st.booleans())
    def answer_an_offer(self, number, says_yes):
        """The first yes wins, while the time is held; a no gives it back."""
        _, offer = self.pick(self.offers, number)
        key = str(offer.hold_id)
        was_held = self.holds[key] == "held"
        if says_yes:
            booked = self.attempt(accept_offer, offer=offer)
            if booked is not None and was_held:
                assert offer.hold.expires_at > self.now
                self.holds[key] = "booked"
                self.add(booked, self.rows[key][1])
        elif self.attempt(decline_offer, offer=offer) is not None and was_held:
            self.holds[key] = "released"

    @invariant()
    def all_is_well(self):
        """After every step, whatever came before it."""
        if hasattr(self, "visits"):
            with connection.cursor() as cursor:
                assert complaints(cursor, self.now, self.visits, self.holds) == []


@seed(5)
class Eventful(Calendar):
    """The same clinic, on days on which the faults below show soon: luck is not what they prove."""


def run(machine=Calendar, examples=None, step_count=30):
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples or int(os.environ.get("DORSA_EXAMPLES", "10")),
            stateful_step_count=step_count,
            # The usual run is the same each time; the long one is another every time.
            derandomize=not LONG,
            database=None,
            deadline=None,
            phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if LONG else [])],
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_calendar_stays_as_the_model_says():
    """Whatever people do, in whatever order: nobody waits before a locked door."""
    run()


def _without_a_guard(monkeypatch, guard):
    if guard == "giving places back":
        monkeypatch.setattr(steps, "_take_or_free", lambda *args, **kwargs: None)
    elif guard == "closing groups":
        monkeypatch.setattr(group, "close_if_empty", lambda session, **_more: False)
        monkeypatch.setattr(steps, "close_if_empty", lambda session, **_more: False)
    elif guard == "choosing what is free":
        with connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE scheduling_reservation DROP CONSTRAINT resource_is_taken_once"
            )
        far = datetime(2027, 12, 12, 12, tzinfo=UTC)
        choose = reserve.choose

        def as_if_empty(request, by, now, moving=None):
            elsewhere = BookingRequest(request.patient, request.visit_type, request.site, far)
            return choose(elsewhere, by, now, moving)

        monkeypatch.setattr(reserve, "choose", as_if_empty)


@pytest.mark.parametrize("guard", ["giving places back", "choosing what is free"])
def test_the_machine_notices_a_missing_guard(monkeypatch, guard):
    """The positive control: each of these faults must be found."""
    _without_a_guard(monkeypatch, guard)
    with pytest.raises((AssertionError, ExceptionGroup)):
        # The first example in which it shows ends the search.
        run(Eventful, examples=100)


@pytest.mark.parametrize("guard", ["", "closing groups"])
def test_a_group_that_stays_open_is_noticed(monkeypatch, guard):
    """The same control for groups, step by step: chance finds them too seldom."""
    _without_a_guard(monkeypatch, guard)
    calendar = Calendar()
    calendar.open_the_clinic(day=DAYS[0])
    try:
        calendar.book(kind="class", start=5, who=0)
        calendar.all_is_well()
        calendar.go_on(number=0, step=Step.CANCEL)
        if guard:
            with pytest.raises(AssertionError, match="group"):
                calendar.all_is_well()
        else:
            calendar.all_is_well()
    finally:
        calendar.teardown()


def test_a_course_at_two_houses_stays_where_it_is():
    """Chance seldom books a course, moves one visit and then the rest: so this is done by hand."""
    calendar = Calendar()
    calendar.open_the_clinic(day=DAYS[0])
    try:
        calendar.book_a_course(kind="exam", start=6, gap=6, who=0)
        calendar.move_elsewhere(number=1, start=12)
        calendar.move_of_a_course(number=0, which=0, scope=Scope.ALL, back=1)
        calendar.all_is_well()
        rows = Appointment.objects.filter(pk__in=calendar.visits).order_by("series_number")
        assert [row.site for row in rows] == [calendar.site, calendar.elsewhere]
        assert {row.start_at.date() for row in rows} == {DAYS[0][1] + timedelta(days=1)}
    finally:
        calendar.teardown()
