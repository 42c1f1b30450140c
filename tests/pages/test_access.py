"""Every page, tried by everybody: what the table of roles does not give is refused."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from clinic.accounts.roles import ROLES, Audience, Role
from patients.models import AllergyIntolerance, Condition, MedicationStatement, PortalAccess
from tests import builders
from treatments.models import Observation, Procedure

pytestmark = pytest.mark.django_db
CANARY = "canary-clinical-word"


def guarded_pages(patterns=None, prefix="/"):
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from guarded_pages(pattern.url_patterns, address)
        elif isinstance(pattern, URLPattern) and hasattr(pattern.callback, "audience"):
            yield address, pattern.callback


PAGES = list(guarded_pages())


def client_of(role) -> Client:
    client = Client()
    client.force_login(builders.make_user(role))
    return client


@pytest.fixture
def world():
    """A patient with a canary in every clinical text, and a place to be booked."""
    site = builders.make_site()
    builders.make_clinician(site)
    builders.make_resource(site)
    kind = builders.make_visit_type()
    patient = builders.make_patient("Ana", "Ruiz")
    AllergyIntolerance.objects.create(patient=patient, text=CANARY)
    MedicationStatement.objects.create(patient=patient, text=CANARY, dosage=CANARY)
    Condition.objects.create(patient=patient, text=CANARY)
    Procedure.objects.create(patient=patient, text=CANARY)
    Observation.objects.create(patient=patient, text=CANARY, value_text=CANARY)
    return {"site": site, "kind": kind, "patient": patient}


def fill(address, world):
    return address.replace("<uuid:patient_id>", str(world["patient"].pk)).replace(
        "<uuid:appointment_id>", str(uuid4())
    )


@pytest.mark.parametrize("role", [None, *Role])
def test_a_page_opens_for_exactly_who_may_see_it(role, world):
    """Generated from the addresses: a new page is tried by the wrong people from its first day."""
    client = Client() if role is None else client_of(role)
    assert len(PAGES) > 12
    for address, view in PAGES:
        answer = client.get(fill(address, world))
        if role is None and answer.status_code != 405:
            assert (answer.status_code, answer.url.split("?")[0]) == (302, "/accounts/login/")
        if role is None:
            continue
        sheet = ROLES[role]
        may = view.audience in sheet.audiences and view.permission in sheet.permissions
        # 405: the page only takes forms; 404: the appointment in the address does not exist.
        expected = {200, 404, 405} if may else {403, 405}
        assert answer.status_code in expected, (address, role)


@pytest.mark.parametrize("role", list(Role))
def test_a_form_is_taken_from_exactly_who_may_send_it(role, world):
    """Hiding the button is not enough."""
    client = client_of(role)
    for address, view in PAGES:
        sheet = ROLES[role]
        may = view.audience in sheet.audiences and view.permission in sheet.permissions
        answer = client.post(fill(address, world), {})
        assert answer.status_code in ({400, 404, 405, 422} if may else {403, 405}), (address, role)


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.MANAGER])
def test_no_clinical_word_reaches_who_reads_no_charts(role, world):
    """The desk needs facts about the calendar, never the diagnosis."""
    client = client_of(role)
    for address, _view in PAGES:
        assert CANARY not in client.get(fill(address, world) + "?q=ruiz").content.decode(), address


def test_the_physician_does_see_the_chart(world):
    """The positive control of the canary."""
    answer = client_of(Role.PHYSICIAN).get(f"/physician/people/{world['patient'].pk}/")
    assert CANARY in answer.content.decode()


def test_a_patient_sees_nobody_else(world):
    """One's own name, and no other patient's, wherever one goes."""
    own = builders.make_patient("Bela", "Own")
    user = builders.make_user(Role.PATIENT)
    PortalAccess.objects.create(user=user, patient=own)
    client = Client()
    client.force_login(user)
    for address, _view in PAGES:
        assert "Ruiz" not in client.get(fill(address, world)).content.decode(), address


def test_what_does_not_exist_is_said_alike_for_everybody(world):
    """Whether an id exists is already too much to tell."""
    client = client_of(Role.FRONT_DESK)
    for address, view in PAGES:
        if view.audience == Audience.DESK and "<uuid" in address:
            nobody = address.replace("<uuid:patient_id>", str(uuid4()))
            nobody = nobody.replace("<uuid:appointment_id>", str(uuid4()))
            assert client.get(nobody).status_code in {404, 405}


def test_a_disabled_person_is_out_at_the_next_request():
    """Somebody who left in anger must not take one more look."""
    user = builders.make_user(Role.PHYSICIAN)
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/physician/").status_code == 200
    user.is_active = False
    user.save()
    assert client.get("/physician/").status_code == 302


def test_forms_from_elsewhere_are_refused(world):
    """Another site must not book in the clerk's name."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(builders.make_user())
    assert client.post("/desk/book/", {}).status_code == 403


@pytest.mark.parametrize("page", ["/desk/", "/desk/people/?q=ruiz", "/desk/book/?q=ruiz"])
def test_queries_do_not_grow_with_people(page, world, django_assert_max_num_queries):
    """A page that asks once more for every row is slow exactly when it matters."""
    for _ in range(15):
        builders.make_patient("Ana", "Ruiz")
    client = client_of(Role.FRONT_DESK)
    client.get(page)
    with django_assert_max_num_queries(10):
        client.get(page)
