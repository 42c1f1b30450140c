"""A booking's message arrives, once, whatever stops in between: real worker, beat, broker, mail.

Each test has a database, a Valkey, a worker and a beat of its own, and ends only what it started.
"""

import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import requests
from aiosmtpd.controller import Controller

from local import processes
from local.ports import any_free_port
from local.servers import valkey

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60

BOOK = """
from datetime import UTC, datetime, timedelta
from django.utils import timezone
from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.models import Site, VisitType
from scheduling.queries.availability import SlotSearch, free_slots
from clinic.accounts.models import User
from tests import builders
now = timezone.now()
if not Site.objects.exists():
    site = builders.make_site("UTC")
    builders.make_clinician(site); builders.make_resource(site)
    builders.make_visit_type(); builders.make_user()
site, kind, clerk = Site.objects.get(), VisitType.objects.get(), User.objects.get()
search = SlotSearch(kind, [site], now, now + timedelta(days=3), limit=1)
slot = free_slots(clerk, search, now=now)[0]
patient = builders.make_patient(family=f"P{now.timestamp()}", email="ana@example.org")
book_appointment(request=BookingRequest(patient, kind, site, slot.start_at), by=clerk, now=now)
"""


class Inbox:
    """A mail server that keeps what it takes, and refuses as long as it is told to."""

    def __init__(self):
        self.messages = []
        self.is_refusing = False

    async def handle_DATA(self, server, session, envelope):
        if self.is_refusing:
            return "451 Not now"
        self.messages.append(envelope.content.decode())
        return "250 OK"


@pytest.fixture
def mail():
    inbox = Inbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=any_free_port())
    controller.start()
    inbox.address = f"smtp://127.0.0.1:{controller.port}"
    yield inbox
    controller.stop()


@pytest.fixture
def clinic_env(scratch_url, mail):
    """What every process of the clinic is started with."""
    return os.environ | {
        "DATABASE_URL": scratch_url,
        "REDIS_URL": f"redis://127.0.0.1:{any_free_port()}/0",
        "EMAIL_URL": mail.address,
        "REMAP_SIGTERM": "SIGQUIT",
    }


def broker(env, tmp_path):
    return valkey(tmp_path, port=int(env["REDIS_URL"].rsplit(":", 1)[1].split("/")[0]))


@contextmanager
def background(env, tmp_path):
    """Worker and beat."""
    celery = [Path(sys.executable).with_name("celery"), "-A", "clinic.celery"]
    commands = {
        "worker": [*celery, "worker", "--concurrency", "1", "--loglevel", "WARNING"],
        "beat": [*celery, "beat", "--schedule", tmp_path / "beat", "--pidfile", ""],
    }
    started = [
        processes.start(name, command, log=tmp_path / f"{name}.log", env=env, cwd=ROOT)
        for name, command in commands.items()
    ]
    try:
        yield started[0]
    finally:
        for process in reversed(started):
            process.stop()


def wait_for(what, why):
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, why
        time.sleep(0.2)


def statuses(scratch_url):
    with psycopg.connect(scratch_url) as connection:
        rows = connection.execute("SELECT status, attempts FROM messaging_message ORDER BY id")
        return rows.fetchall()


@pytest.mark.slow
def test_a_confirmation_arrives_once_and_says_nothing_clinical(
    run_in, clinic_env, mail, scratch_url, tmp_path
):
    """What stands on a locked phone's screen must not tell a diagnosis."""
    run_in(BOOK)
    with broker(clinic_env, tmp_path), background(clinic_env, tmp_path):
        wait_for(lambda: mail.messages, "the confirmation never came")
        wait_for(lambda: statuses(scratch_url) == [("sent", 1)], "it was not written down")
        # Two more ticks must not send it again.
        time.sleep(11)
    (message,) = mail.messages
    head, _, body = message.partition("\n\n" if "\r" not in message else "\r\n\r\n")
    assert "Subject: Your visit on" in head
    assert "ana@example.org" in head
    assert "Kind" not in message, "the clinic's own name of the visit type may be clinical"
    assert "Visit" in body


@pytest.mark.slow
def test_booking_works_without_valkey_and_the_message_goes_out_afterwards(
    run_in, clinic_env, mail, scratch_url, tmp_path
):
    """The broker is the one part that may be missing on a bad morning."""
    with background(clinic_env, tmp_path):
        run_in(BOOK)
        assert statuses(scratch_url) == [("due", 0)]
        assert mail.messages == []
        with broker(clinic_env, tmp_path):
            wait_for(lambda: mail.messages, "the message did not go out after Valkey came back")
    assert len(mail.messages) == 1


@pytest.mark.slow
def test_a_mail_server_that_refuses_only_delays(run_in, clinic_env, mail, scratch_url, tmp_path):
    """“Try again later” is what mail servers say most; it must not lose the message."""
    mail.is_refusing = True
    run_in(BOOK)
    with broker(clinic_env, tmp_path), background(clinic_env, tmp_path):
        wait_for(lambda: statuses(scratch_url)[0][1] >= 1, "nobody tried")
        mail.is_refusing = False
        wait_for(lambda: mail.messages, "it was not tried again")
        wait_for(lambda: statuses(scratch_url)[0][0] == "sent", "it was not written down")
    assert len(mail.messages) == 1


@pytest.mark.slow
def test_sign_in_and_readiness_without_valkey(run_in, clinic_env, tmp_path):
    """Without the broker people still sign in, and the load balancer keeps sending them."""
    run_in(
        "from tests import builders; "
        "builders.make_user(email='a@b.example', password=builders.PASSWORD)"
    )
    port = any_free_port()
    command = [Path(sys.executable).with_name("gunicorn"), "clinic.wsgi:application"]
    command += ["--bind", f"127.0.0.1:{port}", "--threads", "2"]
    env = clinic_env | {"DEBUG": "true"}
    web = processes.start("web", command, log=tmp_path / "web.log", env=env, cwd=ROOT)
    address = f"http://127.0.0.1:{port}"
    try:
        processes.wait_until(lambda: _answers(address), web, seconds=60)
        ready = requests.get(f"{address}/readyz", timeout=10)
        assert ready.status_code == 200
        assert ready.json() == {"status": "degraded", "database": True, "redis": False}
        browser = requests.Session()
        page = browser.get(f"{address}/accounts/login/", timeout=10)
        assert page.status_code == 200
        from tests import builders

        answer = browser.post(
            f"{address}/accounts/login/",
            data={
                "login": "a@b.example",
                "password": builders.PASSWORD,
                "csrfmiddlewaretoken": browser.cookies["csrftoken"],
            },
            headers={"Referer": address},
            timeout=10,
        )
        assert answer.url == f"{address}/desk/"
    finally:
        web.stop()


def _answers(address):
    try:
        return requests.get(f"{address}/livez", timeout=2).ok
    except requests.RequestException:
        return False
