"""From a cancelled visit to somebody else in its place, in a real browser."""

import re

from django.utils import timezone

from clinic.messaging.models import Message
from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.actions.waitlist import Wish, add_to_waitlist
from scheduling.models import Appointment, VisitType
from scheduling.queries.availability import SlotSearch, free_slots
from scheduling.tasks import offer_openings
from tests import builders


def book_today(clinic, clerk, patient):
    now = timezone.now()
    kind, site = VisitType.objects.get(), clinic["site"]
    end = now + timezone.timedelta(hours=9)
    begin = now + timezone.timedelta(hours=3)
    slot = free_slots(clerk, SlotSearch(kind, [site], begin, end), now=now)[0]
    request = BookingRequest(patient, kind, site, slot.start_at)
    return book_appointment(request=request, by=clerk, now=now)


def wait(clinic, clerk, patient):
    now = timezone.now()
    today = now.astimezone(clinic["site"].zone).date()
    return add_to_waitlist(
        patient=patient,
        visit_type=VisitType.objects.get(),
        site=clinic["site"],
        wish=Wish(earliest_date=today, latest_date=today + timezone.timedelta(days=14)),
        by=clerk,
        now=now,
    )


def test_a_cancelled_visit_finds_somebody_else_the_same_day(clinic, sign_in, open_page):
    """Same-day fill, from the desk's click to the board: nobody calls anybody."""
    clerk = builders.make_user()
    leaver = builders.make_patient("Lena", "Leaver", email="lena@example.org")
    waiter = builders.make_patient("Willa", "Waiter", email="willa@example.org")
    wait(clinic, clerk, waiter)
    visit = book_today(clinic, clerk, leaver)
    desk = sign_in(layout="list")
    desk.goto("/desk/")
    row = desk.locator(".board-row", has_text="Leaver")
    row.locator("summary").click()
    row.get_by_role("link", name="Cancel the visit…").press("Enter")
    desk.wait_for_selector("input[value=patient]:focus")
    desk.keyboard.press("ArrowRight")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#undo-place form")
    offer_openings()
    assert not Message.objects.filter(kind="waitlist_offer").exists(), "it may be taken back yet"
    desk.wait_for_selector("#undo-place form", state="detached")
    offer_openings()
    desk.keyboard.press("w")
    desk.wait_for_url("**/desk/waitlist/")
    assert "Says yes" in desk.inner_text("main")
    body = Message.objects.get(kind="waitlist_offer").body
    phone = open_page("phone")
    phone.goto(re.search(r"/public/offers/[\w-]+/", body)[0])
    assert "Would you like this time?" in phone.inner_text("h1")
    phone.get_by_role("button", name="Yes, I will come").click()
    phone.wait_for_selector("h1:has-text('This time is yours')")
    desk.keyboard.press("t")
    desk.wait_for_url("**/desk/")
    assert "Booked" in desk.locator(".board-row", has_text="Waiter").inner_text()
    assert Appointment.objects.get(patient=waiter).start_at == visit.start_at


def test_somebody_is_put_on_the_list_and_offered_a_time_without_javascript(clinic, sign_in):
    """A blocked script must not stop the clinic."""
    builders.make_patient("Carla", "Scriptless")
    page = sign_in(java_script_enabled=False)
    page.goto("/desk/waitlist/")
    page.get_by_role("link", name="Add somebody").click()
    page.fill("#q", "scriptless")
    page.get_by_role("button", name="Find", exact=True).click()
    page.locator(".person-card").click()
    page.get_by_role("button", name="Put on the list").click()
    page.get_by_role("link", name="Offer a time").click()
    page.locator(".slot.first").click()
    assert "Please call" in page.inner_text("main")
    page.get_by_role("button", name="Says yes").click()
    assert Appointment.objects.get().status == "booked"
