"""Every page of every role, at a desk and on a phone: accessible, quiet, and not too wide.

With `DORSA_SHOTS=1` `screenshots/` keeps what each looked like, for a person to look at.
"""

from itertools import chain
from urllib.parse import urlsplit

import pytest
from django.urls import resolve
from django.utils import timezone

from clinic.accounts.models import THE_CLINIC
from clinic.accounts.roles import Role
from clinic.messaging.models import Channel
from patients.actions.care_team import break_glass
from patients.actions.proofs import send_contact_code
from patients.models import AllergyIntolerance, Consent, Patient, PortalAccess
from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.models import VisitType
from scheduling.queries.availability import SlotSearch, free_slots
from scheduling.queries.check_in import screen_address
from scheduling.queries.visit_links import answer_address
from tests import builders
from tests.browser.looks import (
    UNSTICK,
    shot,
    smallest_target,
    too_wide_by,
    violations,
    weight_of,
)
from tests.browser.pages import NOT_A_PAGE, PAGES
from tests.browser.stage import ids_for
from tests.security.addresses import NOBODY
from tests.security.routes import GUARDED

# At the desk in the light, on the phone in the dark: each colour and each layout is seen once.
LIGHT = {"desk": "light", "phone": "dark"}


@pytest.fixture
def visit(clinic):
    """Somebody is booked, so that no page is empty."""
    patient = builders.make_patient(email="ana@example.org")
    builders.make_patient()
    AllergyIntolerance.objects.create(patient=patient, text="Latex")
    clerk = builders.make_user()
    now = timezone.now()
    kind = VisitType.objects.get()
    end = now + timezone.timedelta(hours=8)
    slot = free_slots(clerk, SlotSearch(kind, [clinic["site"]], now, end), now=now)[0]
    request = BookingRequest(patient, kind, clinic["site"], slot.start_at)
    booked = book_appointment(request=request, by=clerk, now=now)
    Consent.objects.create(
        patient=patient,
        kind="treatment",
        decision="permit",
        method="paper",
        given_by="Ana Ruiz",
        decided_date=now.date(),
        recorded_by=clerk,
    )
    return booked


# A role has up to a hundred pages: in parts of this many several processes share them.
AT_ONCE = 18
PARTS = [(role, first) for role, pages in PAGES.items() for first in range(0, len(pages), AT_ONCE)]


@pytest.mark.parametrize(("role", "first"), PARTS)
def test_every_page_is_fit_to_be_seen(role, first, visit, clinic, sign_in, sizes):
    """A page that a screen reader, a keyboard or a phone cannot use is not finished."""
    user = builders.make_user(role, password=builders.PASSWORD)
    if role == Role.PATIENT:
        PortalAccess.objects.create(user=user, patient=visit.patient)
        own_code(user, visit.patient)
    if role == Role.PHYSICIAN:
        clinic["clinician"].user = user
        clinic["clinician"].save()
        builders.care_for(visit.patient, user)
    if role == Role.MANAGER:
        break_glass(
            patient=visit.patient,
            reason="Collapsed in the waiting room",
            lasting=timezone.timedelta(hours=1),
            by=builders.make_user(Role.PHYSICIAN),
            now=timezone.now(),
        )
    page = sign_in(role, user=user)
    ids = ids_for(visit)
    for number, address in list(enumerate(PAGES[role]))[first : first + AT_ONCE]:
        page.goto(address.format(**ids))
        if address == "/api/docs/":
            # Swagger UI is its package's own; everything else is ours to answer for.
            page.wait_for_selector(".opblock")
            continue
        # Fragments that a page fetches as it opens are part of it.
        for unfinished in ("[hx-trigger=load] a[href*=visits]", ".htmx-request"):
            page.locator(unfinished).first.wait_for(state="detached")
        look_at(page, address, sizes, f"{role}-{number}")


def look_at(page, address, sizes, name):
    """Held to the laws at both sizes, and left as wide as a desk."""
    for size, (width, height) in reversed(sizes.items()):
        page.emulate_media(color_scheme=LIGHT[size])
        page.set_viewport_size({"width": width, "height": height})
        shot(page, f"{name}-{size}")
        assert too_wide_by(page) <= 0, f"{address} ({size})"
        page.evaluate(UNSTICK)
        assert violations(page) == [], f"{address} ({size})"


def test_every_page_there_is_is_looked_at():
    """A new page must not escape the eyes above."""
    nobody = dict.fromkeys(("patient", "visit", "double", "hold", "series", "course_visit"), NOBODY)
    nobody |= dict.fromkeys(("user", "kind", "site", "day", "clock"), 1)
    nobody |= dict.fromkeys(("holiday", "clinician", "capability"), 1)
    nobody |= {"tomorrow": "2027-01-12", "course": NOBODY, "drug_course": NOBODY}
    nobody |= {"entry": NOBODY, "begin": "", "end": ""}
    nobody |= dict.fromkeys(("consultation", "signed", "order"), NOBODY)
    nobody |= {"procedure": 1, "done": 1, "entry_key": "none"}
    nobody |= {"cell": "1/x", "view": 1, "block": 1, "event": NOBODY}
    nobody |= {"asked": 1, "thread": NOBODY, "past": NOBODY}
    nobody |= {"follow_up": NOBODY, "finding": NOBODY, "plan": NOBODY, "rule": "none"}
    seen = {resolve(a.split("?")[0].format(**nobody)).func for a in chain(*PAGES.values())}
    # Steps only take forms; coming visits are fragments of pages that are looked at.
    missing = {
        route.pattern
        for route in GUARDED
        if route.view not in seen and route.name not in NOT_A_PAGE
    }
    assert missing == set(), "add the page to PAGES, with the role that uses it most"


def own_code(user, patient):
    """A code that was sent to an address that somebody says is theirs."""
    send_contact_code(
        patient=patient,
        channel=Channel.EMAIL,
        address="new@example.org",
        by=user,
        now=timezone.now(),
    )


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.PATIENT])
def test_pages_reflow_when_text_is_twice_as_large(role, visit, sign_in):
    """320 CSS pixels are a desk's screen at four times the size: read by scrolling one way only."""
    user = builders.make_user(role, password=builders.PASSWORD)
    if role == Role.PATIENT:
        PortalAccess.objects.create(user=user, patient=visit.patient)
    page = sign_in(role, "phone", user=user)
    page.set_viewport_size({"width": 320, "height": 512})
    ids = ids_for(visit)
    for address in PAGES[role]:
        page.goto(address.format(**ids))
        assert too_wide_by(page) <= 0, address


LARGE_TEXT = "document.documentElement.style.fontSize = '200%'"
# Bytes of a first visit on a slow line.
HEAVIEST = 100_000


def hold_to_the_portal_s_laws(page, address, name):
    """In Spanish at 360 px, with text twice as large; light enough for a slow line."""
    answer = page.goto(address)
    assert answer.headers["content-language"] == "es", address
    assert page.get_attribute("html", "lang") == "es", address
    weight, foreign = weight_of(page)
    assert weight <= HEAVIEST, f"{address}: {weight} bytes"
    assert foreign == [], address
    shot(page, f"es-{name}")
    assert too_wide_by(page) <= 0, address
    assert smallest_target(page) >= 48, address
    page.evaluate(UNSTICK)
    assert violations(page) == [], address
    page.evaluate(LARGE_TEXT)
    shot(page, f"es-{name}-large")
    assert too_wide_by(page) <= 0, f"{address} with text twice as large"


def test_the_portal_is_as_good_in_spanish(visit, sign_in):
    """Longer words in narrow places; and nobody may find the second language a second best."""
    user = builders.make_user(Role.PATIENT, password=builders.PASSWORD)
    PortalAccess.objects.create(user=user, patient=visit.patient)
    Patient.objects.filter(pk=visit.patient_id).update(language="es")
    page, ids = sign_in(Role.PATIENT, "phone", user=user), ids_for(visit)
    for number, address in enumerate(PAGES[Role.PATIENT]):
        hold_to_the_portal_s_laws(page, address.format(**ids), f"patient-{number}")


def test_pages_for_strangers_are_as_good_in_spanish(visit, open_page):
    """The links in our messages, and the way in."""
    Patient.objects.filter(pk=visit.patient_id).update(language="es")
    now = timezone.now()
    screen = screen_address(THE_CLINIC, visit.site, now=now)
    page = open_page("phone", locale="es-US")
    links = [answer_address(THE_CLINIC, visit), screen]
    pages = ["/accounts/login/", "/accounts/password/reset/", "/nowhere/", *links]
    for number, address in enumerate(pages):
        hold_to_the_portal_s_laws(page, urlsplit(address).path, f"public-{number}")


def test_the_checks_bite(clinic, open_page):
    """The positive control: a page made bad is found bad."""
    page = open_page()
    page.goto("/accounts/login/")
    page.evaluate("document.querySelector('[name=login]').labels[0].remove()")
    page.evaluate("document.querySelector('h1').setAttribute('role', 'nothing')")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=x>')")
    assert {text.split(":")[0] for text in violations(page)} >= {"image-alt", "aria-roles"}
    assert too_wide_by(page) <= 0
    page.evaluate("document.querySelector('h1').textContent = 'w'.repeat(2000)")
    page.evaluate("document.querySelector('h1').classList.add('nowrap')")
    assert too_wide_by(page) > 0


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_the_sign_in_page_is_fit_to_be_seen(size, clinic, open_page):
    """The first page anybody sees, and the only one for a stranger."""
    page = open_page(size)
    for address in ("/accounts/login/", "/accounts/password/reset/", "/nowhere/"):
        page.goto(address)
        assert violations(page) == [], address
