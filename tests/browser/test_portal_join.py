"""Somebody who was handed a letter comes into the portal, on a phone, in their language."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from clinic.accounts.roles import Role
from clinic.messaging.models import Message
from patients.actions.invitations import Guest, invite_to_portal
from patients.models import CommunicationPreference, PortalAccess
from patients.models.invitation import InvitationWay
from patients.models.portal import Relationship
from tests import builders
from tests.browser.fingers import give_finger
from tests.browser.looks import look, violations

WORDS = {
    "en": {
        "on": "Go on",
        "open": "Open the record",
        "later": "Not now. Go on.",
        "more": "More",
        "people": "Who may see this record",
        "settings": "How we may reach you",
        "save": "Save",
        "alike": "We could not open this link",
        "hello": "Hello",
        "passkey": "Open the record without a password",
        "out": "Sign out",
        "show": "Show the password",
        "in": "Sign in with a passkey",
    },
    "es": {
        "on": "Seguir",
        "open": "Abrir el expediente",
        "later": "Ahora no. Continuar.",
        "more": "Más",
        "people": "Quién puede ver este expediente",
        "settings": "Cómo podemos comunicarnos con usted",
        "save": "Guardar",
        "alike": "No pudimos abrir este enlace",
        "hello": "Hola",
        "passkey": "Abrir el expediente sin contraseña",
        "out": "Cerrar sesión",
        "show": "Mostrar la contraseña",
        "in": "Iniciar sesión con una llave de acceso",
    },
}


@pytest.fixture
def letter(clinic):
    """An invitation on paper: nobody has proven an e-mail address yet."""
    patient = builders.make_patient("Ana")
    guest = Guest(name=patient.name, relationship=Relationship.SELF, way=InvitationWay.PAPER)
    clerk = builders.make_user(Role.FRONT_DESK)
    return patient, invite_to_portal(patient=patient, guest=guest, by=clerk, now=timezone.now())


def looked_at(page, name):
    """Nothing is wider than the phone, axe finds nothing; a picture for whoever wants to look."""
    look(page, name)
    assert violations(page) == [], name


@pytest.mark.parametrize("language", ["en", "es"])
def test_somebody_invited_joins_on_a_phone(letter, open_page, language):
    """Letter, birth date, e-mail, code, password, and one is where the visits are."""
    patient, invited = letter
    patient.language = language
    patient.save()
    word = WORDS[language]
    phone = open_page("phone", locale={"en": "en-US", "es": "es-MX"}[language])
    give_finger(phone)
    phone.goto(f"/join/{invited.secret}/")

    def look(name):
        looked_at(phone, f"join-{language}-{name}")

    look("1-start")
    phone.select_option("[name=month]", "5")
    phone.fill("[name=day]", "18")
    phone.fill("[name=year]", "1970")
    phone.get_by_role("button", name=word["on"]).click()
    phone.get_by_text(word["alike"]).first.wait_for()
    look("2-wrong")
    assert phone.input_value("[name=year]") == "1970", "what was typed is still there"
    phone.fill("[name=day]", "17")
    phone.get_by_role("button", name=word["on"]).click()
    phone.wait_for_selector("[name=name]")
    look("3-email")
    phone.fill("[name=name]", "ana@example.org")
    phone.get_by_role("button", name=word["on"]).click()
    phone.wait_for_selector("[name=code]")
    look("4-code")
    phone.fill("[name=code]", re.search(r"\b\d{6}\b", Message.objects.latest("id").body)[0])
    phone.get_by_role("button", name=word["on"]).click()
    phone.wait_for_selector("[name=password]")
    phone.fill("[name=password]", "violet")
    phone.get_by_role("button", name=word["show"]).click()
    assert phone.get_attribute("[name=password]", "type") == "text"
    look("5-password")
    phone.fill("[name=password]", "violet-lamp-under-snow")
    phone.get_by_role("button", name=word["open"], exact=True).click()
    phone.get_by_role("link", name=word["later"]).wait_for()
    look("6-welcome")
    phone.get_by_role("link", name=word["later"]).click()
    phone.wait_for_selector(f"h1:has-text('{word['hello']}')")
    look("7-home")
    access = PortalAccess.objects.get()
    assert (access.patient, access.user.email) == (patient, "ana@example.org")

    phone.locator(".bottom-nav").get_by_role("link", name=word["more"]).click()
    phone.get_by_role("link", name=word["people"]).wait_for()
    look("8-more")
    phone.get_by_role("link", name=word["people"]).click()
    phone.wait_for_selector("[name=last_date]")
    look("9-people")
    phone.goto(f"/patient/{patient.pk}/settings/")
    look("10-settings")
    phone.check("[name=channel][value=sms]")
    phone.get_by_role("button", name=word["save"]).click()
    phone.wait_for_url("**/settings/")
    assert CommunicationPreference.objects.get(patient=patient).channel == "sms"
    phone.goto(f"/patient/{patient.pk}/settings/email/")
    look("11-contact")


def by_mail(language):
    """An invitation that came to a mailbox: no code is needed."""
    patient = builders.make_patient("Ana", email="ana@example.org")
    type(patient).objects.filter(pk=patient.pk).update(language=language)
    guest = Guest(
        name=patient.name,
        relationship=Relationship.SELF,
        way=InvitationWay.EMAIL,
        address="ana@example.org",
    )
    clerk = builders.make_user(Role.FRONT_DESK)
    return invite_to_portal(patient=patient, guest=guest, by=clerk, now=timezone.now())


def to_the_last_page(page, invited, word):
    """From the link to where somebody chooses with what they will sign in."""
    page.goto(f"/join/{invited.secret}/")
    page.select_option("[name=month]", "5")
    page.fill("[name=day]", "17")
    page.fill("[name=year]", "1970")
    page.get_by_role("button", name=word["on"]).click()
    page.wait_for_selector("[name=name]")
    page.get_by_role("button", name=word["on"]).click()
    page.wait_for_selector("[name=password]")


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_passkey_instead_of_a_password(clinic, open_page, language):
    """One touch to come in, and one touch ever after; a lost phone locks nobody out."""
    word = WORDS[language]
    phone = open_page("phone", locale={"en": "en-US", "es": "es-MX"}[language])
    give_finger(phone)
    to_the_last_page(phone, by_mail(language), word)
    phone.get_by_role("button", name=word["passkey"]).click()
    phone.wait_for_selector(f"h1:has-text('{word['hello']}')")
    user = PortalAccess.objects.get().user
    assert not user.has_usable_password()
    assert Authenticator.objects.get(user=user).wrap().is_passwordless
    looked_at(phone, f"join-{language}-passkey")
    phone.click(".menu summary")
    phone.get_by_role("button", name=word["out"]).click()
    phone.get_by_role("button", name=word["in"]).click()
    phone.wait_for_selector(f"h1:has-text('{word['hello']}')")
    # Another phone, because this one lies in a lake: a password by mail, and no passkey is asked.
    user.set_password(builders.PASSWORD)
    user.save()
    other = open_page("phone")
    other.goto("/accounts/login/")
    other.fill("[name=login]", user.email)
    other.fill("[name=password]", builders.PASSWORD)
    other.press("[name=password]", "Enter")
    other.wait_for_selector("h1:has-text('Hello'), h1:has-text('Hola')")


def test_without_scripts_a_password_is_asked_for(clinic, open_page):
    """Nobody is shown a button that does nothing."""
    phone = open_page("phone", java_script_enabled=False, locale="en-US")
    to_the_last_page(phone, by_mail("en"), WORDS["en"])
    assert not phone.locator("#make-passkey").is_visible()
    phone.fill("[name=password]", "violet-lamp-under-snow")
    phone.get_by_role("button", name=WORDS["en"]["open"], exact=True).click()
    phone.get_by_role("link", name=WORDS["en"]["later"]).wait_for()


@pytest.mark.parametrize("language", ["en", "es"])
def test_asking_uninvited_on_a_phone(clinic, open_page, language):
    """One page, and the answer says the same to everybody."""
    phone = open_page("phone", locale={"en": "en-US", "es": "es-MX"}[language])
    phone.goto("/register/")
    looked_at(phone, f"register-{language}-1")
    phone.fill("[name=given_names]", "Ana")
    phone.locator("form[method=post] .big-action").click()
    phone.wait_for_selector(".error-summary")
    looked_at(phone, f"register-{language}-2-wrong")
    assert phone.input_value("[name=given_names]") == "Ana"
    phone.goto("/register/asked/")
    looked_at(phone, f"register-{language}-3-asked")
