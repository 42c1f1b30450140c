"""Getting in, staying in, and being put out."""

import re
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client

from clinic.accounts import actions, sessions
from clinic.accounts.models import ApiToken, User
from clinic.accounts.roles import Role
from clinic.messaging.models import Message
from clinic.shared.errors import Invalid, NotAllowed
from tests import builders
from tests.security.world import client_of, enrol, token_for

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


@pytest.fixture
def staff(settings):
    settings.DEMO_WITHOUT_SECOND_FACTOR = False
    return builders.make_user(Role.FRONT_DESK, password=builders.PASSWORD)


def sign_in(client, user, password=builders.PASSWORD, **headers):
    form = {"login": user.email, "password": password}
    return client.post("/accounts/login/", form, headers=headers)


def code_of(secret):
    return f"{hotp_value(secret, int(datetime.now(UTC).timestamp()) // 30):06}"


# --- guessing --------------------------------------------------------------------------------


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


# --- second factor ---------------------------------------------------------------------------


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


# --- the address -----------------------------------------------------------------------------


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


# --- how long --------------------------------------------------------------------------------


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


# --- disabling, sessions, keys ---------------------------------------------------------------


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
