"""What was promised to somebody in pain, at the pace of a person: invited, in, and booked today.

The pace is reckoned and not measured, so that a slow machine proves nothing: so many seconds for a
tap, for finding one's way on a page, and for each word of the red flags, of which none is skipped:
240 words a minute is how fast adults read for themselves.
"""

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from patients.actions.invitations import Guest, invite_to_portal
from patients.models import PortalAccess
from patients.models.invitation import InvitationWay
from patients.models.portal import Relationship
from scheduling.models import Appointment
from tests import builders
from tests.browser.fingers import give_finger
from tests.browser.portal_steps import LOCALES, Phone, let_people_book

LANGUAGES = ("en", "es")
MOST_TAPS, MOST_SECONDS = 8, 90
SECONDS_A_TAP, SECONDS_A_PAGE = 1.5, 3
READING = 240 / 60
BIG, NONE = "button.big-action", "button[value=none]"


@pytest.fixture
def town(clinic):
    """Two places and two kinds of visits: each page that a booking can have is asked."""
    other = builders.make_site(clinic["site"].time_zone)
    for site in (other, clinic["site"]):
        builders.make_clinician(site, ["consultation"])
        builders.make_resource(site, can=["exam"])
    needs = [
        {"kind": "clinician", "capability": "consultation"},
        {"kind": "room", "capability": "exam"},
    ]
    builders.make_visit_type(20, needs, rank=1)
    let_people_book()
    return clinic


def invited(person, name, relationship, **more):
    """An invitation that came to a phone as a text message."""
    guest = Guest(
        name=name,
        relationship=relationship,
        way=InvitationWay.SMS,
        address="+12125550173",
        **more,
    )
    clerk = builders.make_user(Role.FRONT_DESK)
    return invite_to_portal(patient=person, guest=guest, by=clerk, now=timezone.now())


def join(page, invited, born):
    """From the link in the message to the first page: a birth date, a number, a finger."""
    give_finger(page)
    page.goto(f"/join/{invited.secret}/")
    page.select_option("[name=month]", str(born.month))
    page.fill("[name=day]", str(born.day))
    page.fill("[name=year]", str(born.year))
    page.click(BIG)
    page.wait_for_selector("[name=name]")
    page.click(BIG)
    page.click("#make-passkey")
    page.wait_for_url(re.compile(r"/patient/[0-9a-f-]{36}/$"))


class Reader(Phone):
    """Reads each page before it taps."""

    def __init__(self, page, name):
        super().__init__(page, name)
        self.words = 0

    def tap(self, selector):
        for asked in self.page.locator("main .sign, main:has(.signs) h1").all():
            self.words += len(asked.inner_text().split())
        super().tap(selector)

    def seconds(self):
        """How long a person would have taken."""
        return self.taps * (SECONDS_A_TAP + SECONDS_A_PAGE) + self.words / READING


def book_today(phone):
    """Every page between the first one and the visit; nothing is wrong, and the first fits."""
    page = phone.page
    phone.tap("a[href$='/book/']")
    for number in (1, 2, 3):
        page.wait_for_url(f"**/signs-{number}/")
        phone.tap(NONE)
    page.wait_for_url("**/reason/")
    phone.tap("button.choice")
    page.wait_for_url("**/site/")
    phone.tap("button.choice")
    page.wait_for_url("**/times/")
    phone.tap("button.slot")
    page.wait_for_url("**/confirm/")
    phone.tap(BIG)
    page.wait_for_url("**/booked/")
    phone.look()


@pytest.mark.parametrize("language", LANGUAGES)
def test_somebody_invited_books_a_visit_of_today(town, open_page, language):
    """Eight taps after signing in, on the longest way there is; a minute and a half of a life."""
    person = builders.make_patient("Ana")
    page = open_page("phone", locale=LOCALES[language])
    join(page, invited(person, "Ana", Relationship.SELF, language=language), person.birth_date)
    phone = Reader(page, f"promise-{language}")
    book_today(phone)
    seconds = phone.seconds()
    print(f"{language}: {phone.taps} taps, {phone.words} words, {seconds:.0f} s")
    assert page.locator("html").get_attribute("lang").startswith(language)
    assert phone.taps <= MOST_TAPS
    assert seconds <= MOST_SECONDS
    visit, zone = Appointment.objects.get(), town["site"].zone
    today = timezone.now().astimezone(zone).date()
    assert (visit.patient, visit.start_at.astimezone(zone).date()) == (person, today)
    page.click("a[href$='/before/']")
    page.wait_for_url("**/before/")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mother_books_for_her_child(town, open_page, language):
    """She comes in by the child's birth date, and the visit is the child's."""
    child = builders.make_patient("Mia", born=date(timezone.now().year - 9, 3, 1))
    page = open_page("phone", locale=LOCALES[language])
    join(page, invited(child, "Eva", Relationship.PARENT, language=language), child.birth_date)
    phone = Phone(page, f"promise-mother-{language}")
    assert "Mia" in page.inner_text("body")
    book_today(phone)
    assert Appointment.objects.get().patient == child


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_carer_whose_time_is_over_sees_nothing(town, open_page, language):
    """On the day after the last day each address is closed, also in the middle of a booking."""
    person = builders.make_patient("Ana")
    page = open_page("phone", locale=LOCALES[language])
    until = timezone.now().date() + timedelta(days=30)
    told = {"until_date": until, "language": language}
    join(page, invited(person, "Carl", Relationship.CARER, **told), person.birth_date)
    home = page.url
    phone = Phone(page, f"promise-carer-{language}")
    phone.tap("a[href$='/book/']")
    page.wait_for_url("**/signs-1/")
    PortalAccess.objects.update(until_date=timezone.now().date())
    phone.tap(NONE)
    page.wait_for_load_state()
    phone.look()
    for address in ("", "book/", "book/signs-1/", "visits/", "before/", "messages/"):
        answer = page.goto(home + address)
        assert answer.status == 404, address
    assert "Ana" not in page.inner_text("body")
    assert not Appointment.objects.exists()
