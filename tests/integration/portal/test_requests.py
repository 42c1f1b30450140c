"""Asking for the portal uninvited: nobody learns whether the clinic knows somebody."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.accounts.roles import Role
from clinic.messaging.models import Message
from patients.models import (
    CommunicationPreference,
    ContactPoint,
    Patient,
    PortalInvitation,
    PortalRequest,
)
from patients.models.portal import Relationship
from patients.tasks import answer_portal_requests
from tests import builders
from tests.integration.portal.words import BORN, stranger
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db

FORM = BORN | {
    "asked_for": "self",
    "given_names": "Ana",
    "family_name": "Ruiz",
    "email": "ana@example.org",
    "phone": "",
    "language": "en",
}


def known(given="Ana", family="Ruiz", **more):
    """Somebody on file under this very name."""
    patient = builders.make_patient(given, **({"email": "ana@example.org"} | more))
    patient.family_name = family
    patient.save()
    return patient


def asks(**changes):
    answer = stranger().post("/register/", FORM | changes)
    assert answer.status_code == 302, answer.context["form"].errors
    answer_portal_requests()
    return PortalRequest.objects.latest("id")


def test_somebody_on_file_is_written_to_where_the_file_says():
    """Name, birth date and address are exactly those: the link goes to the address on file."""
    patient = known("Ána", "RUIZ", email="Ana@Example.org")
    asked = asks()
    assert (asked.state, asked.patient) == ("invited", patient)
    assert asked.invitation.invited_by is None
    message = Message.objects.get()
    assert message.to_address == "Ana@Example.org"
    assert "/join/" in message.body


def test_the_typed_address_gets_nothing_unless_it_is_on_file():
    """Who knows a neighbour's birth date and phone must not get the key to their record."""
    patient = known()
    ContactPoint.objects.create(
        patient=patient, system="phone", value="212-555-0147", digits="12125550147"
    )
    asks(phone="(212) 555-0147", email="eve@example.org")
    assert [m.to_address for m in Message.objects.all()] == ["ana@example.org"]


@pytest.mark.parametrize(
    "changes",
    [
        {"given_names": "Anna"},
        {"family_name": "Ruiz Gomez"},
        {"day": "18"},
        {"email": "other@example.org"},
        {"asked_for": "child", "asked_by": "Paula Ruiz"},
        {"asked_for": "care", "asked_by": "Carl"},
    ],
)
def test_anything_else_waits_for_the_desk(changes):
    """A near miss is a human's to judge; who acts for somebody else is looked at by a human."""
    known()
    asked = asks(**changes)
    assert (asked.state, asked.patient) == ("open", None)
    assert not Message.objects.exists()


def test_two_who_could_be_meant_wait_for_the_desk():
    """Twins of one name, or one person registered twice: the clinic does not toss a coin."""
    for _twin in range(2):
        known()
    assert asks().state == "open"


def test_a_minor_and_whoever_wants_no_messages_wait_for_the_desk():
    """What a child sees, and a person who said “call me”, is settled by a human."""
    minor = known(born=date(2015, 5, 17))
    assert asks(year="2015").state == "open"
    patient = known()
    CommunicationPreference.objects.create(patient=patient, channel="none")
    assert asks().state == "open"
    assert minor.portal_invitations.count() == 0


def test_a_person_is_written_to_once_a_day():
    """Whoever keeps asking about somebody must not fill their mailbox."""
    known()
    phones = ("", "+1 212 555 0100", "+1 212 555 0101")
    assert [asks(phone=phone).state for phone in phones] == ["invited", "open", "open"]
    assert Message.objects.count() == 1


def test_the_page_says_and_does_the_same_for_everybody():
    """Neither words nor work tell a stranger who is a patient here."""
    known()
    pages, statements = [], []
    for name in ("Ana", "Nobody"):
        browser = stranger()
        with CaptureQueriesContext(connection) as done:
            answer = browser.post("/register/", FORM | {"given_names": name})
        statements.append(len(done))
        pages.append((answer.status_code, answer.url, browser.get(answer.url).status_code))
    assert pages[0] == pages[1]
    assert statements[0] == statements[1], "one and the same work"
    assert not Message.objects.exists(), "whether we know them is found out later"


def test_what_was_typed_stays_on_the_page():
    """Somebody in pain fills a form once."""
    page = stranger().post("/register/", FORM | {"email": "no", "asked_for": "child"})
    assert page.status_code == 422
    said = page.content.decode()
    assert 'value="Ruiz"' in said
    assert 'value="1970"' in said


def test_the_desk_matches_registers_or_declines():
    """Three ways out of the list, and each is taken once."""
    clerk = client_of(builders.make_user(Role.FRONT_DESK))
    patient = known(email="on.file@example.org")
    first, second, third = asks(), asks(given_names="Nora", family_name="New"), asks(day="1")
    listed = clerk.get("/desk/portal-requests/").content.decode()
    assert "Nora New" in listed
    assert "3 people ask for the portal" in clerk.get("/desk/worklist/").content.decode()
    assert patient.sort_name in clerk.get(f"/desk/portal-requests/{first.pk}/").content.decode()

    match = f"/desk/portal-requests/{first.pk}/match/{patient.pk}/"
    form = clerk.get(match).context["form"]
    assert form["email"].value() == "on.file@example.org", "not what was typed"
    sent = {f"portal-{name}": form[name].value() or "" for name in form.fields}
    assert clerk.post(match, sent).status_code == 302
    assert Message.objects.get().to_address == "on.file@example.org"
    assert clerk.post(match, sent).status_code == 422, "answered already"

    assert clerk.post(f"/desk/portal-requests/{second.pk}/").status_code == 302
    nora = Patient.objects.get(family_name="New")
    invitation = PortalInvitation.objects.get(patient=nora)
    assert (invitation.address, invitation.relationship) == ("ana@example.org", Relationship.SELF)

    page = f"/desk/portal-requests/{third.pk}/"
    assert clerk.post(page, {"decline": "yes"}).status_code == 422
    assert clerk.post(page, {"decline": "yes", "reason": "Unknown"}).status_code == 302
    assert Message.objects.count() == 2, "nobody writes to whom we do not know"
    assert not clerk.get("/desk/portal-requests/").context["requests"]


def test_registering_a_likely_double_asks_first():
    """The second record of one person is the one that lacks the allergy."""
    clerk = client_of(builders.make_user(Role.FRONT_DESK))
    known(email="on.file@example.org")
    asked = asks()
    page = f"/desk/portal-requests/{asked.pk}/"
    assert clerk.post(page).status_code == 409
    assert clerk.post(page, {"is_another_person": "on"}).status_code == 302


def test_guesses_at_who_is_known_run_into_a_limit(settings):
    """A list of names is not to be tried against the clinic from one place."""
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"register": "2/h/ip"}
    browser = stranger()
    people = [FORM | {"given_names": name} for name in ("Ana", "Bea", "Cleo")]
    answers = [browser.post("/register/", who) for who in people]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    told = answers[-1].content.decode()
    assert "too often" in told
    assert FORM["email"] in told, "what was typed stays"
    spanish = browser.post("/register/", FORM, headers={"Accept-Language": "es"})
    assert "demasiados intentos" in spanish.content.decode()
    assert PortalRequest.objects.count() == 2
    assert PortalRequest.objects.filter(created_at__gt=timezone.now() - timedelta(1)).exists()


def test_two_taps_are_one_row_on_the_desk_s_list():
    """The desk calls about each row; nobody wants to be called twice."""
    browser = stranger()
    assert [browser.post("/register/", FORM).status_code for _ in range(2)] == [302, 302]
    assert PortalRequest.objects.count() == 1
    PortalRequest.objects.update(created_at=timezone.now() - timedelta(minutes=6))
    browser.post("/register/", FORM)
    assert PortalRequest.objects.count() == 2, "later it is another wish"
