"""Booking: whole or not at all, and a refusal says why."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.db import OperationalError, connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from clinic.accounts.roles import Role
from clinic.messaging.models import Message, MessageStatus
from clinic.shared.actions import Busy
from clinic.shared.errors import Invalid, NotAllowed
from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.actions.errors import PatientBusy, PlaceGone, SlotTaken, StepRefused
from scheduling.actions.move import NewPlace, move_appointment
from scheduling.actions.steps import take_step, undo_step
from scheduling.domain.states import STATUS_WORDS, TRANSITIONS, AppointmentStatus, Step
from scheduling.models import Appointment, AppointmentEvent, Reservation, Resource, TimeOff
from tests import builders

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 1, 12, 9, 0, tzinfo=UTC)
TEN = datetime(2027, 1, 12, 10, 0, tzinfo=UTC)


class Place:
    """A clinic with one clinician, two equal rooms and a C-arm."""

    def __init__(self):
        self.site = builders.make_site("UTC")
        self.clinician = builders.make_clinician(self.site)
        self.rooms = [builders.make_resource(self.site) for _ in range(2)]
        self.machine = builders.make_resource(self.site, "equipment", ["fluoroscopy"])
        needs = [
            "clinician",
            {"kind": "room", "buffer_after_minutes": 15},
            {"kind": "equipment", "capability": "fluoroscopy"},
        ]
        self.kind = builders.make_visit_type(30, needs, notice_minutes=20, horizon_days=30)
        self.clerk = builders.make_user()

    def request(self, start_at=TEN, **changes):
        fields = {
            "patient": builders.make_patient(email="ana@example.org"),
            "visit_type": self.kind,
            "site": self.site,
            "start_at": start_at,
            "clinician": self.clinician,
        }
        return BookingRequest(**fields | changes)

    def book(self, start_at=TEN, now=NOW, by=None, **changes):
        request = self.request(start_at, **changes)
        return book_appointment(request=request, by=by or self.clerk, now=now)


@pytest.fixture
def place():
    return Place()


def counts():
    return [
        model.objects.count() for model in (Appointment, Reservation, AppointmentEvent, Message)
    ]


def test_a_booking_takes_everything_it_needs_and_tells_the_patient(place):
    """Clinician, room with its cleaning, machine, story and message: all of it, in one go."""
    visit = place.book()
    assert (visit.start_at, visit.end_at) == (TEN, TEN + timedelta(minutes=30))
    taken = {
        (r.resource_id, r.kind, r.during.lower, r.during.upper) for r in visit.reservations.all()
    }
    half, later = TEN + timedelta(minutes=30), TEN + timedelta(minutes=45)
    assert taken == {
        (place.clinician.pk, "appointment", TEN, half),
        (place.rooms[0].pk, "appointment", TEN, half),
        (place.rooms[0].pk, "buffer", half, later),
        (place.machine.pk, "appointment", TEN, half),
    }
    assert visit.events.get().step == "book"
    message = Message.objects.get()
    assert (message.to_address, message.status) == ("ana@example.org", MessageStatus.DUE)


def test_a_person_without_an_address_is_kept_in_sight(place):
    """A confirmation nobody can get must not vanish: somebody has to phone."""
    place.book(patient=builders.make_patient())
    message = Message.objects.get()
    assert message.status == MessageStatus.PARKED
    assert "phone" in message.last_error


@pytest.mark.parametrize(
    ("changes", "refusal", "word"),
    [
        ({"start_at": NOW - timedelta(hours=1)}, Invalid, "passed"),
        ({"start_at": NOW + timedelta(minutes=10)}, Invalid, "notice"),
        ({"start_at": TEN + timedelta(days=40)}, Invalid, "30 days"),
        ({"start_at": TEN + timedelta(minutes=3)}, Invalid, "every 10 minutes"),
        ({"start_at": TEN + timedelta(seconds=1)}, Invalid, "every 10 minutes"),
        ({"start_at": TEN.replace(tzinfo=None)}, Invalid, "time zone"),
        ({"start_at": TEN.replace(hour=23, minute=50)}, SlotTaken, "not free"),
    ],
)
def test_a_start_that_cannot_be_is_refused_and_leaves_nothing(place, changes, refusal, word):
    """Each refusal is a sentence, and no table remembers the attempt."""
    before = counts()
    with pytest.raises(refusal, match=word):
        place.book(**changes)
    assert counts() == before


def test_only_who_may_book_can(place):
    """The action asks the table itself; no page can forget to."""
    for role in (Role.THERAPIST, Role.MANAGER, Role.PATIENT):
        with pytest.raises(NotAllowed):
            place.book(by=builders.make_user(role))
    assert Appointment.objects.count() == 0


def test_a_taken_time_is_refused_with_times_that_can_really_be_booked(place):
    """The clerk reads the alternatives aloud; they must hold."""
    place.book()
    before = counts()
    with pytest.raises(SlotTaken) as refusal:
        place.book()
    assert counts() == before
    assert len(refusal.value.alternatives) == 5
    for slot in refusal.value.alternatives[-1:]:
        assert place.book(slot.start_at).status == AppointmentStatus.BOOKED


def test_what_is_offered_instead_is_near_the_wish_on_both_sides(place):
    """Two hours earlier helps nobody while a colleague is free at the very time."""
    noon = TEN + timedelta(hours=2)
    colleague = builders.make_clinician(place.site)
    builders.make_resource(place.site, "equipment", ["fluoroscopy"])
    place.book(noon)
    with pytest.raises(SlotTaken) as refusal:
        place.book(noon)
    offered = [(slot.start_at, slot.clinician_id) for slot in refusal.value.alternatives]
    half, ten = timedelta(minutes=30), timedelta(minutes=10)
    mine, theirs = place.clinician.pk, colleague.pk
    assert offered[0] == (noon, theirs), "the same time with somebody else"
    assert {(noon - ten, theirs), (noon - half, mine), (noon + half, mine)} <= set(offered)
    distances = [abs(start - noon) for start, _clinician in offered]
    assert distances == sorted(distances)
    assert len(set(offered)) == 5


def test_visits_may_touch_but_not_overlap(place):
    """Half-open: one ends at 10:30, the next begins at 10:30, in the other room."""
    place.book()
    second = place.book(TEN + timedelta(minutes=30))
    assert second.reservations.filter(resource=place.rooms[1]).exists()


def test_the_only_machine_is_missed(place):
    """A procedure without its C-arm is a wasted journey."""
    TimeOff.objects.create(
        site=place.site,
        resource=place.machine,
        during=DateTimeTZRange(TEN, TEN + timedelta(hours=1)),
    )
    with pytest.raises(SlotTaken):
        place.book()


def test_a_person_cannot_be_in_two_places(place):
    """Another clinician is free, but the patient is not."""
    patient = builders.make_patient()
    other = builders.make_clinician(place.site)
    kind = builders.make_visit_type(30, ["clinician"])
    place.book(patient=patient)
    with pytest.raises(PatientBusy):
        place.book(patient=patient, visit_type=kind, clinician=other)


def hold(place, expires_at):
    return Reservation.objects.create(
        resource=place.clinician,
        during=DateTimeTZRange(TEN, TEN + timedelta(minutes=30)),
        kind="hold",
        hold=builders.make_hold(place.site, TEN, TEN + timedelta(minutes=30), expires_at),
        expires_at=expires_at,
    )


def test_a_hold_really_holds_until_it_expires(place):
    """Somebody else's unfinished booking is safe, and does not block the day for ever."""
    hold(place, NOW + timedelta(minutes=5))
    with pytest.raises(SlotTaken):
        place.book()
    Reservation.objects.update(expires_at=NOW)
    assert place.book().status == AppointmentStatus.BOOKED
    assert not Reservation.objects.filter(kind="hold").exists()


@pytest.mark.django_db(transaction=True)
def test_whichever_statement_fails_no_half_booking_stays():
    """The power may go at any moment: try every one of them."""
    place = Place()
    before = counts()
    request = place.request()
    for nth in range(1, 100):
        left = nth

        def fail_at_nth(execute, sql, params, many, context):
            nonlocal left
            left -= 1
            if left == 0:
                raise OperationalError("the power went")
            return execute(sql, params, many, context)

        try:
            with connection.execute_wrapper(fail_at_nth):
                book_appointment(request=request, by=place.clerk, now=NOW)
        except OperationalError:
            assert counts() == before, f"statement {nth} left something behind"
        else:
            break
    assert nth > 10
    assert Appointment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("losses", "booked"), [(1, True), (2, True), (3, False)])
def test_a_deadlock_is_tried_again_but_not_for_ever(losses, booked):
    """PostgreSQL asks for the same again; the clerk must not notice, nor wait without end."""
    place = Place()
    request = place.request()
    left = losses

    def lose(execute, sql, params, many, context):
        nonlocal left
        if left and 'INSERT INTO "scheduling_appointment"' in sql:
            left -= 1
            raise OperationalError("deadlock") from psycopg.errors.DeadlockDetected()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(lose):
        if booked:
            book_appointment(request=request, by=place.clerk, now=NOW)
        else:
            with pytest.raises(Busy):
                book_appointment(request=request, by=place.clerk, now=NOW)
    assert Appointment.objects.count() == int(booked)


@pytest.mark.parametrize("status", list(AppointmentStatus))
@pytest.mark.parametrize("step", list(TRANSITIONS))
def test_every_step_follows_the_table(place, status, step):
    """From each state exactly the listed steps lead on; others are told where it stands."""
    visit = place.book()
    Appointment.objects.filter(pk=visit.pk).update(status=status)
    by = place.clerk if TRANSITIONS[step].permission != "scheduling.treat" else None
    by = by or builders.make_user(Role.NURSE)
    now = TEN if step == Step.NO_SHOW else NOW
    if status in TRANSITIONS[step].sources:
        assert take_step(appointment=visit, step=step, by=by, now=now).status == (
            TRANSITIONS[step].target
        )
        assert visit.events.last().occurred_at == now
    else:
        with pytest.raises(StepRefused, match=STATUS_WORDS[status]):
            take_step(appointment=visit, step=step, by=by, now=now)


@pytest.mark.parametrize(
    ("step", "too_soon", "in_time", "words"),
    [
        # The site's midnight is five hours later than that of UTC.
        (Step.ARRIVE, time(23, 59), time(0), "on the day"),
        (Step.NO_SHOW, time(9, 59), time(10), "before it has begun"),
    ],
)
def test_nobody_arrives_or_is_missed_before_the_time(place, step, too_soon, in_time, words):
    """A slip on next month's board took today's number, and freed a place that was wanted."""
    zone = ZoneInfo("America/New_York")
    type(place.site).objects.filter(pk=place.site.pk).update(time_zone=zone.key)
    day = date(2027, 1, 20)
    visit = place.book()
    start = datetime.combine(day, time(10), zone)
    Appointment.objects.filter(pk=visit.pk).update(
        start_at=start, end_at=start + timedelta(minutes=30)
    )
    before = day - timedelta(days=1) if step == Step.ARRIVE else day
    now = datetime.combine(before, too_soon, zone)
    with pytest.raises(StepRefused, match=words):
        take_step(appointment=visit, step=step, by=place.clerk, now=now)
    now = datetime.combine(day, in_time, zone)
    done = take_step(appointment=visit, step=step, by=place.clerk, now=now)
    assert done.status == TRANSITIONS[step].target


def test_who_was_expected_yesterday_does_not_arrive_today(place):
    """Today's queue is for those who come today."""
    visit = place.book()
    tomorrow = NOW + timedelta(days=1)
    with pytest.raises(StepRefused, match="January 12"):
        take_step(appointment=visit, step=Step.ARRIVE, by=place.clerk, now=tomorrow)


def test_a_cancelled_visit_frees_its_place_and_tells_the_patient_once(place):
    """The unsent confirmation would now be wrong; only the cancellation goes out."""
    visit = place.book()
    take_step(appointment=visit, step=Step.CANCEL, by=place.clerk, now=NOW)
    waiting = Message.objects.filter(status=MessageStatus.DUE)
    assert [message.kind for message in waiting] == ["appointment_cancelled"]
    assert place.book().status == AppointmentStatus.BOOKED


def test_undo_takes_steps_back_one_by_one(place):
    """A slip of the mouse is mended where it happened."""
    visit = place.book()
    for step in (Step.ARRIVE, Step.ROOM):
        take_step(appointment=visit, step=step, by=place.clerk, now=NOW)
    for expected in ("arrived", "booked"):
        assert undo_step(appointment=visit, by=place.clerk, now=NOW).status == expected
    with pytest.raises(StepRefused, match="no step"):
        undo_step(appointment=visit, by=place.clerk, now=NOW)


def test_undoing_a_cancellation_takes_the_place_again_if_it_is_still_free(place):
    """What was given away stays given away."""
    visit = place.book()
    take_step(appointment=visit, step=Step.CANCEL, by=place.clerk, now=NOW)
    assert undo_step(appointment=visit, by=place.clerk, now=NOW).status == "booked"
    take_step(appointment=visit, step=Step.CANCEL, by=place.clerk, now=NOW)
    place.book()
    with pytest.raises(SlotTaken):
        undo_step(appointment=visit, by=place.clerk, now=NOW)
    visit.refresh_from_db()
    assert visit.status == "cancelled"


def test_undoing_a_cancellation_asks_whether_anybody_is_still_there(place):
    """Leave that was entered meanwhile, or a clinician who left, would not be heard of again."""
    visit, on_purpose = place.book(), place.book(TEN + timedelta(hours=1))
    Appointment.objects.filter(pk=on_purpose.pk).update(overbooking_reason="No other way")
    for one in (visit, on_purpose):
        take_step(appointment=one, step=Step.CANCEL, by=place.clerk, now=NOW)
    during = DateTimeTZRange(TEN, TEN + timedelta(hours=3))
    leave = TimeOff.objects.create(site=place.site, resource=place.clinician, during=during)
    with pytest.raises(PlaceGone, match="closed or away"):
        undo_step(appointment=visit, by=place.clerk, now=NOW)
    visit.refresh_from_db()
    assert visit.status == "cancelled"
    assert undo_step(appointment=on_purpose, by=place.clerk, now=NOW).status == "booked"
    leave.delete()
    Resource.objects.filter(pk=place.rooms[0].pk).update(is_active=False)
    with pytest.raises(PlaceGone, match="out of use"):
        undo_step(appointment=visit, by=place.clerk, now=NOW)
    over = TEN + timedelta(hours=5)
    assert undo_step(appointment=visit, by=place.clerk, now=over).status == "booked"


def test_a_time_that_passes_while_it_is_read_is_still_the_desks(place):
    """The clerk says “you could come at once” on the phone, and the minute is over."""
    at_ten = {"patient": builders.make_patient()}
    late = TEN + timedelta(minutes=4)
    place.kind.notice_minutes = 0
    visit = place.book(now=late, **at_ten)
    assert visit.start_at == TEN
    with pytest.raises(Invalid, match="already passed"):
        place.book(now=TEN + timedelta(minutes=6))
    place.kind.notice_minutes = 20
    soon = TEN + timedelta(hours=1)
    assert place.book(soon, now=soon - timedelta(minutes=16)).start_at == soon
    with pytest.raises(Invalid, match="notice"):
        place.book(soon, now=soon - timedelta(minutes=14))


def test_whoever_books_for_themself_is_told_that_it_has_passed(place):
    """Nobody reads it to them, and nobody at the desk expects them."""
    place.kind.notice_minutes = 0
    with pytest.raises(Invalid, match="already passed"):
        book_appointment(request=place.request(), by=None, now=TEN + timedelta(minutes=1))


def test_a_visit_is_moved_to_a_time_that_passed_while_it_was_read(place):
    """The same words are said on the phone when somebody would come earlier."""
    place.kind.notice_minutes = 0
    visit = place.book(TEN + timedelta(hours=3))
    to = NewPlace(place.site, TEN, place.clinician)
    now = TEN + timedelta(minutes=2)
    assert move_appointment(appointment=visit, to=to, by=place.clerk, now=now).start_at == TEN
