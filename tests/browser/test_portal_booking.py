"""Somebody in pain books on a phone, in a real browser: few taps, and never past an emergency."""

from datetime import timedelta

import pytest
from django.utils import timezone

from scheduling.actions.offers import offer_time
from scheduling.models import Appointment, Hold, VisitType, WaitlistEntry
from scheduling.queries.availability import SlotSearch, free_slots
from tests import builders
from tests.browser.portal_steps import open_portal
from treatments.models import WellBeing

LANGUAGES = ("en", "es")
WORDS = {
    "en": {"none": "None of these", "stop": "Please get help now"},
    "es": {"none": "Ninguna de estas", "stop": "Busque ayuda ahora"},
}
BY_HAND = {
    "signs-2": {"answer": "none"},
    "times": {"part": "morning", "clinician": ""},
    "confirm": {"hold": "01900000-0000-7000-8000-000000000000", "reason": ""},
}
SEND = """async ([address, form]) => {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const body = new URLSearchParams({...form, csrfmiddlewaretoken: token});
  return (await fetch(address, {method: "POST", body})).url;
}"""


def test_a_visit_that_is_moved_or_not_wanted(clinic, sign_in):
    """Booked with a thumb; then another time is looked at, and the list of all visits."""
    phone = open_portal(sign_in, "Ana")
    page = phone.page
    phone.tap("a[href$='/book/']")
    for number in (1, 2, 3):
        page.wait_for_url(f"**/signs-{number}/")
        phone.tap("button[value=none]")
    page.wait_for_url("**/times/")
    phone.tap("button.slot")
    page.wait_for_url("**/confirm/")
    page.wait_for_selector("[data-left]:visible")
    phone.tap("button.big-action")
    page.wait_for_url("**/booked/")
    phone.look()
    visit = Appointment.objects.get()
    zone = clinic["site"].zone
    today = timezone.now().astimezone(zone).date()
    assert visit.start_at.astimezone(zone).date() == today
    # Another time, and then not at all.
    page.goto(page.url.removesuffix("booked/"))
    phone.look()
    page.go_back()
    page.goto(page.url.split("/visits/")[0] + "/visits/")
    phone.look()


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_emergency_reaches_no_booking(clinic, sign_in, language):
    """Not by going back, an address that is remembered, another tab, or a form made by hand."""
    phone = open_portal(sign_in, "Luz", language)
    page = phone.page
    # Another tab has come as far as the times before anything was said.
    other = page.context.new_page()
    other.goto(page.url + "book/")
    for number in (1, 2, 3):
        other.wait_for_url(f"**/signs-{number}/")
        other.click("button[value=none]")
    other.wait_for_selector("button.slot")
    phone.tap("a[href$='/book/']")
    page.wait_for_url("**/times/")
    page.goto(page.url.replace("/times/", "/signs-1/"))
    assert WORDS[language]["none"] in page.content()
    page.check("input[value=saddle-numbness]")
    phone.tap("button[value=some]")
    page.wait_for_selector("a.is-urgent[href='tel:911']")
    phone.look()
    assert WORDS[language]["stop"] in page.content()
    stop = page.url
    other.locator("button.slot").first.click()
    other.wait_for_selector("a.is-urgent[href='tel:911']")
    page.go_back()
    page.reload()
    for step in ("signs-1", "signs-2", "reason", "site", "times", "confirm"):
        page.goto(f"{stop}{step}/")
        assert page.url == stop, step
    by_hand = BY_HAND | {"reason": {"kind": VisitType.objects.get().code}}
    for step, form in by_hand.items():
        # As from a page that was saved: the token is right, and the form is well filled in.
        assert page.evaluate(SEND, [f"{stop}{step}/", form]) == stop, step
    waiting = stop.replace("/book/", "/waitlist/join/")
    page.evaluate(SEND, [waiting, {}])
    assert WellBeing.objects.get().urgency == "emergency"
    assert not Hold.objects.filter(status="held").exists()
    assert not Appointment.objects.exists()
    assert not WaitlistEntry.objects.exists()
    page.goto(stop.removesuffix("book/"))
    page.wait_for_selector(".card.is-urgent a[href='tel:911']")
    phone.look()


def test_a_fever_is_seen_today_in_spanish(clinic, sign_in):
    """The same way, with times of today and a mark for the clinic."""
    phone = open_portal(sign_in, "Rosa", "es")
    page = phone.page
    phone.tap("a[href$='/book/']")
    page.wait_for_url("**/signs-1/")
    phone.tap("button[value=none]")
    page.wait_for_url("**/signs-2/")
    page.check("input[value=fever]")
    phone.tap("button[value=some]")
    page.wait_for_url("**/signs-3/")
    phone.tap("button[value=none]")
    page.wait_for_url("**/times/")
    phone.tap("button.slot")
    page.wait_for_url("**/confirm/")
    phone.tap("button.big-action")
    page.wait_for_url("**/booked/")
    phone.look()
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_suits_so_they_wait_and_take_the_time_that_is_offered(clinic, sign_in, language):
    """Waiting, a yes to an offer, another time after all, and a visit that is cancelled."""
    phone = open_portal(sign_in, "Inés", language)
    page, kind = phone.page, VisitType.objects.get()
    home = page.url
    phone.tap("a[href$='/book/']")
    for number in (1, 2, 3):
        page.wait_for_url(f"**/signs-{number}/")
        page.click("button[value=none]")
    page.wait_for_url("**/times/")
    page.goto(home + "waitlist/join/")
    phone.tap("form[novalidate] button.big-action")
    page.wait_for_url("**/waitlist/")
    phone.look()
    entry, now = WaitlistEntry.objects.get(), timezone.now()
    search = SlotSearch(kind, [clinic["site"]], now + timedelta(days=2), now + timedelta(days=5))
    slot = free_slots(builders.make_user(), search, now=now)[0]
    offer_time(entry=entry, start_at=slot.start_at, by=None, now=now)
    page.goto(home)
    phone.look()
    page.goto(home + "waitlist/")
    phone.tap("button[value=accept]")
    page.wait_for_url("**/booked/")
    phone.tap("a[href$='/move/']")
    page.wait_for_url("**/move/")
    phone.tap("button.slot")
    page.wait_for_url(lambda url: not url.endswith("/move/"))
    assert Appointment.objects.get().start_at != slot.start_at
    Appointment.objects.update(start_at=slot.start_at, end_at=slot.end_at)
    page.reload()
    phone.tap("a[href$='/cancel/']")
    page.wait_for_url("**/cancel/")
    phone.tap("button.danger")
    page.wait_for_url(lambda url: not url.endswith("/cancel/"))
    phone.look()
    assert Appointment.objects.get().status == "cancelled"
