"""Blocked time, running late, and the clinician's own day."""

from datetime import timedelta

import pytest

from clinic.accounts.roles import Role
from clinic.messaging.models import Message
from clinic.shared.errors import Conflict, Invalid, NotAllowed
from scheduling.actions.blocks import TimeTaken, block_time, unblock
from scheduling.actions.delays import note_delay, tell_of_delay
from scheduling.actions.errors import SlotTaken
from scheduling.models import Delay, Opening, Reservation
from scheduling.queries.day import my_day
from scheduling.queries.delays import affected, delays
from tests import builders
from tests.integration.arrivals.conftest import HALF
from tests.integration.test_booking import NOW, TEN
from tests.security.clients import client_of

MINUTE = timedelta(minutes=1)


def block(clinic, begin=TEN, end=TEN + HALF, note="Meeting", by=None, now=NOW):
    return block_time(
        resource=clinic.clinician, begin=begin, end=end, note=note, by=by or clinic.clerk, now=now
    )


def late(clinic, minutes=20, now=NOW):
    return note_delay(resource=clinic.clinician, minutes=minutes, by=clinic.clerk, now=now)


def test_nobody_is_booked_into_blocked_time(clinic):
    """That is what blocking is."""
    made = block(clinic)
    with pytest.raises(SlotTaken):
        clinic.visit()
    unblock(block=made, by=clinic.clerk, now=NOW)
    assert clinic.visit().start_at == TEN
    assert Opening.objects.get(cause="unblock").start_at == TEN, "the waitlist hears of it"


def test_a_block_never_goes_over_a_visit(clinic):
    """The list says whom to move first; nothing is blocked by half."""
    visits = [clinic.visit(), clinic.visit()]
    with pytest.raises(TimeTaken) as refusal:
        block(clinic, end=TEN + timedelta(hours=4))
    assert [v["id"] for v in refusal.value.details["visits"]] == [str(v.pk) for v in visits]
    with pytest.raises(TimeTaken):
        block(clinic, TEN + 10 * MINUTE, TEN + 20 * MINUTE)
    assert not Reservation.objects.filter(kind="block").exists()
    block(clinic, TEN - HALF, TEN)
    with pytest.raises(TimeTaken, match="blocked already"):
        block(clinic, TEN - HALF, TEN - 20 * MINUTE)


@pytest.mark.parametrize(
    ("begin", "end"),
    [(TEN, TEN), (TEN + HALF, TEN), (NOW - HALF, NOW), (TEN, TEN + timedelta(hours=25))],
)
def test_a_block_that_makes_no_sense_is_refused(clinic, begin, end):
    """In a sentence, before the database has to."""
    with pytest.raises(Invalid):
        block(clinic, begin, end)


def test_clinicians_block_their_own_time_and_nobody_else_s(clinic):
    """A colleague's free afternoon is not theirs to give away, nor to take."""
    other = builders.make_user(Role.PHYSICIAN)
    builders.make_clinician(clinic.site, user=other)
    for who in (other, builders.make_user(Role.THERAPIST)):
        with pytest.raises(NotAllowed, match="your own"):
            block(clinic, by=who)
    made = block(clinic, by=clinic.physician)
    with pytest.raises(NotAllowed, match="your own"):
        unblock(block=made, by=other, now=NOW)
    unblock(block=made, by=clinic.physician, now=NOW)
    for role in (Role.NURSE, Role.MANAGER, Role.FRONT_DESK):
        unblock(block=block(clinic, by=builders.make_user(role)), by=clinic.clerk, now=NOW)


def test_the_api_and_the_desk_s_page_block_nobody_else_s_time(clinic, at):
    """403 for a program; the page does not even offer it."""
    at(NOW)
    other = builders.make_user(Role.PHYSICIAN)
    own = builders.make_clinician(clinic.site, user=other)
    client = client_of(other)
    form = {"start_at": "2027-01-12T12:00:00Z", "end_at": "2027-01-12T13:00:00Z"}
    for resource, status in ((clinic.clinician, 403), (own, 201)):
        address = f"/api/v1/clinicians/{resource.pk}/blocks/"
        answer = client.post(address, form, content_type="application/json")
        assert answer.status_code == status, answer.content
    shown = client.get("/desk/blocks/").content.decode()
    assert f'value="{own.pk}"' in shown
    assert f'value="{clinic.clinician.pk}"' not in shown


def test_blocking_takes_a_permission(clinic):
    """A portal user or a privacy officer has no business in it."""
    for role in (Role.PATIENT, Role.PRIVACY_OFFICER):
        with pytest.raises(NotAllowed):
            block(clinic, by=builders.make_user(role))


def test_the_desk_blocks_for_anybody_and_loses_nothing_it_typed(clinic, at):
    """The visits in the way are listed with a link to move each; the form is still filled in."""
    at(NOW)
    visit = clinic.visit()
    desk = client_of(clinic.clerk)
    form = {
        "clinician": clinic.clinician.pk,
        "day": "2027-01-12",
        "begins": "09:30",
        "ends": "11:00",
        "note": "Dentist",
    }
    answer = desk.post("/desk/blocks/", form)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert visit.patient.sort_name in text
    assert f"/desk/appointments/{visit.pk}/move/" in text
    assert 'value="Dentist"' in text
    wrong = desk.post("/desk/blocks/", form | {"ends": "08:00"})
    assert wrong.status_code == 422
    assert b"The end must be after the beginning" in wrong.content
    assert b'value="Dentist"' in wrong.content
    done = desk.post("/desk/blocks/", form | {"ends": "10:00"})
    assert done.status_code == 302
    assert "Dentist" in desk.get(done.url).content.decode()
    made = Reservation.objects.get(kind="block")
    assert desk.post(f"/desk/blocks/{made.pk}/remove/").status_code == 302
    assert not Reservation.objects.filter(kind="block").exists()


def test_a_time_that_the_clock_skips_is_refused(clinic, at):
    """On the day the clocks change, half past two may not exist."""
    clinic.site.time_zone = "America/New_York"
    clinic.site.save()
    at(NOW)
    form = {"clinician": clinic.clinician.pk, "day": "2027-03-14", "note": ""}
    answer = client_of(clinic.clerk).post(
        "/desk/blocks/", form | {"begins": "02:30", "ends": "04:00"}
    )
    assert answer.status_code == 422
    assert b"there is no such time" in answer.content


def test_a_clinician_without_the_board_blocks_only_their_own_time(clinic):
    """A therapist's key must not empty a colleague's day."""
    therapist = builders.make_user(Role.THERAPIST)
    own = builders.make_clinician(clinic.site, user=therapist)
    program = client_of(therapist)
    form = {"start_at": "2027-01-12T10:00:00Z", "end_at": "2027-01-12T11:00:00Z"}
    for resource, status in ((clinic.clinician, 404), (own, 201)):
        address = f"/api/v1/clinicians/{resource.pk}/blocks/"
        answer = program.post(address, form, content_type="application/json")
        assert answer.status_code == status


def test_the_newest_word_on_a_delay_counts(clinic):
    """“Twenty late”, then “on time again”."""
    late(clinic, 20)
    late(clinic, 35, NOW + MINUTE)
    assert [d.minutes for d in delays(clinic.clerk, clinic.site, now=NOW).values()] == [35]
    late(clinic, 0, NOW + 2 * MINUTE)
    assert delays(clinic.clerk, clinic.site, now=NOW) == {}
    late(clinic, 20, NOW + 3 * MINUTE)
    assert delays(clinic.clerk, clinic.site, now=NOW + timedelta(days=1)) == {}, "tomorrow is new"


@pytest.mark.parametrize("minutes", [-1, 481, 100_000])
def test_an_absurd_delay_is_refused(clinic, minutes):
    """A slip of the finger must not tell a day's patients to stay away."""
    with pytest.raises(Invalid):
        late(clinic, minutes)
    assert not Delay.objects.exists()


def test_who_is_still_to_come_is_told_once(clinic):
    """Nobody twice, however often the button is pressed; and again if it gets worse."""
    here, coming = clinic.visit(), clinic.visit()
    clinic.step(here, "arrive", NOW)
    delay = late(clinic)
    rows = {row.appointment.pk: row for row in affected(clinic.clerk, delay, now=NOW)}
    assert (rows[here.pk].can_be_told, rows[coming.pk].can_be_told) == (False, True)
    assert rows[coming.pk].expected_at == coming.start_at + 20 * MINUTE
    for _ in range(2):
        tell_of_delay(delay=delay, appointment=coming, by=clinic.clerk, now=NOW)
    assert late(clinic, now=NOW + MINUTE) == delay, "the same said again is the same delay"
    message = Message.objects.get(kind="running_late")
    assert message.to_name == coming.patient.name
    assert "20 minutes" in message.subject
    with pytest.raises(Conflict):
        tell_of_delay(delay=delay, appointment=here, by=clinic.clerk, now=NOW)
    worse = late(clinic, 40, NOW + 2 * MINUTE)
    tell_of_delay(delay=worse, appointment=coming, by=clinic.clerk, now=NOW + 2 * MINUTE)
    assert Message.objects.filter(kind="running_late").count() == 2


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_message_carries_no_clinical_word(clinic, language):
    """It lies open on somebody's phone."""
    patient = builders.make_patient(email="ana@example.org")
    patient.language = language
    patient.save()
    clinic.kind.name = "Epidural injection"
    clinic.kind.save()
    visit = clinic.visit(patient=patient, reason="Canary reason")
    tell_of_delay(delay=late(clinic), appointment=visit, by=clinic.clerk, now=NOW)
    message = Message.objects.get(kind="running_late")
    text = message.subject + message.body
    assert "10:20" in text
    assert "Epidural" not in text
    assert "Canary" not in text
    assert ("run late" in text) == (language == "en")


def test_the_pages_say_late_and_tell_all_at_once(clinic, at):
    """Two presses: “I am late”, “tell them”."""
    at(NOW)
    visits = [clinic.visit(), clinic.visit()]
    me = client_of(clinic.physician)
    assert me.post("/physician/late/", {"minutes": "x"}).status_code == 422
    assert me.post("/physician/late/", {"minutes": "25"}).status_code == 302
    page = me.get("/physician/late/").content.decode()
    assert all(visit.patient.sort_name in page for visit in visits)
    assert "(2)" in page
    delay = Delay.objects.get()
    tell = f"/physician/late/{delay.pk}/tell/"
    assert me.post(tell, {"visit": str(visits[0].pk)}).status_code == 302
    assert Message.objects.filter(kind="running_late").count() == 1
    assert me.post(tell).status_code == 302
    assert me.post(tell).status_code == 302
    assert Message.objects.filter(kind="running_late").count() == 2
    desk = client_of(clinic.clerk)
    assert "25 min late" in desk.get("/desk/queue/").content.decode()
    form = {"clinician": clinic.clinician.pk, "minutes": "0"}
    assert desk.post("/desk/late/", form).status_code == 302
    assert me.post(tell).status_code == 404, "what is over is not told any more"


def test_my_day_shows_visits_blocks_and_what_is_free(clinic, at):
    """What comes next, and where there is time for a call."""
    first = clinic.visit()
    clinic.visits.append(None)
    clinic.visits.append(None)
    third = clinic.visit()
    block(clinic, TEN + 4 * HALF, TEN + 5 * HALF, by=clinic.physician)
    clinic.step(first, "arrive", TEN - 10 * MINUTE)
    plan = my_day(clinic.physician, now=TEN)
    told = ["visit" if item.row else "block" if item.block else item.minutes for item in plan.items]
    assert told == ["visit", 60, "visit", "block"]
    assert plan.waiting == 1
    assert plan.items[0].forecast.minutes == 0
    assert plan.items[2].row.appointment == third
    at(TEN)
    page = client_of(clinic.physician).get("/physician/").content.decode()
    assert "Free until" in page
    assert "Blocked until" in page
    assert "Meeting" in page


def test_a_clinician_without_a_calendar_is_told_so(clinic):
    """A new physician on the first day gets a sentence, not an error."""
    me = client_of(builders.make_user(Role.PHYSICIAN))
    assert me.get("/physician/").status_code == 200
    for page in ("blocks", "late", "calendar"):
        answer = me.get(f"/physician/{page}/")
        assert answer.status_code == 404
        assert b"no calendar yet" in answer.content
