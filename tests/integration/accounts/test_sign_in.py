"""Getting in: by whom, with what, and not by guessing."""

import re
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client

from clinic.accounts.models import User
from clinic.accounts.roles import Role
from clinic.messaging.models import Message
from tests import builders
from tests.security.clients import client_of
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db


def test_after_five_wrong_guesses_even_the_right_password_waits(staff):
    """A robot that tries the common passwords must not get to the right one."""
    for guess in range(5):
        assert sign_in(Client(), staff, f"wrong {guess}").status_code == 200
    answer = sign_in(Client(), staff)
    assert answer.status_code == 200
    assert b"Too many failed" in answer.content


def test_a_stranger_cannot_find_out_who_has_an_account(staff):
    """Who works at a pain clinic, and who is treated there, is nobody's business."""
    known = sign_in(Client(), staff, "wrong")
    cache.clear()
    unknown = Client().post(
        "/accounts/login/", {"login": "nobody@clinic.example", "password": "wrong"}
    )
    assert plain(known, staff.email) == plain(unknown, "nobody@clinic.example")
    answers = [
        Client().post("/accounts/password/reset/", {"email": email}, follow=True)
        for email in (staff.email, "nobody@clinic.example")
    ]
    assert plain(answers[0], staff.email) == plain(answers[1], "nobody@clinic.example")
    assert Message.objects.get().to_address == staff.email, "and strangers get no mail from us"


def plain(answer, email):
    text = answer.content.decode().replace(email, "…")
    return answer.status_code, re.sub(r"[A-Za-z0-9]{64}", "…", text)


def test_nobody_signs_up_alone():
    """Accounts come from the clinic."""
    form = {"email": "me@example.org", "password1": "a-long-passw0rd", "password2": "x"}
    Client().post("/accounts/signup/", form)
    assert not User.objects.exists()


@pytest.mark.parametrize("weak", ["password123", "1234567890", "short", "front_desk-clinic"])
def test_weak_passwords_are_refused_where_they_are_chosen(staff, weak):
    """The list of common passwords is the first that is tried."""
    client = client_of(staff)
    form = {"oldpassword": builders.PASSWORD, "password1": weak, "password2": weak}
    assert client.post("/accounts/password/change/", form).status_code == 200
    staff.refresh_from_db()
    assert staff.check_password(builders.PASSWORD)


def test_passwords_are_kept_as_argon2(staff):
    """So that a stolen database is not a list of passwords."""
    assert staff.password.startswith("argon2$")


def test_an_unverified_address_does_not_get_in(staff):
    """A slip in the address would hand the account to a stranger."""
    staff.emailaddress_set.update(verified=False)
    client = Client()
    assert sign_in(client, staff).url == "/accounts/confirm-email/"
    assert client.get("/desk/").status_code == 302


def test_an_invited_colleague_chooses_a_password_by_the_mailed_link(staff):
    """The link proves the address; nobody ever tells anybody a password."""
    manager = builders.make_user(Role.MANAGER)
    form = {"name": "Nora New", "email": "Nora@clinic.example", "role": "nurse"}
    assert client_of(manager).post("/manager/users/", form).status_code == 302
    newcomer = User.objects.get(email="nora@clinic.example")
    assert not newcomer.has_usable_password()
    link = re.search(r"/accounts/password/reset/key/\S+", Message.objects.get().body)[0]
    client = Client()
    page = client.get(link, follow=True)
    chosen = {"password1": "a-fresh-long-passphrase", "password2": "a-fresh-long-passphrase"}
    assert client.post(page.redirect_chain[-1][0], chosen).status_code == 302
    assert sign_in(client, newcomer, "a-fresh-long-passphrase").status_code == 302
    assert client.get("/").url.startswith("/accounts/2fa/")
    again = Client().get(link, follow=True)
    assert b'name="password1"' not in again.content, "the link works once"


def test_the_first_manager_is_made_on_the_machine(settings):
    """An empty clinic has nobody who could invite anybody."""
    settings.DEMO_WITHOUT_SECOND_FACTOR = False
    out = StringIO()
    call_command("invite_manager", "Maya", "Maya@clinic.example", stdout=out)
    manager = User.objects.get()
    link = re.search(r"/accounts/password/reset/key/\S+", out.getvalue())[0]
    client = Client()
    form = client.get(link, follow=True).redirect_chain[-1][0]
    chosen = {"password1": "a-fresh-long-passphrase", "password2": "a-fresh-long-passphrase"}
    assert client.post(form, chosen).status_code == 302
    assert sign_in(client, manager, "a-fresh-long-passphrase").status_code == 302
    assert client.get("/").url.startswith("/accounts/2fa/")
    for name, email in (("Maya", "maya@clinic.example"), ("Maya", "no address")):
        with pytest.raises(CommandError):
            call_command("invite_manager", name, email)


def test_an_address_is_invited_once(staff):
    """Two accounts for one mailbox would be two sets of rights."""
    manager = client_of(builders.make_user(Role.MANAGER))
    form = {"name": "Twin", "email": staff.email.upper(), "role": "nurse"}
    assert manager.post("/manager/users/", form).status_code == 409
    assert manager.post("/manager/users/", form | {"role": "patient"}).status_code == 422
