"""Somebody who was handed a letter comes into the portal, on a phone, in their language."""

import re

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from clinic.messaging.models import Message
from patients.actions.invitations import Guest, invite_to_portal
from patients.models import CommunicationPreference, PortalAccess
from patients.models.invitation import InvitationWay
from patients.models.portal import Relationship
from tests import builders
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
    phone.wait_for_selector("[name=email]")
    look("3-email")
    phone.fill("[name=email]", "ana@example.org")
    phone.get_by_role("button", name=word["on"]).click()
    phone.wait_for_selector("[name=code]")
    look("4-code")
    phone.fill("[name=code]", re.search(r"\b\d{6}\b", Message.objects.latest("id").body)[0])
    phone.get_by_role("button", name=word["on"]).click()
    phone.wait_for_selector("[name=password]")
    look("5-password")
    phone.fill("[name=password]", "violet-lamp-under-snow")
    phone.get_by_role("button", name=word["open"]).click()
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
