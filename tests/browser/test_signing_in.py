"""Signing in with a second factor or a passkey, and being signed out: what stands at the door."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.core.cache import cache

from clinic.accounts import sessions
from clinic.accounts.roles import Role
from tests import builders
from tests.browser.looks import DARK, shot, too_wide_by, violations
from tests.browser.waiting import comes_true

INDEX = "/accounts/2fa/"
FINGER = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(autouse=True)
def _as_in_a_clinic(settings):
    """Staff need their second factor, and nobody has tried too often yet."""
    settings.DEMO_WITHOUT_SECOND_FACTOR = False
    cache.clear()


class App:
    """An authenticator app, and the clock that it shares with the server."""

    def __init__(self):
        self.time = 1_800_000_000
        self.secret = ""

    def code(self):
        """The next code: each works once, so half a minute passes first."""
        self.time += 30
        return self.code_again()

    def code_again(self):
        counter = next(auth.yield_hotp_counters_from_time())
        return auth.format_hotp_value(auth.hotp_value(self.secret, counter))


@pytest.fixture
def app(monkeypatch):
    """An authenticator app that does not have to wait."""
    app = App()
    monkeypatch.setattr(auth, "time", SimpleNamespace(time=lambda: app.time))
    return app


@pytest.fixture
def clerk(clinic):
    """Works at the front desk, and has only a password yet."""
    return builders.make_user(Role.FRONT_DESK, password=builders.PASSWORD)


def type_password(page, user):
    page.goto("/accounts/login/")
    page.fill("[name=login]", user.email)
    page.fill("[name=password]", builders.PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/accounts/login" not in url)


def confirm_password(page):
    """allauth may ask for it before anything about the sign-in changes."""
    page.wait_for_load_state()
    if "/accounts/reauthenticate/" in page.url:
        page.fill("[name=password]", builders.PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "/reauthenticate/" not in url)


def type_code(page, code):
    page.fill("#id_code", code)
    page.press("#id_code", "Enter")


def enrol_app(page, app):
    """From the page about second factors to the recovery codes, which are returned."""
    page.click("text=Set up an authenticator app")
    page.wait_for_url("**/totp/activate/")
    app.secret = page.inner_text("#authenticator_secret")
    type_code(page, app.code())
    return recovery_codes(page)


def enrol_key(page, name="Key on my key ring"):
    """The same with a passkey."""
    page.goto(f"{INDEX}webauthn/add/")
    page.fill("[name=name]", name)
    page.click("#mfa_webauthn_add")
    return recovery_codes(page)


def recovery_codes(page):
    page.wait_for_url("**/recovery-codes/")
    return page.input_value("#recovery_codes").split()


def go_on(page):
    page.check("#codes_saved")
    page.click("text=Go on to the clinic")
    page.wait_for_url("**/desk/")


def sign_out(page):
    page.click(".menu summary")
    page.click(".menu-body >> text=Sign out")
    page.wait_for_url("**/accounts/login/")


def give_finger(page):
    """A device that knows its owner's finger."""
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": FINGER})


def test_staff_set_up_an_app_and_show_it_ever_after(app, clerk, sign_in):
    """A stolen password alone must open nothing, and a code seen over a shoulder neither."""
    page = sign_in(user=clerk, by_form=True)
    for address in ("/", "/desk/", "/desk/book/", "/desk/people/?q=ruiz", "/account/tokens/"):
        page.goto(address)
        assert INDEX in page.url, address
    assert "sets up a second factor before the first page opens" in page.inner_text("main")

    recovery = enrol_app(page, app)
    assert len(set(recovery)) == 10
    go_on(page)
    sign_out(page)

    type_password(page, clerk)
    assert page.url.endswith("/2fa/authenticate/")
    page.goto("/desk/")
    assert page.url.endswith("/2fa/authenticate/"), "a password alone has opened a page"
    assert page.locator("text=Use a passkey").count() == 0, "there is none"
    type_code(page, app.code())
    page.wait_for_url("**/desk/")
    sign_out(page)

    type_password(page, clerk)
    type_code(page, app.code_again())
    page.wait_for_selector(".error-summary")
    assert page.url.endswith("/2fa/authenticate/"), "a code has worked twice"
    type_code(page, recovery[0])
    page.wait_for_url("**/desk/")
    sign_out(page)

    type_password(page, clerk)
    type_code(page, recovery[0])
    page.wait_for_selector(".error-summary")
    assert page.url.endswith("/2fa/authenticate/"), "a recovery code has worked twice"
    type_code(page, recovery[1])
    page.wait_for_url("**/desk/")


def test_recovery_codes_are_not_left_behind_unread(app, clerk, sign_in):
    """Codes that nobody kept are found missing on the day the phone is lost."""
    page = sign_in(user=clerk, by_form=True)
    enrol_app(page, app)
    questions = []
    page.on("dialog", lambda dialog: (questions.append(dialog.type), dialog.dismiss()))
    page.click("#recovery_codes")
    page.click("text=Go on to the clinic", no_wait_after=True)
    assert comes_true(page, lambda: questions == ["beforeunload"])
    assert page.url.endswith("/recovery-codes/")
    go_on(page)
    page.goto(f"{INDEX}recovery-codes/")
    assert page.locator("#recovery_codes").count() == 0
    assert "10 of 10 codes are left" in page.inner_text("main")


def test_a_passkey_replaces_the_password(clerk, sign_in):
    """One touch at a busy desk, and nothing that could be told on the telephone."""
    page = sign_in(user=clerk, by_form=True)
    give_finger(page)
    enrol_key(page)
    go_on(page)
    page.goto("/accounts/2fa/webauthn/")
    assert "Key on my key ring" in page.inner_text("table")
    assert "instead of the password" in page.inner_text("table")
    page.goto("/desk/")
    sign_out(page)

    page.click("text=Sign in with a passkey")
    page.wait_for_url("**/desk/")
    sign_out(page)

    type_password(page, clerk)
    page.click("text=Use a passkey or security key")
    page.wait_for_url("**/desk/")


def test_a_passkey_of_nobody_opens_nothing(clerk, sign_in):
    """Whoever was removed still holds the key."""
    page = sign_in(user=clerk, by_form=True)
    give_finger(page)
    enrol_key(page)
    go_on(page)
    sign_out(page)
    Authenticator.objects.filter(user=clerk).delete()
    page.click("text=Sign in with a passkey")
    page.wait_for_selector(".toast.tone-bad")
    page.goto("/desk/")
    assert "/accounts/login/" in page.url


def test_one_ends_ones_other_sign_ins(settings, clinic, sign_in):
    """The computer in the other room is still signed in, and one remembers at home."""
    settings.DEMO_WITHOUT_SECOND_FACTOR = True
    user = builders.make_user(Role.FRONT_DESK, password=builders.PASSWORD)
    forgotten = sign_in(user=user, by_form=True)
    forgotten.goto("/desk/")
    page = sign_in(user=user, by_form=True)
    page.goto("/accounts/sessions/")
    assert page.locator("tbody tr").count() == 2
    assert page.locator("tbody tr", has_text="This one").count() == 1
    page.click("text=Sign out everywhere else")
    page.wait_for_selector("text=You are signed in only here.")
    assert page.locator("tbody tr").count() == 1
    forgotten.click("nav >> text=People")
    forgotten.wait_for_url("**/accounts/login/?next=/desk/people/")
    page.goto("/desk/")
    assert page.url.endswith("/desk/")


@pytest.fixture
def impatient(settings, monkeypatch, clinic, sign_in):
    """A clerk's board, in a clinic that waits eight seconds instead of fifteen minutes."""
    settings.DEMO_WITHOUT_SECOND_FACTOR = True
    monkeypatch.setattr(sessions, "STAFF_IDLE", timedelta(seconds=8))
    monkeypatch.setattr(sessions, "WARNING", timedelta(seconds=5))
    monkeypatch.setattr(sessions, "GRAIN", timedelta())
    page = sign_in(by_form=True)
    page.goto("/desk/")
    return page


def test_who_stays_is_asked_and_who_left_is_signed_out(impatient):
    """A patient's record must not stay on a screen that nobody watches."""
    page = impatient
    page.wait_for_selector("#idle[open]")
    shot(page, "idle-desk")
    assert violations(page) == []
    page.click("text=Stay signed in")
    page.wait_for_selector("#idle", state="hidden")
    page.wait_for_selector("#idle[open]")
    assert page.url.endswith("/desk/"), "staying did not prolong it"
    page.wait_for_url("**/accounts/login/?next=%2Fdesk%2F")
    page.wait_for_selector("[name=password]")
    page.goto("/desk/")
    assert "/accounts/login/" in page.url, "the page went, but the session stayed"


def seconds_left(page, headers):
    script = "headers => fetch('/account/clock/', {headers}).then(r => r.json())"
    return page.evaluate(script, headers)["seconds_left"]


def test_what_a_page_asks_by_itself_keeps_nobody_signed_in(impatient):
    """A board that refreshes itself would stay open all night."""
    page = impatient
    page.wait_for_timeout(2500)
    assert seconds_left(page, {"Dorsa-Background": "1"}) <= 6
    assert seconds_left(page, {}) >= 7


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_the_pages_at_the_door_are_fit_to_be_seen(size, app, clerk, sign_in):
    """A page that a screen reader, a keyboard or a phone cannot use shuts its person out."""
    page = sign_in(user=clerk, by_form=True, size=size)
    give_finger(page)
    shown = []

    def look(name, address="", confirm=True):
        if address:
            page.goto(address)
        if confirm:
            confirm_password(page)
        assert page.inner_text("h1") != "Not found", name
        shown.append(name)
        shot(page, f"door-{name}-{size}")
        assert too_wide_by(page) <= 0, name
        assert violations(page) == [], name
        page.emulate_media(color_scheme="dark")
        if name == "app":
            shot(page, f"door-{name}-{size}-dark")
        assert violations(page, DARK) == [], f"{name} in the dark"
        page.emulate_media(color_scheme="light")

    look("first")
    look("app", f"{INDEX}totp/activate/")
    type_code(page, "000000")
    look("app-refused")
    page.goto(INDEX)
    enrol_app(page, app)
    look("codes")
    page.check("#codes_saved")
    look("codes-kept", f"{INDEX}recovery-codes/")
    look("codes-new", f"{INDEX}recovery-codes/generate/")
    look("index-app", INDEX)
    look("app-off-refused", f"{INDEX}totp/deactivate/")
    assert "Staff keep at least one second factor." in page.inner_text("main")
    look("keys-none", f"{INDEX}webauthn/")
    look("key", f"{INDEX}webauthn/add/")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(f"**{INDEX}")
    look("index-both", INDEX)
    look("keys", f"{INDEX}webauthn/")
    page.click("text=Rename")
    look("key-name")
    page.click("text=Cancel")
    page.click("text=Remove")
    look("key-off")
    look("app-off", f"{INDEX}totp/deactivate/")
    look("again-password", "/accounts/reauthenticate/", confirm=False)
    look("again-code", f"{INDEX}reauthenticate/")
    look("again-key", f"{INDEX}webauthn/reauthenticate/")
    look("sessions", "/accounts/sessions/")
    look("email", "/accounts/email/")
    look("email-lost", "/accounts/confirm-email/nothing/")
    look("email-sent", "/accounts/confirm-email/")
    page.goto("/")
    sign_out(page)
    look("sign-in")
    type_password(page, clerk)
    look("authenticate")
    type_code(page, "000000")
    look("authenticate-refused")
    assert len(shown) == len(set(shown))


def test_a_new_address_waits_for_its_confirmation(mailbox_link, settings, clinic, sign_in):
    """A slip of the finger must not lock a patient out of their own account."""
    settings.DEMO_WITHOUT_SECOND_FACTOR = True
    user = builders.make_user(Role.FRONT_DESK, password=builders.PASSWORD)
    page = sign_in(user=user, by_form=True, size="phone")
    page.goto("/accounts/email/")
    page.fill("[name=email]", "new@clinic.example")
    page.press("[name=email]", "Enter")
    page.wait_for_url("**/reauthenticate/**")
    confirm_password(page)
    page.wait_for_selector("text=We have sent a mail to")
    shot(page, "door-email-waits-phone")
    assert violations(page) == []
    assert user.email in page.inner_text("main")
    page.goto(mailbox_link("new@clinic.example"))
    shot(page, "door-email-confirm-phone")
    assert violations(page) == []
    page.click("text=Yes, it is mine")
    page.wait_for_load_state()
    assert EmailAddress.objects.get(user=user).email == "new@clinic.example"


@pytest.fixture
def mailbox_link(clinic):
    """Reads the newest mail to an address and returns the link in it."""
    from clinic.messaging.models import Message

    def link(address):
        message = Message.objects.filter(to_address=address).latest("id")
        return re.search(r"https?://\S+", message.body)[0]

    return link


def test_who_tries_too_often_is_told_to_wait(settings, clinic, open_page):
    """A white page with “429” tells a person in pain nothing."""
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    page = open_page("phone")
    for _ in range(3):
        page.goto("/accounts/login/")
        page.fill("[name=login]", "nobody@example.org")
        page.fill("[name=password]", "wrong")
        page.press("[name=password]", "Enter")
        page.wait_for_load_state()
        if "wait a moment" in page.inner_text("h1"):
            break
    shot(page, "door-too-often-phone")
    assert "Please wait a moment" in page.inner_text("h1")
    assert violations(page) == []
