"""A seat in a group that is kept for somebody: it counts, it runs out, and it keeps the group."""

from datetime import timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from clinic.accounts.roles import Role
from scheduling.actions import group
from scheduling.actions.blocks import TimeTaken, block_time
from scheduling.actions.book import book_appointment
from scheduling.actions.errors import PlaceGone, SlotTaken
from scheduling.actions.hold import book_hold, expire_holds, place_hold, release_hold
from scheduling.domain.board_filter import BoardFilter
from scheduling.models import Appointment, GroupSession, Hold, Reservation, TimeOff
from scheduling.queries.board_version import board_version
from scheduling.queries.day_grid import day_grid
from scheduling.queries.open_hours import fallen_holds
from tests import builders
from tests.integration.test_booking import NOW, TEN
from tests.integration.test_groups import School
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=11)


@pytest.fixture
def school():
    return School()


def keep(school, **changes):
    """Somebody decides about a seat at ten, for ten minutes."""
    return place_hold(request=school.request(**changes), by=school.clerk, now=NOW)


def test_a_held_seat_counts_until_it_runs_out(school):
    """Told “yes, there is one seat” on the phone, and a minute later there is none."""
    school.book()
    school.book()
    hold = keep(school)
    assert hold.seat.session == GroupSession.objects.get()
    assert not hold.reservations.exists()
    assert TEN not in school.starts()
    with pytest.raises(SlotTaken):
        school.book()
    # Nobody has cleared it away: it ran out by the clock.
    request = school.request()
    assert book_appointment(request=request, by=school.clerk, now=LATER).seat == hold.seat


def test_what_was_held_is_booked_into_the_same_group(school):
    """A second clinician and room for one person would be another class."""
    school.book()
    hold = keep(school)
    places = Reservation.objects.filter(is_active=True).count()
    booked = book_hold(hold=hold, by=school.clerk, now=NOW)
    assert booked.seat == hold.seat
    assert Reservation.objects.filter(is_active=True).count() == places
    assert GroupSession.objects.count() == 1


def test_a_group_that_is_not_there_yet_is_held_and_opened_by_the_booking(school):
    """The first who asks about a class is no other than the second."""
    hold = keep(school)
    assert hold.seat is None
    assert hold.reservations.exists()
    booked = book_hold(hold=hold, by=school.clerk, now=NOW)
    assert booked.seat.session.is_active
    school.book()
    school.book()
    with pytest.raises(SlotTaken):
        school.book()


def test_the_group_stays_while_a_seat_is_held_and_closes_when_it_is_let_go(school):
    """The last one cancels while somebody decides: they were promised that seat."""
    visit = school.book()
    hold = keep(school)
    school.cancel(visit)
    assert GroupSession.objects.get().is_active
    release_hold(hold=hold, by=school.clerk, now=NOW)
    assert not GroupSession.objects.get().is_active
    assert not Reservation.objects.filter(is_active=True).exists()


def test_a_held_seat_that_runs_out_closes_an_empty_group(school):
    """A clinician who waits for nobody could see somebody."""
    visit = school.book()
    keep(school)
    school.cancel(visit)
    expire_holds(by=None, now=LATER)
    assert Hold.objects.get().status == "expired"
    assert not GroupSession.objects.get().is_active


def test_who_comes_back_gets_another_seat_than_the_one_that_is_held(school):
    """Two people in one seat is one too many in the room."""
    school.book()
    visit = school.book()
    school.cancel(visit)
    hold = keep(school)
    assert hold.seat == visit.seat
    back = school.undo(visit)
    assert back.seat != hold.seat
    assert book_hold(hold=hold, by=school.clerk, now=NOW).seat == hold.seat
    seats = Appointment.objects.filter(status="booked").values_list("seat", flat=True)
    assert len(set(seats)) == 3


def test_a_seat_in_a_group_that_falls_is_not_booked(school):
    """The clinician went on leave while somebody decided."""
    school.book()
    hold = keep(school)
    TimeOff.objects.create(
        site=school.site,
        resource=school.clinician,
        during=(TEN - timedelta(hours=1), TEN + timedelta(hours=2)),
        reason="Ill",
    )
    with pytest.raises(PlaceGone):
        book_hold(hold=hold, by=school.clerk, now=NOW)
    assert Hold.objects.get().status == "held"


def drawn(school, now):
    """What the clinician's column says on the board."""
    column, day = school.clinician, TEN.date()
    grid = day_grid(school.clerk, school.site, day, [column], wanted=BoardFilter(), now=now)
    return " ".join(cell.words for column in grid.columns for cell in column.cells)


def test_the_board_shows_that_a_seat_is_held_and_that_it_ran_out(school):
    """A class that looks half empty, and is full."""
    school.book()
    told = (school.clerk, school.site.pk, TEN.date(), [school.clinician.pk])
    before = board_version(*told, now=NOW)
    keep(school)
    assert board_version(*told, now=NOW).columns != before.columns
    assert "1 held" in drawn(school, NOW)
    assert "held" not in drawn(school, LATER)


def test_a_program_holds_a_seat_too(school):
    """What a person at the desk may promise, a program may."""
    school.book()
    body = {
        "patient": str(builders.make_patient().pk),
        "visit_type": school.kind.code,
        "site": school.site.pk,
        "start_at": TEN.isoformat(),
    }
    client = client_of(builders.make_user(Role.FRONT_DESK))
    answer = client.post("/api/v1/holds/", body, content_type="application/json")
    assert answer.status_code == 201
    assert Hold.objects.get().seat is not None


def test_whoever_asks_second_joins_the_group_that_is_only_held(school):
    """A class for three is not full because the first one thinks it over."""
    hold = keep(school)
    assert TEN in school.starts()
    second = school.book()
    hold.refresh_from_db()
    session = GroupSession.objects.get()
    assert hold.seat.session == second.seat.session == session
    assert hold.seat != second.seat
    assert not hold.reservations.exists()
    school.book()
    assert TEN not in school.starts()
    with pytest.raises(SlotTaken):
        school.book()
    first = book_hold(hold=hold, by=school.clerk, now=NOW)
    assert first.seat.session == session
    assert Reservation.objects.filter(is_active=True).count() == 3


def test_two_who_only_think_it_over_keep_one_group(school):
    """Nobody is in it: it is given back when both let it go, and by the clock."""
    first, second = keep(school), keep(school)
    first.refresh_from_db()
    assert first.seat.session == second.seat.session
    release_hold(hold=first, by=school.clerk, now=NOW)
    assert GroupSession.objects.get().is_active
    expire_holds(by=None, now=LATER)
    assert not GroupSession.objects.get().is_active
    assert not Reservation.objects.filter(is_active=True).exists()
    assert TEN in school.starts()


def test_of_two_who_join_at_once_the_second_finds_the_group(school, monkeypatch):
    """It was opened while they queued up for the room: there are seats left in it."""
    keep(school)
    really = group._open_for_hold

    def quicker(*told):
        really(*told)

    monkeypatch.setattr(group, "_open_for_hold", quicker)
    assert school.book().seat.session == GroupSession.objects.get()


def test_a_kind_that_takes_more_now_is_not_opened_on_what_was_kept(school):
    """The room is cleaned for longer since; whoever decides keeps what they were promised."""
    hold = keep(school)
    later = DateTimeTZRange(TEN + timedelta(minutes=60), TEN + timedelta(minutes=90), "[)")
    Reservation.objects.create(resource=school.room, during=later, kind="block")
    school.kind.needs.filter(kind="room").update(buffer_after_minutes=30)
    with pytest.raises(SlotTaken):
        school.book()
    hold.refresh_from_db()
    assert hold.seat is None
    assert hold.reservations.exists()


def test_a_program_that_read_the_hold_before_books_the_seat_it_became(school):
    """Its page says that the time is theirs: it is, in the group that somebody else opened."""
    read_before = keep(school)
    school.book()
    assert read_before.seat is None
    assert book_hold(hold=read_before, by=school.clerk, now=NOW).seat.session.is_active
    assert GroupSession.objects.count() == 1


def test_whoever_wants_another_clinician_does_not_join_the_held_group(school):
    """The class of somebody else is another class."""
    keep(school)
    other = builders.make_clinician(school.site)
    assert TEN not in school.starts(clinicians=[other]), "there is one room"
    with pytest.raises(SlotTaken):
        school.book(clinician=other)
    assert school.book(clinician=school.clinician).seat is not None


def test_a_held_seat_is_among_what_a_change_of_hours_strands(school):
    """Somebody was told that they can come: whoever closes the day must read it first."""
    visit = school.book()
    hold = keep(school)
    school.cancel(visit)
    TimeOff.objects.create(
        site=school.site,
        resource=school.clinician,
        during=(TEN - timedelta(hours=1), TEN + timedelta(hours=2)),
        reason="Ill",
    )
    assert fallen_holds(school.clerk, [school.site], now=NOW) == {hold.pk}


def test_what_is_held_in_a_group_is_said_to_whoever_blocks_the_time(school):
    """“Blocked already” sends them looking for a block that is not there."""
    visit = school.book()
    keep(school)
    school.cancel(visit)
    school.clinician.user = builders.make_user("physician")
    school.clinician.save()
    with pytest.raises(TimeTaken, match="being held"):
        block_time(
            resource=school.clinician,
            begin=TEN,
            end=TEN + timedelta(minutes=30),
            note="",
            by=school.clinician.user,
            now=NOW,
        )
