"""Somebody without e-mail comes in by the number of their phone, and stays in by it."""

import re

import pytest
from django.utils import timezone

from clinic.accounts.models import User
from clinic.messaging.models import Channel, Message
from patients.models import ContactPoint, PortalAccess, PortalRequest
from patients.models.invitation import InvitationWay
from patients.tasks import answer_portal_requests
from tests import builders
from tests.integration.portal.words import BORN, PASSWORD, invited, newest_code, stranger

pytestmark = pytest.mark.django_db

NUMBER = "+12125550173"
TYPED = "(212) 555-0173"
LOGIN = "/accounts/login/"


@pytest.fixture
def patient():
    return builders.make_patient()


def joins(made, typed):
    """From the link to the page after the name that somebody signs in with."""
    browser = stranger()
    step = browser.post(f"/join/{made.secret}/", BORN)
    return browser, browser.post(step.url, {"name": typed})


def test_a_link_by_text_message_needs_no_email(patient):
    """The link came to that very phone: it is proven, and it is what they sign in with."""
    made = invited(patient, timezone.now(), way=InvitationWay.SMS, address=NUMBER)
    browser, step = joins(made, TYPED)
    assert step.url == f"/join/{made.secret}/password/"
    done = browser.post(step.url, {"password": PASSWORD})
    assert done.url == f"/patient/{patient.pk}/welcome/"
    user = PortalAccess.objects.get().user
    assert user.sign_in_name == NUMBER
    assert NUMBER in browser.get(f"/patient/{patient.pk}/").content.decode()
    assert "phone.invalid" not in browser.get("/accounts/email/").content.decode()
    for typed in (TYPED, "212-555-0173", NUMBER, "12125550173"):
        again = stranger()
        assert again.post(LOGIN, {"login": typed, "password": PASSWORD}).status_code == 302, typed
    wrong = stranger().post(LOGIN, {"login": TYPED, "password": "something-else"})
    assert "We do not know this sign-in" in wrong.content.decode()


def test_a_number_that_was_typed_is_proven_by_a_text_message(patient):
    """An invitation on paper, and a phone that has no mailbox."""
    made = invited(patient, timezone.now(), way=InvitationWay.PAPER, address="")
    browser, step = joins(made, TYPED)
    assert step.url == f"/join/{made.secret}/code/"
    sent = Message.objects.latest("id")
    assert (sent.channel, sent.to_address, sent.status) == (Channel.SMS, NUMBER, "due")
    assert NUMBER in browser.get(step.url).content.decode()
    code = newest_code()
    wrong = browser.post(step.url, {"code": f"{(int(code) + 1) % 10**6:06}"})
    assert wrong.status_code == 422
    step = browser.post(step.url, {"code": code})
    assert browser.post(step.url, {"password": PASSWORD}).status_code == 302
    assert User.objects.filter(email="12125550173@phone.invalid").exists()


def test_a_lost_password_is_replaced_by_a_text_message(patient):
    """The link goes to the phone, is short, and works; nothing is mailed to nowhere."""
    made = invited(patient, timezone.now(), way=InvitationWay.SMS, address=NUMBER)
    browser, step = joins(made, TYPED)
    browser.post(step.url, {"password": PASSWORD})
    before = Message.objects.count()
    lost = stranger()
    assert lost.post("/accounts/password/reset/", {"email": TYPED}).status_code == 302
    sent = Message.objects.latest("id")
    assert Message.objects.count() == before + 1
    assert (sent.channel, sent.to_address) == (Channel.SMS, NUMBER)
    assert len(sent.body) <= 160
    link = re.search(r"https?://[^/]+(/\S+)", sent.body)[1]
    form = lost.get(link, follow=True)
    new = "another-lamp-under-snow"
    answer = lost.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    assert answer.status_code == 302
    assert stranger().post(LOGIN, {"login": TYPED, "password": new}).status_code == 302
    # For a number that nobody has, nothing goes out and the page is the same.
    told = Message.objects.count()
    assert stranger().post("/accounts/password/reset/", {"email": "212 555 0199"}).url == answer_to
    assert Message.objects.count() == told


answer_to = "/accounts/password/reset/done/"


def test_nobody_types_what_stands_for_a_number(patient):
    """`…@phone.invalid` is how a number is kept, and no address to claim."""
    made = invited(patient, timezone.now(), way=InvitationWay.PAPER, address="")
    for typed in ("12125550173@phone.invalid", "555", "Ana", "@", "ana@"):
        _browser, step = joins(made, typed)
        assert step.status_code == 422, typed
    assert not Message.objects.exists()


def test_without_text_messages_there_is_only_email(patient, settings):
    """A code that never comes would leave somebody waiting."""
    settings.SMS = None
    made = invited(patient, timezone.now(), way=InvitationWay.PAPER, address="")
    _browser, step = joins(made, TYPED)
    assert step.status_code == 422
    asked = BORN | {"asked_for": "self", "given_names": "Ana", "family_name": "Ruiz"}
    page = stranger().post("/register/", asked | {"phone": TYPED, "language": "en"})
    assert page.status_code == 422
    assert "Type your e-mail. We need it to answer." in page.content.decode()


def test_who_has_only_a_phone_can_ask_for_the_portal():
    """Answered on the number that is on file, or by the desk on the number that was typed."""
    patient = builders.make_patient("Ana")
    ContactPoint.objects.create(
        patient=patient, system="phone", use="mobile", value=TYPED, digits=NUMBER[1:]
    )
    type(patient).objects.filter(pk=patient.pk).update(family_name="Ruiz")
    asked = BORN | {"asked_for": "self", "given_names": "Ana", "family_name": "Ruiz"}
    told = asked | {"phone": TYPED, "language": "es"}
    neither = stranger().post("/register/", told | {"phone": ""})
    assert neither.status_code == 422
    assert "We need one of them to answer." in neither.content.decode()
    assert stranger().post("/register/", told).status_code == 302
    answer_portal_requests()
    request = PortalRequest.objects.get()
    assert (request.state, request.patient) == ("invited", patient)
    sent = Message.objects.get()
    assert (sent.channel, sent.to_address) == (Channel.SMS, NUMBER)
