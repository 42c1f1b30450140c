"""A phone that is lent, left alone, or pressed by a nervous thumb: in a real browser."""

import pytest

from clinic.accounts.roles import Role
from patients.models import PortalAccess, ThreadMessage
from scheduling.models import SecretLink
from tests import builders
from tests.browser.looks import look, violations
from tests.record_builders import shipped_catalogue
from tests.security.clients import client_of

WORDS = {
    "en": ("My knee hurts at night.", "Send it now"),
    "es": ("Me duele la rodilla de noche.", "Enviarlo ahora"),
}


@pytest.fixture
def ana(clinic):
    shipped_catalogue()
    patient = builders.make_patient("Ana", "Secretname", email="ana@example.org")
    user = builders.make_user(Role.PATIENT, password=builders.PASSWORD)
    user.name = "Ana Secretname"
    user.save()
    PortalAccess.objects.create(user=user, patient=patient)
    return patient, user


def test_after_the_sign_out_back_shows_nothing(ana, sign_in):
    """Whoever is handed the phone next presses “back”, by accident or not."""
    patient, user = ana
    phone = sign_in(Role.PATIENT, "phone", user=user)
    phone.goto(f"/patient/{patient.pk}/diary/")
    phone.goto(f"/patient/{patient.pk}/viewers/")
    phone.locator(".menu summary").last.click()
    phone.get_by_role("button", name="Sign out").click()
    phone.wait_for_url("**/accounts/login/**")
    for _step in range(2):
        phone.go_back()
        phone.wait_for_url("**/accounts/login/**")
        assert "Secretname" not in phone.content()
    look(phone, "left-alone-back")


def test_a_double_tap_is_one(ana, sign_in):
    """Two presses in a tenth of a second: one deed, and the page that tells of it."""
    patient, user = ana
    phone = sign_in(Role.PATIENT, "phone", user=user)
    phone.goto(f"/patient/{patient.pk}/calendar/")
    phone.get_by_role("button", name="Make an address").dblclick()
    phone.wait_for_selector("text=/public/calendar/")
    assert SecretLink.objects.count() == 1


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_was_typed_before_the_sign_out_is_sent_after_it(ana, sign_in, language):
    """Signed out in another tab, with a letter half written in this one."""
    patient, user = ana
    words, send = WORDS[language]
    patient.language = language
    patient.save()
    phone = sign_in(Role.PATIENT, "phone", user=user)
    phone.goto(f"/patient/{patient.pk}/messages/new/")
    phone.locator("[name=topic]").first.check()
    phone.fill("[name=subject]", "Knee")
    phone.fill("[name=body]", words)
    phone.context.clear_cookies(name="sessionid")
    phone.locator("main form button.big-action").click()
    phone.wait_for_url("**/accounts/login/**")
    phone.fill("[name=login]", user.email)
    phone.fill("[name=password]", builders.PASSWORD)
    phone.locator("form[data-sign-in] button[type=submit]").click()
    phone.wait_for_selector(f"text={words}")
    look(phone, f"kept-form-{language}")
    assert violations(phone) == []
    phone.get_by_role("button", name=send).click()
    phone.wait_for_selector(".letters")
    assert ThreadMessage.objects.get().body == words


def test_a_form_of_an_old_tab_is_sent_once_more(ana, sign_in, live_server):
    """Signed in anew in another tab: the browser itself says that the form is ours."""
    patient, user = ana
    phone = sign_in(Role.PATIENT, "phone", user=user)
    phone.goto(f"/patient/{patient.pk}/messages/new/")
    phone.locator("[name=topic]").first.check()
    phone.fill("[name=subject]", "Knee")
    phone.fill("[name=body]", WORDS["en"][0])
    again = client_of(user).cookies["sessionid"].value
    phone.context.clear_cookies(name="csrftoken")
    cookies = {"csrftoken": "b" * 32, "sessionid": again}
    phone.context.add_cookies(
        [{"name": name, "value": said, "url": live_server.url} for name, said in cookies.items()]
    )
    phone.locator("main form button.big-action").click()
    phone.get_by_role("button", name="Send it now").click()
    phone.wait_for_selector(".letters")
    assert ThreadMessage.objects.get().body == WORDS["en"][0]
