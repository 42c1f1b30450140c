"""A real Chromium against a real server. Without a Chromium these tests skip, and say so."""

import os
import shutil
import time
from datetime import UTC, datetime

import pytest
from django.conf import settings

from clinic.accounts.roles import Role
from tests import builders
from tests.security.clients import client_of

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# Seconds before the next start of the calendar's grid.
NEAR = 15
SIZES = {"desk": (1366, 768), "phone": (360, 740)}
# Each window would draw two pages for suggestions below an address bar that nobody sees, which is
# several times the work of a test's own page. The last such list counts: so Playwright's is here.
UNNEEDED = [
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "OptimizationHints",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
]

# Playwright's synchronous API runs an event loop in this thread, which Django would refuse.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium is installed here"))


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic"]
    flags += [f"--disable-features={','.join(UNNEEDED)}"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def sizes():
    """Width and height of the screens that Dorsa is used on."""
    return SIZES


@pytest.fixture
def open_page(chromium, live_server, settings):
    """Opens pages; afterwards no page may have complained or met a broken answer."""
    settings.PUBLIC_URL = live_server.url
    complaints = []
    contexts = []

    def open_one(size="desk", **options):
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height}, base_url=live_server.url, **options
        )
        contexts.append(context)
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: _note(said, complaints))
        page.on("response", lambda answer: _note_broken(answer, complaints))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


def _note(said, complaints):
    # The browser and htmx also report refusals, and connections that were lost or left, which a
    # test may have caused.
    expected = ("Failed to load resource", "htmx:afterRequest", "htmx:sendError", "htmx:sendAbort")
    if said.type in {"error", "warning"} and not said.text.startswith(expected):
        complaints.append(said.text)


def _note_broken(answer, complaints):
    if answer.status >= 500:
        complaints.append(f"{answer.status} {answer.url}")


@pytest.fixture
def sign_in(open_page, live_server):
    """Opens the first page of a person of a role; returns it.

    `by_form` goes through the real form, which is what the tests of signing in are about; the
    others are let in with the cookie of a session.
    """

    def as_role(role=Role.FRONT_DESK, size="desk", user=None, layout="", by_form=False, **options):
        user = user or builders.make_user(role, password=builders.PASSWORD)
        page = open_page(size, **options)
        if by_form:
            page.goto("/accounts/login/")
            page.fill("[name=login]", user.email)
            page.fill("[name=password]", builders.PASSWORD)
            page.press("[name=password]", "Enter")
            page.wait_for_url(lambda url: "/accounts/login" not in url)
        else:
            name = settings.SESSION_COOKIE_NAME
            key = client_of(user).cookies[name].value
            page.context.add_cookies([{"name": name, "value": key, "url": live_server.url}])
        # How the board is drawn is remembered.
        if layout or not by_form:
            page.goto(f"/desk/?view={layout}" if layout else "/")
        return page

    return as_role


@pytest.fixture
def clinic(transactional_db):
    """A clinic in whose time zone it is about noon, so that there are times today at any hour."""
    # The earliest time on a page must not pass while a test reaches for it.
    left = 300 - time.time() % 300
    if left < NEAR:
        time.sleep(left)
    offset = 12 - datetime.now(UTC).hour
    # The signs of these zones are reversed: Etc/GMT-3 is three hours ahead of UTC.
    site = builders.make_site(f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT")
    clinician = builders.make_clinician(site, ["consultation"])
    builders.make_resource(site, can=["exam"])
    builders.make_visit_type(
        30,
        [
            {"kind": "clinician", "capability": "consultation"},
            {"kind": "room", "capability": "exam"},
        ],
        rank=0,
    )
    return {"site": site, "clinician": clinician}
