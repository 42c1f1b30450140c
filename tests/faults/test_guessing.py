"""Bursts against the clinic as it is served: a limit that only holds one by one is none."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest
import requests
from allauth.mfa.totp.internal.auth import hotp_value

GUESSES = 20
ROUNDS = 4
PASSWORD = "a-password-nobody-guesses"
# The right one comes while the others are being looked at: the first five, had it been among them,
# are allowed to anybody who mistypes.
LATER_SECONDS = 0.1

PEOPLE = f"""
import json
from tests import builders
emails = [builders.make_user(password={PASSWORD!r}).email for _ in range({ROUNDS + 1})]
print(json.dumps(emails))
"""


def attempt(web, email, password, start=None, pause=0.0):
    """One guess from a browser of its own; whether it got in, and when it was under way."""
    browser = requests.Session()
    browser.get(f"{web}/accounts/login/", timeout=60)
    form = {
        "login": email,
        "password": password,
        "csrfmiddlewaretoken": browser.cookies["csrftoken"],
    }
    if start:
        start.wait()
    time.sleep(pause)
    began = time.monotonic()
    answer = browser.post(f"{web}/accounts/login/", form, allow_redirects=False, timeout=60)
    assert answer.status_code in {200, 302, 429}, answer.status_code
    entered = browser.get(f"{web}/account/clock/", allow_redirects=False, timeout=60)
    return entered.status_code == 200, began, time.monotonic()


def forget_limits(scratch_url):
    with psycopg.connect(scratch_url, autocommit=True) as connection:
        connection.execute("TRUNCATE shared_cache")


@pytest.mark.slow
def test_the_right_password_in_a_burst_of_guesses_does_not_get_in(web, run_in, scratch_url):
    """Twenty at once is how a limit is stepped over that counts after it has looked."""
    first, *others = json.loads(run_in(PEOPLE))
    assert attempt(web, first, PASSWORD)[0], "the positive control: alone it gets in"
    for email in others:
        forget_limits(scratch_url)
        start = Barrier(GUESSES)
        guesses = [(f"wrong-{n}", 0.0) for n in range(GUESSES - 1)] + [(PASSWORD, LATER_SECONDS)]
        with ThreadPoolExecutor(GUESSES) as pool:
            outcomes = list(
                pool.map(lambda g: attempt(web, email, g[0], start, g[1]), guesses)  # noqa: B023
            )
        *wrong, right = outcomes
        assert not any(entered for entered, _began, _ended in outcomes)
        at_once = [w for w in wrong if w[1] < right[2] and w[2] > right[1]]
        assert len(at_once) >= 5, "the right one came in the middle of the burst"
    forget_limits(scratch_url)
    assert attempt(web, others[0], PASSWORD)[0], "and later its owner gets in again"


ENROLLED = f"""
import json
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from tests import builders
user = builders.make_user(password={PASSWORD!r})
secret = generate_totp_secret()
TOTP.activate(user, secret)
print(json.dumps([user.email, secret]))
"""


def half_way(web, email):
    """A browser in which the password was right and the code is still missing."""
    browser = requests.Session()
    browser.get(f"{web}/accounts/login/", timeout=60)
    token = browser.cookies["csrftoken"]
    form = {"login": email, "password": PASSWORD, "csrfmiddlewaretoken": token}
    answer = browser.post(f"{web}/accounts/login/", form, timeout=60)
    assert "/2fa/authenticate/" in answer.url
    return browser


@pytest.mark.slow
def test_one_code_lets_one_browser_in(web, run_in):
    """A code read over a shoulder and typed at the same instant must be worth nothing."""
    email, secret = json.loads(run_in(ENROLLED))
    browsers = [half_way(web, email) for _ in range(4)]
    start = Barrier(len(browsers))
    while time.time() % 30 > 20:
        time.sleep(1)
    code = f"{hotp_value(secret, int(time.time()) // 30):06}"

    def enter(browser):
        form = {"code": code, "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
        start.wait()
        address = f"{web}/accounts/2fa/authenticate/"
        return browser.post(address, form, allow_redirects=False, timeout=60).status_code

    with ThreadPoolExecutor(len(browsers)) as pool:
        answers = sorted(pool.map(enter, browsers))
    assert answers == [200, 200, 200, 302]
