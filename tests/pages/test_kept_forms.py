"""A page that was open for too long: whoever comes back finds what they typed, and nobody else."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from clinic.accounts import sessions
from clinic.accounts.roles import Role
from patients.models import PortalAccess, ThreadMessage
from tests import builders
from tests.faults.phones import form_in
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db
PASSWORD = "violet-lamp-under-snow"
WORDS = "My leg is numb since Tuesday, and I cannot sleep."
LETTER = {"topic": "appointment", "subject": "My leg", "body": WORDS, "once": "a" * 32}


@pytest.fixture
def patient():
    builders.make_site()
    return builders.make_patient(email="ana@example.org")


def let_in(patient):
    user = builders.make_user(Role.PATIENT, password=PASSWORD)
    PortalAccess.objects.create(user=user, patient=patient)
    return user


def away(client):
    """They made tea, for an hour."""
    session = client.session
    an_hour_ago = (timezone.now() - timedelta(hours=1)).timestamp()
    session[sessions._SIGNED_IN] = session[sessions._ACTIVE] = an_hour_ago
    session.save()


def sign_in(client, user, where):
    form = {"login": user.email, "password": PASSWORD, "next": where.partition("next=")[2]}
    return client.post("/accounts/login/", form)


def test_a_letter_that_came_after_the_sign_out_is_sent_with_one_press(patient):
    """Half an hour of typing with aching hands must not be for nothing."""
    user = let_in(patient)
    phone = client_of(user)
    page = f"/patient/{patient.pk}/messages/new/"
    away(phone)
    late = phone.post(page, LETTER)
    assert late.url.startswith("/accounts/login/")
    assert not ThreadMessage.objects.exists()
    back = sign_in(phone, user, late.url)
    assert back.url == f"/patient/{patient.pk}/kept/"
    shown = phone.get(back.url)
    assert WORDS in shown.content.decode()
    form = form_in(shown.content.decode(), "Send it now")
    assert form["once"] != LETTER["once"]
    sent = phone.post(page, form | {"confirmed": "anyway"})
    assert f"/patient/{patient.pk}/messages/" in sent.url
    assert ThreadMessage.objects.get().body == WORDS
    # Shown once: later there is nothing under this address.
    assert phone.get(back.url).url == f"/patient/{patient.pk}/"


def test_a_press_that_has_no_page_of_its_own_leads_back_too(patient):
    """“I am late”, pressed after the sign-out, must not end in a page that says no."""
    user = let_in(patient)
    phone = client_of(user)
    away(phone)
    late = phone.post(f"/patient/{patient.pk}/visits/{patient.pk}/late/", {"minutes": "20"})
    back = sign_in(phone, user, late.url)
    assert phone.get(back.url).status_code == 200


def test_whoever_signs_in_next_on_this_phone_does_not_read_it(patient):
    """A phone is lent, a computer stands in a library."""
    other = let_in(builders.make_patient("Bo"))
    phone = client_of(let_in(patient))
    away(phone)
    late = phone.post(f"/patient/{patient.pk}/messages/new/", LETTER)
    back = sign_in(phone, other, late.url)
    assert phone.get(back.url).status_code == 404
    for address in ("/patient/", f"/patient/{other.portal_accesses.get().patient_id}/kept/"):
        assert WORDS not in phone.get(address, follow=True).content.decode()


def test_what_waited_for_too_long_is_gone(patient):
    """Words about somebody's health do not lie about in a session."""
    user = let_in(patient)
    phone = client_of(user)
    away(phone)
    late = phone.post(f"/patient/{patient.pk}/messages/new/", LETTER)
    session = phone.session
    session["kept_form"] = session["kept_form"] | {"until": timezone.now().timestamp()}
    session.save()
    assert phone.get(sign_in(phone, user, late.url).url).url == f"/patient/{patient.pk}/"


def stale(patient, **headers):
    """A form of a tab from before the last sign-in, and where it leads."""
    phone = Client(enforce_csrf_checks=True)
    phone.cookies = client_of(let_in(patient)).cookies
    page = f"/patient/{patient.pk}/messages/new/"
    phone.get(page)
    return phone, phone.post(page, LETTER | {"csrfmiddlewaretoken": "x" * 64}, headers=headers)


def test_a_form_of_an_old_tab_is_shown_once_more(patient):
    """Signed in anew in another tab: the token of this one is old, the words are not."""
    phone, answer = stale(patient, **{"Sec-Fetch-Site": "same-origin"})
    assert answer.url == f"/patient/{patient.pk}/kept/"
    assert not ThreadMessage.objects.exists()
    shown = phone.get(answer.url).content.decode()
    assert WORDS in shown
    form = form_in(shown, "Send it now")
    assert phone.post(f"/patient/{patient.pk}/messages/new/", form).status_code == 302
    assert ThreadMessage.objects.get().body == WORDS


@pytest.mark.parametrize("said", [{}, {"Sec-Fetch-Site": "cross-site"}])
def test_what_another_site_sends_is_refused_and_kept_nowhere(patient, said):
    """Otherwise a stranger's page would put words into somebody's mouth, a press away."""
    phone, answer = stale(patient, **said)
    assert answer.status_code == 403
    assert WORDS not in answer.content.decode()
    assert phone.get(f"/patient/{patient.pk}/kept/").url == f"/patient/{patient.pk}/"


def test_scripts_in_what_was_kept_are_words(patient):
    """It is shown as it was typed, and nothing in it runs."""
    user = let_in(patient)
    phone = client_of(user)
    away(phone)
    evil = LETTER | {"body": "<script>alert(1)</script> and more", 'x"><script>': "a b"}
    back = sign_in(phone, user, phone.post(f"/patient/{patient.pk}/messages/new/", evil).url)
    page = phone.get(back.url).content.decode()
    assert "<script>alert" not in page
    assert not re.search(r'name="x"><script>', page)
    assert "&lt;script&gt;alert(1)" in page
