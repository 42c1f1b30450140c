"""Keys for programs, and what else could open a door."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from clinic.accounts import actions
from clinic.accounts.models import ApiToken, User
from clinic.accounts.roles import Role
from clinic.messaging.models import Message
from clinic.shared.errors import Invalid, NotAllowed
from tests import builders
from tests.security.clients import client_of, token_for
from tests.signing_in import NOW

pytestmark = pytest.mark.django_db


def test_a_key_is_shown_once_and_kept_as_a_hash(staff):
    """What lies in the database must not open the API."""
    client = client_of(staff)
    form = {"name": "Phone", "days": "7", "scopes": ["patients.search", "patients.view_contact"]}
    page = client.post("/account/tokens/", form).content.decode()
    key = re.search(r"dorsa_\w+", page)[0]
    token = ApiToken.objects.get()
    assert key not in f"{token.digest}{token.token_key}{token.name}"
    assert len(token.digest) == 128
    assert key not in client.get("/account/tokens/").content.decode()
    answer = Client().get("/api/v1/patients/?q=ana", headers={"Authorization": f"Token {key}"})
    assert answer.status_code == 200
    token.refresh_from_db()
    assert token.last_used_at
    assert client.post(f"/account/tokens/{token.token_key}/revoke/").status_code == 302
    answer = Client().get("/api/v1/patients/?q=ana", headers={"Authorization": f"Token {key}"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("scopes", "days", "refusal"),
    [
        (["patients.view_chart"], 7, NotAllowed),
        ([], 7, Invalid),
        (["patients.search"], 0, Invalid),
        (["patients.search"], 366, Invalid),
    ],
)
def test_a_key_is_no_wider_and_no_longer_than_allowed(staff, scopes, days, refusal):
    """The form offers nothing else; the action does not rely on it."""
    with pytest.raises(refusal):
        actions.create_token(
            name="x", scopes=scopes, lifetime=timedelta(days=days), by=staff, now=NOW
        )


def test_a_new_password_ends_every_key(staff):
    """Whoever changes it may do so because somebody else had the old one."""
    key = token_for(staff)
    client = Client()
    client.post("/accounts/password/reset/", {"email": staff.email})
    link = re.search(r"/accounts/password/reset/key/\S+", Message.objects.get().body)[0]
    form = client.get(link, follow=True).redirect_chain[-1][0]
    chosen = {"password1": "another-long-passphrase", "password2": "another-long-passphrase"}
    assert client.post(form, chosen).status_code == 302
    answer = Client().get("/api/v1/sites/", headers={"Authorization": f"Token {key}"})
    assert answer.status_code == 401


def test_mailed_links_carry_our_own_address(staff, settings):
    """A link that carries our secret to whatever host the request named is a gift."""
    settings.PUBLIC_URL = "https://clinic.example"
    settings.ALLOWED_HOSTS = ["*"]
    form = {"email": staff.email}
    Client().post("/accounts/password/reset/", form, headers={"host": "localhost:6666"})
    assert "https://clinic.example/accounts/password/reset/key/" in Message.objects.get().body


def test_odd_headers_and_absurd_days_are_no_broken_pages():
    """What a browser would never send is what somebody sends first."""
    answer = Client().get("/desk/", headers={"HX-Current-URL": "http://[bad"})
    assert answer.status_code == 302
    officer = client_of(builders.make_user(Role.PRIVACY_OFFICER))
    for day in ("9999-12-31", "0001-01-01"):
        assert officer.get(f"/manager/reads/?begin={day}&end={day}").status_code == 400


def test_a_reset_second_factor_says_who_did_it(staff):
    """It is the most valuable favour a manager can be talked into."""
    manager = builders.make_user(Role.MANAGER)
    actions.reset_second_factor(user=staff, by=manager, now=NOW)
    version = staff.versions.order_by("-pgh_id").first()
    assert version.second_factor_reset_at == NOW
    assert version.pgh_context["user"] == manager.pk


def test_a_key_shrinks_with_its_person(staff):
    """Whoever changes desks leaves the old rights behind, in their scripts as well."""
    key = token_for(staff, scopes=["patients.register", "patients.search"])
    User.objects.filter(pk=staff.pk).update(role=Role.PATIENT)
    answer = Client().get("/api/v1/patients/?q=ana", headers={"Authorization": f"Token {key}"})
    assert answer.status_code == 403
