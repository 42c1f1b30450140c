"""The board in a real browser: by keyboard, by mouse, and with neither scripts nor a mouse."""

from datetime import timedelta

import pytest
from django.utils import timezone

from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.actions.move import NewPlace, move_appointment
from scheduling.domain.short_ids import full_instant
from scheduling.models import Appointment, VisitType
from scheduling.queries.availability import SlotSearch, free_slots
from tests import builders


@pytest.fixture
def second(clinic):
    """Another clinician, so that there are two columns."""
    return builders.make_clinician(clinic["site"], ["consultation"])


@pytest.fixture
def visit(clinic):
    """Somebody is booked a good hour from now with the first clinician."""
    builders.make_resource(clinic["site"], can=["exam"])
    return booked(clinic, hours=1)


def booked(clinic, hours, given="Ana"):
    clerk, now = builders.make_user(), timezone.now()
    begin = now + timedelta(hours=hours)
    kind = VisitType.objects.get()
    search = SlotSearch(
        kind, [clinic["site"]], begin, begin + timedelta(hours=3), clinicians=[clinic["clinician"]]
    )
    slot = free_slots(clerk, search, now=now)[0]
    request = BookingRequest(
        builders.make_patient(given), kind, clinic["site"], slot.start_at, clinic["clinician"]
    )
    return book_appointment(request=request, by=clerk, now=now)


def card(page, visit):
    return page.locator(".v", has_text=visit.patient.family_name)


def focused(page):
    return page.evaluate("document.activeElement.closest('li')?.textContent ?? ''")


def test_a_known_person_is_booked_into_a_gap_in_three_steps_without_a_mouse(clinic, sign_in):
    """Enter on the gap, name and Enter, Enter: while the phone is still at the ear."""
    patient = builders.make_patient("Berta", "Quickbook")
    page = sign_in()
    page.wait_for_selector("#grid")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector(".gap > a:focus")
    page.keyboard.press("Enter")
    page.wait_for_selector("#quick-q:focus")
    page.keyboard.type(patient.family_name)
    page.wait_for_selector(f"#person-{patient.pk}")
    page.keyboard.press("Enter")
    # While the answer is on its way, Enter only goes to the first person and is pressed again.
    reached = page.wait_for_selector(f"#quick-book:focus, #person-{patient.pk}:focus")
    if reached.get_attribute("id") != "quick-book":
        page.keyboard.press("Enter")
    page.wait_for_selector("#quick-book:focus")
    page.keyboard.press("Enter")
    page.wait_for_selector(f".v:has-text('{patient.family_name}')")
    page.wait_for_selector("li[id^=appointment] > a:focus")
    made = Appointment.objects.get(patient=patient)
    assert (
        made.start_at.astimezone(clinic["site"].zone).date()
        == timezone.now().astimezone(clinic["site"].zone).date()
    )
    assert patient.family_name in focused(page)
    page.keyboard.press("u")
    page.wait_for_selector("#undo-place form", state="detached")
    made.refresh_from_db()
    assert made.status == "cancelled"


def test_a_visit_is_moved_by_keyboard_and_back_by_one_key(visit, second, sign_in):
    """Nobody should need a steady hand to move a visit."""
    before = visit.start_at
    page = sign_in()
    card(page, visit).locator("> a").focus()
    page.keyboard.press("m")
    page.wait_for_selector(".ghost")
    page.keyboard.press("Escape")
    assert page.locator(".ghost").count() == 0
    page.keyboard.press("m")
    left = page.locator(".column").first.locator(".ghost").count()
    page.keyboard.press("ArrowRight" if left else "ArrowLeft")
    page.keyboard.press("ArrowDown")
    assert page.locator("#board-says").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_selector("#undo-place form")
    visit.refresh_from_db()
    taken = visit.reservations.get(resource__kind="clinician").resource
    assert (taken, visit.start_at != before) == (second, True)
    page.keyboard.press("u")
    page.wait_for_selector("#undo-place form", state="detached")
    visit.refresh_from_db()
    assert visit.start_at == before
    assert visit.reservations.get(resource__kind="clinician").resource != second


def test_a_visit_moves_by_ten_minutes_over_its_own_place(visit, clinic, sign_in):
    """Ten minutes later is asked for every day, and nobody else stands in the way of that."""
    before = visit.start_at
    page = sign_in()
    card(page, visit).locator("> a").focus()
    page.keyboard.press("m")
    page.wait_for_selector(".ghost")
    page.keyboard.press("ArrowDown")
    local = (before + timedelta(minutes=10)).astimezone(clinic["site"].zone)
    assert f"{local:%-I:%M %p}" in page.locator("#board-says").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_selector("#undo-place form")
    visit.refresh_from_db()
    assert visit.start_at == before + timedelta(minutes=10)
    card(page, visit).locator("> a").focus()
    page.keyboard.press("m")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "(words) => document.querySelector('#undo-place span')?.textContent.includes(words)",
        arg=f"{before.astimezone(clinic['site'].zone):%-I:%M %p}",
    )
    visit.refresh_from_db()
    assert visit.start_at == before


def test_a_card_that_is_old_moves_nothing(visit, second, sign_in):
    """Another desk was faster: their word stands, and this one reads where the visit is now."""
    page = sign_in()
    card(page, visit).locator("> a").focus()
    page.keyboard.press("m")
    page.wait_for_selector(".ghost")
    page.keyboard.press("ArrowDown")
    clerk, now = builders.make_user(), timezone.now()
    to = NewPlace(visit.site, visit.start_at + timedelta(hours=1), None)
    moved = move_appointment(appointment=visit, to=to, by=clerk, now=now)
    page.keyboard.press("Enter")
    page.wait_for_selector("#toasts .toast:has-text('was moved to')")
    visit.refresh_from_db()
    assert visit.start_at == moved.start_at


def test_a_parked_visit_goes_to_the_time_that_was_clicked(visit, clinic, sign_in):
    """A gap may be thirteen hours long, and nobody means its first minute."""
    page = sign_in()
    card(page, visit).locator("> a").focus()
    page.keyboard.press("k")
    page.wait_for_selector(".pinboard")
    page.keyboard.press("]")
    page.wait_for_selector(".gap > button")
    gap = page.locator(".gap > button").first
    begins = full_instant(gap.get_attribute("value").split("/")[1])
    gap.scroll_into_view_if_needed()
    height = gap.bounding_box()["height"]
    rows = gap.evaluate("(button) => window.dorsaBoard.rowsIn(button.closest('li'))")
    gap.click(position={"x": 20, "y": height * 0.4})
    page.wait_for_selector("#undo-place form")
    visit.refresh_from_db()
    clicked = begins + timedelta(minutes=5 * rows * 0.4)
    assert timedelta(minutes=-16) < visit.start_at - clicked < timedelta(minutes=11)
    assert visit.start_at > begins


def test_a_card_is_dragged_to_another_column(visit, second, sign_in):
    """The mouse works as everybody expects."""
    page = sign_in()
    page.wait_for_selector("#grid")
    box = card(page, visit).bounding_box()
    column = page.locator(f"#column-{second.pk}").bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(column["x"] + 60, box["y"] + 40, steps=6)
    page.wait_for_selector(f"#column-{second.pk} .ghost:not(.refused)")
    page.mouse.up()
    page.wait_for_selector(f"#column-{second.pk} .v")
    assert visit.reservations.get(resource__kind="clinician").resource == second
    assert page.locator("dialog[open]").count() == 0, "a drag is not a click"


def test_a_refused_drop_says_why_and_leaves_the_card(visit, second, sign_in):
    """Somebody was faster: the sentence is read, and nothing has moved."""
    page = sign_in()
    card(page, visit).locator("> a").focus()
    page.keyboard.press("m")
    page.wait_for_selector(".ghost")
    page.keyboard.press("ArrowDown")
    Appointment.objects.filter(pk=visit.pk).update(status="arrived")
    page.keyboard.press("Enter")
    page.wait_for_selector("#toasts .toast:has-text('not begun')")
    page.wait_for_selector(".v.arrived")
    visit.refresh_from_db()
    assert visit.status == "arrived"


def test_a_parked_visit_is_dropped_on_another_day_by_keyboard(visit, clinic, sign_in):
    """The pinboard survives the way to another day, where dragging does not."""
    page = sign_in()
    card(page, visit).locator("> a").focus()
    page.keyboard.press("k")
    page.wait_for_selector(".pinboard")
    page.keyboard.press("]")
    page.wait_for_selector(".gap > button")
    page.locator(".gap > button").first.press("Enter")
    page.wait_for_selector("#undo-place form")
    assert page.locator(".pinboard").count() == 0
    before = visit.start_at
    visit.refresh_from_db()
    assert visit.start_at.astimezone(clinic["site"].zone).date() == (
        before.astimezone(clinic["site"].zone).date() + timedelta(days=1)
    )


def test_the_next_step_is_one_key_and_keeps_the_place(visit, sign_in):
    """The focus stays on the person while the column is drawn anew."""
    page = sign_in()
    card(page, visit).locator("> a").focus()
    page.keyboard.press("s")
    page.wait_for_selector(".v.arrived time")
    assert visit.patient.family_name in focused(page)
    page.keyboard.press("u")
    page.wait_for_selector(".v.booked")
    visit.refresh_from_db()
    assert visit.status == "booked"


def test_the_board_hears_of_what_others_do(visit, clinic, sign_in):
    """Two desks see the same day, without anybody reloading; only what changed is exchanged."""
    page = sign_in()
    page.wait_for_selector(".v.booked")
    page.evaluate("document.querySelector('h1').dataset.mark = 'kept'")
    Appointment.objects.filter(pk=visit.pk).update(status="confirmed")
    page.evaluate("window.dorsaBoard.refresh()")
    page.wait_for_selector(".v.confirmed")
    assert page.get_attribute("h1", "data-mark") == "kept"
    with page.expect_response("**/desk/changes/**") as heard:
        page.evaluate("window.dorsaBoard.refresh()")
    assert heard.value.status == 304


def test_the_board_works_without_scripts(visit, clinic, sign_in):
    """A blocked script must not stop the clinic: book, step, undo, park and drop."""
    patient = builders.make_patient("Carla", "Scriptless")
    page = sign_in(java_script_enabled=False)
    page.goto("/desk/?view=columns")
    page.locator(".gap > a").last.click()
    page.fill("#quick-q", "scriptless")
    page.get_by_role("button", name="Find", exact=True).click()
    page.click(f"#person-{patient.pk}")
    page.click("#quick-book")
    assert page.locator(".v", has_text="Scriptless").count() == 1
    card(page, visit).locator("> a").click(force=True)
    page.get_by_role("button", name="Park to move it").click()
    page.locator(".gap > button").last.click()
    before = visit.start_at
    visit.refresh_from_db()
    assert visit.start_at > before
    card(page, visit).locator("> button").click()
    visit.refresh_from_db()
    assert visit.status == "arrived"
    page.get_by_role("button", name="Undo").click()
    visit.refresh_from_db()
    assert visit.status == "booked"


def test_a_function_key_calls_up_a_view(visit, second, sign_in):
    """The columns one needs are one key away, and the list of keys says so."""
    page = sign_in()
    page.goto("/desk/views/")
    page.fill("[name=name]", "Second only")
    page.select_option("[name=function_key]", "2")
    page.fill(f"[name=place-{second.pk}]", "1")
    page.get_by_role("button", name="Save").click()
    page.goto("/desk/?view=columns&columns=0")
    assert page.locator(".column").count() == 2
    page.keyboard.press("F2")
    page.wait_for_url("**columns=*")
    page.wait_for_selector("#grid")
    assert page.locator(".column").count() == 1
    page.keyboard.press("?")
    words = page.inner_text("#shortcuts")
    assert "Second only" in words
    assert "Park a visit" in words


def test_without_scripts_the_offer_to_undo_leaves_too(visit, clinic, sign_in):
    """What was cancelled by mistake may soon be somebody else's: then nobody offers it."""
    page = sign_in(java_script_enabled=False)
    page.goto("/desk/?view=columns")
    card(page, visit).locator("> button").click()
    toast = page.locator("#undo-place form")
    assert toast.is_visible()
    toast.wait_for(state="hidden", timeout=16_000)
