"""Moving on the board by keyboard: what is not changed by a key must not change by itself."""

import pytest

from clinic.messaging.models import Message
from scheduling.models import Appointment, BoardColumn, BoardView
from tests import builders
from tests.browser.test_board import booked, card


@pytest.fixture
def rooms(clinic):
    """Two rooms that could both be used, on a board of rooms."""
    found = [builders.make_resource(clinic["site"], can=["exam"]) for _ in range(2)]
    view = BoardView.objects.create(site=clinic["site"], name="Rooms", function_key=2)
    for position, room in enumerate(found):
        BoardColumn.objects.create(view=view, resource=room, position=position)
    return found


def test_a_visit_goes_to_the_next_room_at_the_same_time(clinic, rooms, sign_in):
    """Whoever only changes the room must not send the person ten minutes late, nor a message."""
    visit = booked(clinic, hours=1)
    room = visit.reservations.get(resource__kind="room").resource
    if room not in rooms:
        rooms[0] = room
        BoardColumn.objects.filter(position=0).update(resource=room)
    before, messages = visit.start_at, Message.objects.count()
    page = sign_in()
    page.keyboard.press("F2")
    page.wait_for_url("**columns=*")
    card(page, visit).locator("> a").focus()
    page.keyboard.press("m")
    page.wait_for_selector(".ghost")
    local = f"{before.astimezone(clinic['site'].zone):%-I:%M %p}"
    assert local in page.locator("#board-says").inner_text()
    page.keyboard.press("ArrowRight" if room == rooms[0] else "ArrowLeft")
    other = rooms[1] if room == rooms[0] else rooms[0]
    assert f"{other.name}, {local}" in page.locator("#board-says").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#undo-place form:has-text('{other.name}')")
    visit.refresh_from_db()
    assert visit.start_at == before
    assert visit.reservations.get(resource__kind="room").resource == other
    assert Message.objects.count() == messages
    page.keyboard.press("u")
    page.wait_for_selector("#undo-place form", state="detached")
    assert visit.reservations.get(resource__kind="room").resource == room


def test_m_and_enter_change_nothing(clinic, rooms, sign_in):
    """A key that was pressed by mistake costs nothing."""
    visit = booked(clinic, hours=1)
    page = sign_in()
    card(page, visit).locator("> a").focus()
    page.keyboard.press("m")
    page.wait_for_selector(".ghost")
    page.keyboard.press("Enter")
    page.wait_for_selector(".ghost", state="detached")
    assert "stays where it is" in page.locator("#board-says").inner_text()
    assert Appointment.objects.get().start_at == visit.start_at
    assert not visit.events.filter(step="move").exists()


def test_a_gap_of_a_room_books_this_room_by_keyboard(clinic, rooms, sign_in):
    """F2, the gap in the second room, a name and two times Enter: the visit is in that room."""
    patient = builders.make_patient("Berta", "Secondroom")
    page = sign_in()
    page.keyboard.press("F2")
    page.wait_for_url("**columns=*")
    page.locator(f"#column-{rooms[1].pk} .gap > a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#quick-q:focus")
    page.keyboard.type(patient.family_name)
    page.wait_for_selector(f"#person-{patient.pk}")
    page.locator(".htmx-request, .htmx-swapping, .htmx-settling").first.wait_for(state="detached")
    page.keyboard.press("Enter")
    page.wait_for_selector("#quick-book:focus")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#undo-place form:has-text('{rooms[1].name}')")
    made = Appointment.objects.get(patient=patient)
    assert made.reservations.get(resource__kind="room").resource == rooms[1]


def test_each_key_of_the_board_stands_once_in_the_list(clinic, sign_in):
    """One key that is said to do two things does the wrong one for half of the people."""
    page = sign_in()
    page.wait_for_selector("#grid")
    page.keyboard.press("?")
    page.wait_for_selector("#shortcuts[open]")
    keys = page.locator("#shortcuts [data-shortcut-list] kbd").all_inner_texts()
    assert len(keys) == len(set(keys)), sorted(keys)
