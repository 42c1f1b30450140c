"""Something you have: asked before anything opens, and asked once."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from clinic.messaging.models import Message
from tests.security.clients import client_of, enrol
from tests.signing_in import NOW, code_of, sign_in

pytestmark = pytest.mark.django_db


def test_a_password_alone_leads_staff_to_their_second_factor_only(staff):
    """Every address leads there; `tests/security` tries them all."""
    client = Client()
    assert sign_in(client, staff).status_code == 302
    assert client.get("/desk/?day=2026-11-23").url == (
        "/accounts/2fa/?next=%2Fdesk%2F%3Fday%3D2026-11-23"
    )
    assert client.get("/accounts/2fa/").status_code == 200
    enrol(staff)
    assert client.get("/desk/").url == "/accounts/2fa/reauthenticate/?next=%2Fdesk%2F"
    Authenticator.objects.update(type=Authenticator.Type.WEBAUTHN)
    assert client.get("/desk/").url.startswith("/accounts/2fa/webauthn/reauthenticate/")


def test_a_code_works_once(staff):
    """Whoever reads it over a shoulder has thirty seconds to use it, and must not be able to."""
    secret = generate_totp_secret()
    TOTP.activate(staff, secret)
    first, second = Client(), Client()
    with time_machine.travel(NOW, tick=False):
        for client in (first, second):
            assert sign_in(client, staff).url == "/accounts/2fa/authenticate/"
        code = code_of(secret)
        assert first.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
        assert second.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200
        assert first.get("/desk/").status_code == 404, "signed in: there is only no site yet"
        assert second.get("/desk/").status_code == 302


def test_codes_cannot_be_guessed(staff):
    """A million codes are few for a machine."""
    secret = generate_totp_secret()
    TOTP.activate(staff, secret)
    with time_machine.travel(NOW, tick=False):
        client = Client()
        sign_in(client, staff)
        for guess in range(5):
            client.post("/accounts/2fa/authenticate/", {"code": f"{guess:06}"})
        right = client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
        assert right.status_code == 200
        assert client.get("/desk/").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_the_code_that_set_the_app_up_is_spent(staff):
    """Otherwise it could be used again in its thirty seconds."""
    client = Client()
    with time_machine.travel(NOW, tick=False):
        sign_in(client, staff)
        assert client.get("/accounts/2fa/totp/activate/").status_code == 200
        code = code_of(client.session["mfa.totp.secret"])
        assert client.post("/accounts/2fa/totp/activate/", {"code": code}).status_code == 302
        assert client.get("/desk/").status_code == 404, "enrolling has shown the factor"
        other = Client()
        sign_in(other, staff)
        assert other.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200


def test_secrets_are_not_legible_in_the_database(staff):
    """A stolen copy of the database must not generate codes."""
    secret = generate_totp_secret()
    TOTP.activate(staff, secret)
    assert secret not in str(Authenticator.objects.get().data)


def test_a_new_password_does_not_replace_the_second_factor(staff):
    """Whoever reads somebody's mail has one factor, not two."""
    TOTP.activate(staff, generate_totp_secret())
    client = Client()
    client.post("/accounts/password/reset/", {"email": staff.email})
    link = re.search(r"/accounts/password/reset/key/\S+", Message.objects.get().body)[0]
    form = client.get(link, follow=True)
    chosen = {"password1": "another-long-passphrase", "password2": "another-long-passphrase"}
    client.post(form.redirect_chain[-1][0], chosen)
    assert client.get("/desk/").url.startswith("/accounts/login/"), "nobody is signed in by it"
    assert sign_in(client, staff, "another-long-passphrase").url == "/accounts/2fa/authenticate/"
    assert client.get("/desk/").status_code == 302


def test_staff_cannot_do_away_with_their_last_factor(staff):
    """Convenience wins otherwise, on the second day."""
    TOTP.activate(staff, generate_totp_secret())
    client = client_of(staff)
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "mfa", "at": datetime.now(UTC).timestamp(), "type": "totp"}
    ]
    session.save()
    client.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(user=staff).exists()
    key = Authenticator.objects.get(user=staff)
    Authenticator.objects.update(type=Authenticator.Type.WEBAUTHN)
    client.post(f"/accounts/2fa/webauthn/keys/{key.pk}/remove/")
    assert Authenticator.objects.filter(user=staff).exists(), "nor by way of the keys"
