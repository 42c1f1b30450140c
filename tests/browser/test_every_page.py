"""Every page of every role, at a desk and on a phone: accessible, quiet, and not too wide."""

import json
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from clinic.accounts.roles import Role
from patients.models import AllergyIntolerance, PortalAccess
from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.models import VisitType
from scheduling.queries.availability import SlotSearch, free_slots
from tests import builders

SHOTS = Path(__file__).parent / "screenshots"
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}

PAGES = {
    Role.FRONT_DESK: [
        "/desk/",
        "/desk/?day=2099-01-01",
        "/desk/book/",
        "/desk/book/?q=ruiz",
        "/desk/book/?patient={patient}",
        "/desk/people/?q=ruiz",
        "/desk/people/?q=nobodyatall",
        "/desk/people/new/",
        "/desk/people/{patient}/",
    ],
    Role.NURSE: ["/desk/", "/physician/people/?q=ruiz"],
    Role.THERAPIST: ["/physician/"],
    Role.PHYSICIAN: ["/physician/", "/physician/people/{patient}/", "/api/docs/"],
    Role.MANAGER: ["/manager/", "/manager/messages/"],
    Role.PATIENT: ["/patient/", "/desk/"],
}


@pytest.fixture
def visit(clinic):
    """Somebody is booked, so that no page is empty."""
    patient = builders.make_patient(email="ana@example.org")
    AllergyIntolerance.objects.create(patient=patient, text="Latex")
    clerk = builders.make_user()
    now = timezone.now()
    kind = VisitType.objects.get()
    end = now + timezone.timedelta(hours=8)
    slot = free_slots(clerk, SlotSearch(kind, [clinic["site"]], now, end), now=now)[0]
    request = BookingRequest(patient, kind, clinic["site"], slot.start_at)
    return book_appointment(request=request, by=clerk, now=now)


@pytest.mark.parametrize("size", ["desk", "phone"])
@pytest.mark.parametrize("role", list(PAGES))
def test_every_page_is_fit_to_be_seen(role, size, visit, clinic, sign_in):
    """A page that a screen reader, a keyboard or a phone cannot use is not finished."""
    user = builders.make_user(role, password=builders.PASSWORD)
    if role == Role.PATIENT:
        PortalAccess.objects.create(user=user, patient=visit.patient)
    if role == Role.PHYSICIAN:
        clinic["clinician"].user = user
        clinic["clinician"].save()
    page = sign_in(role, size, user=user)
    SHOTS.mkdir(exist_ok=True)
    for number, address in enumerate(PAGES[role]):
        page.goto(address.format(patient=visit.patient_id))
        page.wait_for_load_state("networkidle")
        page.screenshot(path=SHOTS / f"{role}-{number}-{size}.png")
        too_wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if address != "/api/docs/":
            # Swagger UI is its package's own; everything else is ours to answer for.
            assert too_wide <= 0, address
            assert violations(page) == [], address


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_the_sign_in_page_is_fit_to_be_seen(size, clinic, open_page):
    """The first page anybody sees, and the only one for a stranger."""
    page = open_page(size)
    for address in ("/accounts/login/", "/accounts/password/reset/", "/nowhere/"):
        page.goto(address)
        assert violations(page) == [], address


def violations(page) -> list[str]:
    found = Axe().run(page, options=WCAG).response["violations"]
    return [f"{v['id']}: {json.dumps([n['html'][:120] for n in v['nodes']])}" for v in found]
