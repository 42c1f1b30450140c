"""What the desk can do is reached from the board, by keyboard and without scripts."""

import pytest
from django.utils import timezone

from scheduling.actions.book import BookingRequest
from scheduling.actions.hold import place_hold
from scheduling.actions.offers import offer_time
from scheduling.models import Appointment, Hold, VisitType, WaitlistOffer
from scheduling.tasks import offer_openings
from tests import builders
from tests.browser.test_waitlist import book_today, wait


@pytest.fixture
def visit(clinic):
    return book_today(clinic, builders.make_user(), builders.make_patient("Lena", "Leaver"))


def card(page, name):
    return page.locator(".v, .hold", has_text=name)


def opened(page, cell):
    """The dialog that Enter opens on a cell of the board."""
    cell.locator("> a").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#board-dialog[open]")
    return page.locator("#board-dialog")


def test_a_visit_is_cancelled_with_a_reason_and_taken_back_although_somebody_waits(
    clinic, visit, sign_in
):
    """The wrong card, and the person is at the door: it is theirs again, and nobody was asked."""
    wait(clinic, builders.make_user(), builders.make_patient("Willa", "Waiter"))
    page = sign_in(layout="columns")
    page.goto("/desk/?cancelled=show")
    dialog = opened(page, card(page, "Leaver"))
    dialog.get_by_role("link", name="Cancel the visit…").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("input[value=patient]:focus")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_selector("#undo-place form")
    visit.refresh_from_db()
    assert (visit.status, visit.cancellation_reason) == ("cancelled", "feeling_better")
    offer_openings()
    page.keyboard.press("u")
    page.wait_for_selector("#undo-place form", state="detached")
    visit.refresh_from_db()
    assert (visit.status, visit.cancellation_reason) == ("booked", "")
    assert not WaitlistOffer.objects.exists()


def test_a_held_time_is_opened_from_its_card_and_booked(clinic, sign_in):
    """Between holding and booking the phone rang, and the page was left."""
    patient = builders.make_patient("Hedi", "Heldfor")
    page = sign_in(layout="columns")
    dialog = opened(page, page.locator(".gap").first)
    page.keyboard.type("heldfor")
    page.locator(f"#person-{patient.pk}").click()
    dialog.get_by_role("button", name="Hold it 10 minutes").click()
    page.wait_for_selector(".hold")
    opened(page, card(page, "Heldfor"))
    page.wait_for_selector("#board-window button:has-text('Book it'):focus")
    page.keyboard.press("Enter")
    page.wait_for_selector("#undo-place form")
    assert Appointment.objects.get().patient == patient
    assert Hold.objects.get().status == "booked"


def test_an_empty_cell_leads_to_who_waits_for_it(clinic, sign_in):
    """The desk fills a gap by asking, without an address typed by hand."""
    waiter = builders.make_patient("Willa", "Waiter")
    wait(clinic, builders.make_user(), waiter)
    page = sign_in(layout="columns")
    dialog = opened(page, page.locator(".gap").first)
    dialog.get_by_role("link", name="Offer to who waits (1)").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/waitlist/for/*")
    page.locator("button[name=slot]").first.press("Enter")
    page.wait_for_selector("main :text('Says yes')")
    offer = WaitlistOffer.objects.get()
    assert (offer.hold.patient, offer.status) == (waiter, "open")


def test_another_room_is_two_presses_from_the_card(clinic, visit, sign_in):
    """The tap in room one leaks, and the person stands in the corridor."""
    other = builders.make_resource(clinic["site"], can=["exam"])
    page = sign_in(layout="columns")
    opened(page, card(page, "Leaver")).get_by_role("link", name="Change room").press("Enter")
    page.wait_for_url("**/room/")
    page.get_by_role("button", name=other.name).press("Enter")
    page.wait_for_url("**/desk/?*")
    assert visit.reservations.filter(resource=other).exists()


def test_without_scripts_all_of_it_is_pages(clinic, visit, sign_in):
    """A blocked script must not stop the clinic."""
    clerk, now = builders.make_user(), timezone.now()
    patient = builders.make_patient("Hedi", "Heldfor")
    entry = wait(clinic, clerk, patient)
    later = visit.start_at + timezone.timedelta(hours=1)
    request = book_request(clinic, patient, later)
    hold = place_hold(request=request, by=clerk, now=now)
    page = sign_in(size="phone", layout="list", java_script_enabled=False)
    page.locator(f"a[href='/desk/holds/{hold.pk}/']").click()
    page.get_by_role("button", name="Let it go").click()
    offer = offer_time(entry=entry, start_at=later, by=clerk, now=now)
    page.goto("/desk/?view=list")
    page.locator(f"a[href='/desk/holds/{offer.hold_id}/']").click()
    page.get_by_role("link", name="Answer for them").click()
    page.goto("/desk/?view=list&cancelled=show")
    page.locator(".board-row summary").first.click()
    page.get_by_role("link", name="Cancel the visit…").click()
    page.get_by_role("button", name="Cancel the visit").click()
    page.get_by_role("button", name="Undo").click()
    assert "Taken back" in page.locator("#toasts").inner_text()
    visit.refresh_from_db()
    assert visit.status == "booked"


def book_request(clinic, patient, start):
    return BookingRequest(patient, VisitType.objects.get(), clinic["site"], start)
