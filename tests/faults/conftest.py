"""A database of the race's own, with rows that other processes can see."""

import json
import os
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
import requests

from local import processes
from local.ports import any_free_port
from tests.faults import storm
from tests.faults.house import house, wait_for
from tests.faults.nursery import Child, run_code
from tests.faults.post_office import post_office
from tests.faults.text_carrier import text_carrier
from tests.servers import migrated_database, server_url

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def database(prefix, template="template1"):
    """A database that exists for the block; its address and its name."""
    name = f"{prefix}_{uuid4().hex[:12]}"
    admin = server_url("postgres")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield server_url(name), name
    finally:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def migrated():
    """The name of a migrated, empty database that others are copied from: migrating takes long."""
    return migrated_database()


@pytest.fixture
def scratch_url(migrated):
    """A migrated, empty database that exists for one test; its address."""
    with database("race", template=migrated) as (address, _name):
        yield address


@pytest.fixture
def run_in(scratch_url):
    """Runs Python in a process of its own against the scratch database; returns what it printed."""

    def run(code: str) -> str:
        return Child(scratch_url, run_code, code).printed()

    return run


@contextmanager
def served(database_url, log, **settings):
    """The clinic as it is served: gunicorn with two workers, on this database; its address."""
    port = any_free_port()
    command = [Path(sys.executable).with_name("gunicorn"), "clinic.wsgi:application"]
    command += ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"]
    command += ["--workers", "2", "--threads", "4"]
    env = os.environ | {"DATABASE_URL": database_url} | settings
    server = processes.start("web", command, log=log, env=env, cwd=ROOT)
    address = f"http://127.0.0.1:{port}"
    try:
        processes.wait_until(lambda: _is_up(address), server, seconds=150)
        yield address
    finally:
        server.stop()


@pytest.fixture
def web(scratch_url, tmp_path):
    """The clinic as it is served, on the scratch database."""
    with served(scratch_url, tmp_path / "web.log") as address:
        yield address


@pytest.fixture
def web_without(scratch_url, tmp_path):
    """The same with one guard off (`sabotage.py`), for the positive controls."""
    with ExitStack() as running:

        def serve(guard):
            settings = {"DJANGO_SETTINGS_MODULE": "tests.faults.sabotage", "DORSA_SABOTAGE": guard}
            return running.enter_context(served(scratch_url, tmp_path / "web.log", **settings))

        yield serve


def _is_up(address):
    try:
        return requests.get(f"{address}/livez", timeout=2).ok
    except requests.RequestException:
        return False


class Running:
    """The whole clinic at work, and a clerk with people to book for."""

    def __init__(self, house, carrier, place):
        self.house, self.mail, self.carrier = house, house.mail, carrier
        self.place, self.number = place, 0
        self.told = storm.Told()
        self.clerk = storm.Clerk(house.web, place["sessions"][0], self.told)

    def book(self):
        """Book for the next person; their address, and the seconds it took."""
        # Those whose number says that they are not heard, or contest a time, are for the storm.
        while self.number % storm.UNHEARD == 4 or self.number % storm.CONTESTED == 1:
            self.number += 1
        began = time.monotonic()
        booked = self.clerk.book(self.number, self.place["bookings"][self.number])
        assert booked is not None, self.told
        took = time.monotonic() - began
        self.number += 1
        return f"p{self.number - 1}@example.org", took

    def book_by_text(self):
        """Book for the next person, who has a mobile and no mail; their number, and the seconds."""
        while self.number % storm.UNHEARD == 4 or self.number % storm.CONTESTED == 1:
            self.number += 1
        patient = self.place["bookings"][self.number]["patient"]
        number = f"+1512555{self.number:04d}"
        self.house.ask(
            "UPDATE patients_contactpoint SET system = 'phone', use = 'mobile', value = %s, "
            "digits = %s WHERE patient_id = %s",
            number,
            number[1:],
            patient,
        )
        self.house.ask(
            "UPDATE patients_communicationpreference SET channel = 'sms' WHERE patient_id = %s",
            patient,
        )
        return number, self.book()[1]

    def is_told(self, address):
        return bool(self.mail.to(address))

    def page(self, path="/desk/", timeout=10):
        """A page of the desk; the answer, and the seconds it took."""
        began = time.monotonic()
        answer = self.clerk.http.get(f"{self.house.web}{path}", timeout=timeout)
        return answer, time.monotonic() - began

    def readiness(self):
        """What `/readyz` says: status code, and the parts; and the seconds it took."""
        began = time.monotonic()
        answer = requests.get(f"{self.house.web}/readyz", timeout=10)
        return answer.status_code, answer.json(), time.monotonic() - began


@pytest.fixture(scope="session")
def _running():
    with (
        post_office() as mail,
        text_carrier() as carrier,
        house(mail, carrier) as clinic,
    ):
        place = json.loads(Child(clinic.database_url, storm.furnish, 400).printed())
        clinic.start_valkey()
        clinic.start("web", "worker", "beat")
        clinic.wait_for_web()
        yield Running(clinic, carrier, place)


@pytest.fixture
def running(_running):
    """One clinic for all tests that break one thing; it is in order when a test begins."""
    address, _took = _running.book()
    wait_for(lambda: _running.is_told(address), "the clinic is not in order")
    return _running
