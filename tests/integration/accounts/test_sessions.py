"""How long a sign-in lasts, and what ends it."""

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.test import Client

from clinic.accounts import actions, sessions
from clinic.accounts.roles import Role
from clinic.shared.errors import NotAllowed
from tests import builders
from tests.security.clients import client_of, enrol, token_for
from tests.signing_in import MONDAY, NOW, code_of, sign_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "still", "over"),
    [(Role.FRONT_DESK, 14, 15), (Role.PHYSICIAN, 14, 15), (Role.PATIENT, 29, 30)],
)
def test_an_unused_page_signs_out(role, still, over):
    """The screen at the desk stands where everybody walks by."""
    user = builders.make_user(role)
    with time_machine.travel(MONDAY, tick=False) as clock:
        client = client_of(user)
        assert client.get("/account/clock/").status_code == 200
        clock.shift(timedelta(minutes=still))
        assert client.get("/account/clock/").json()["seconds_left"] == idle(user)
        clock.shift(timedelta(minutes=over))
        answer = client.get("/account/clock/")
        assert answer.url.startswith("/accounts/login/")
        assert b"signed out" in client.get(answer.url).content


def idle(user):
    return int(sessions.idle_limit(user).total_seconds())


def test_what_a_page_fetches_by_itself_keeps_nobody_signed_in():
    """A board that refreshes would otherwise stay open all night."""
    with time_machine.travel(MONDAY, tick=False) as clock:
        client = client_of(builders.make_user())
        client.get("/account/clock/")
        for _ in range(14):
            clock.shift(timedelta(minutes=1))
            polled = client.get("/account/clock/", headers={"Dorsa-Background": "1"})
            assert polled.status_code == 200
        assert polled.json()["seconds_left"] == 60
        clock.shift(timedelta(minutes=1))
        assert client.get("/account/clock/").status_code == 302


def test_one_s_sign_ins_are_listed_with_when_they_were_last_used(staff):
    """Whoever sees a sign-in that is not theirs must be able to tell."""
    TOTP.activate(staff, secret := generate_totp_secret())
    client = Client()
    with time_machine.travel(MONDAY, tick=False) as clock:
        sign_in(client, staff)
        client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
        client.get("/account/clock/")
        clock.shift(timedelta(minutes=5))
        client.get("/account/clock/")
    mine = UserSession.objects.get(user=staff)
    assert mine.last_seen_at == MONDAY + timedelta(minutes=5)


def test_nobody_stays_for_more_than_a_day():
    """However busy: whoever took over a session keeps it no longer than a shift."""
    with time_machine.travel(MONDAY, tick=False) as clock:
        client = client_of(builders.make_user())
        for _ in range(72):
            assert client.get("/account/clock/").status_code == 200
            clock.shift(timedelta(minutes=10))
        assert client.get("/account/clock/").status_code == 302


def test_a_fragment_that_comes_too_late_moves_the_whole_page():
    """A sign-in form inside a table row helps nobody."""
    answer = Client().get(
        "/desk/people/?q=ana",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/desk/?day=2026-11-23"},
    )
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/accounts/login/?next=/desk/%3Fday%3D2026-11-23"


def test_after_signing_in_nobody_is_sent_to_another_site(staff):
    """A link to us must not lead to a copy of us."""
    client = Client()
    form = {"login": staff.email, "password": builders.PASSWORD}
    answer = client.post("/accounts/login/?next=https://evil.example/desk/", form)
    assert answer.url == "/"


def test_disabling_ends_everything_and_enabling_revives_nothing(staff):
    """Somebody who left in anger must not take one more look, then or later."""
    manager = builders.make_user(Role.MANAGER)
    client, key = Client(), token_for(staff)
    TOTP.activate(staff, secret := generate_totp_secret())
    sign_in(client, staff)
    client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert client.get("/account/clock/").status_code == 200
    actions.disable_user(user=staff, by=manager, now=NOW)
    actions.enable_user(user=staff, by=manager, now=NOW)
    assert client.get("/account/clock/").status_code == 302
    answer = Client().get("/api/v1/sites/", headers={"Authorization": f"Token {key}"})
    assert answer.status_code == 401


def test_there_is_always_a_manager(staff):
    """Locking oneself out of one's own clinic is one click otherwise."""
    manager = builders.make_user(Role.MANAGER)
    second = builders.make_user(Role.MANAGER)
    with pytest.raises(NotAllowed):
        actions.disable_user(user=manager, by=manager, now=NOW)
    actions.disable_user(user=second, by=manager, now=NOW)
    with pytest.raises(actions.LastManager):
        actions.disable_user(user=manager, by=second, now=NOW)


def test_a_lost_phone_is_forgotten_by_somebody_else_only(staff):
    """A stolen session must not be able to swap the phone that is missing."""
    manager = builders.make_user(Role.MANAGER)
    enrol(staff)
    actions.reset_second_factor(user=staff, by=manager, now=NOW)
    assert not Authenticator.objects.filter(user=staff).exists()
    with pytest.raises(NotAllowed):
        actions.reset_second_factor(user=manager, by=manager, now=NOW)
