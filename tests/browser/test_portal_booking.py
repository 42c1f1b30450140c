"""Somebody in pain books on a phone, in a real browser: few taps, and never past an emergency."""

from datetime import timedelta

from django.core.management import call_command
from django.utils import timezone

from clinic.accounts.roles import Role
from patients.models import PortalAccess
from scheduling.actions.offers import offer_time
from scheduling.models import Appointment, Hold, VisitType, WaitlistEntry
from scheduling.queries.availability import SlotSearch, free_slots
from tests import builders, record_builders
from tests.browser.looks import UNSTICK, look, violations
from treatments.models import WellBeing

MOST_TAPS = 8


def open_portal(sign_in, name, language="en"):
    """Somebody who may book by themself, on the first page of their phone."""
    record_builders.shipped_catalogue()
    call_command("load_rules", verbosity=0)
    VisitType.objects.update(
        is_bookable_online=True, public_name="Consultation", public_name_es="Consulta"
    )
    patient = builders.make_patient(name, email=f"{name.lower()}@example.org")
    type(patient).objects.filter(pk=patient.pk).update(language=language)
    user = builders.make_user(Role.PATIENT, password=builders.PASSWORD)
    PortalAccess.objects.create(user=user, patient=patient)
    locale = {"en": "en-US", "es": "es-MX"}[language]
    page = sign_in(Role.PATIENT, "phone", user=user, locale=locale)
    return Phone(page, name)


class Phone:
    """A thumb that counts, and a picture of each page it was on."""

    def __init__(self, page, name):
        self.page, self.name, self.taps, self.shots = page, name, 0, 0

    def tap(self, selector):
        self.look()
        self.taps += 1
        self.page.locator(selector).first.click()

    def look(self):
        self.shots += 1
        language = self.page.locator("html").get_attribute("lang")
        look(self.page, f"portal-booking-{language}-{self.name}-{self.shots:02}")
        self.page.evaluate(UNSTICK)
        assert violations(self.page) == [], self.page.url


def test_a_visit_of_today_in_eight_taps_at_most(clinic, sign_in):
    """From the first page after signing in to a visit, when no red flag is raised."""
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
    assert phone.taps <= MOST_TAPS
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


def test_an_emergency_in_spanish_reaches_no_booking(clinic, sign_in):
    """Not by the back button, and not by an address that is remembered."""
    phone = open_portal(sign_in, "Luz", "es")
    page = phone.page
    phone.tap("a[href$='/book/']")
    page.wait_for_url("**/signs-1/")
    assert "Ninguna de estas" in page.content()
    page.check("input[value=saddle-numbness]")
    phone.tap("button[value=some]")
    page.wait_for_selector("a.is-urgent[href='tel:911']")
    phone.look()
    assert "Busque ayuda ahora" in page.content()
    stop = page.url
    page.go_back()
    page.reload()
    assert page.url == stop
    page.goto(stop + "times/")
    assert page.url == stop
    assert WellBeing.objects.get().urgency == "emergency"
    assert not Hold.objects.exists()


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


def test_nothing_suits_so_they_wait_and_take_the_time_that_is_offered(clinic, sign_in):
    """Waiting, a yes to an offer, another time after all, and a visit that is cancelled."""
    phone = open_portal(sign_in, "Inés", "es")
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
