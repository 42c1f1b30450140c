"""`/metrics`: numbers for whoever has the token, and nothing about anybody."""

import re
import runpy

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from clinic.accounts.roles import Role
from clinic.messaging.models import Message, MessageKind, MessageStatus
from clinic.messaging.tasks import note_heartbeat
from clinic.shared.errors import Conflict, DomainError
from clinic.shared.metrics import METHODS, NO_ROUTE
from scheduling.queries.background import PROMISES
from tests import builders
from tests.architecture.rules import ROOT
from tests.security.routes import ROUTES
from tests.security.world import build_world

pytestmark = pytest.mark.django_db
TOKEN = "only-for-tests-only-for-tests"
WITH_TOKEN = {"HTTP_AUTHORIZATION": f"Bearer {TOKEN}"}


@pytest.fixture
def scraped(settings):
    """Read the numbers as Prometheus does."""
    settings.METRICS_TOKEN = TOKEN

    def scrape():
        answer = Client().get("/metrics", **WITH_TOKEN)
        assert answer.status_code == 200
        families = text_string_to_metric_families(answer.content.decode())
        return [sample for family in families for sample in family.samples]

    return scrape


@pytest.mark.parametrize("told", ["", "Bearer ", "Bearer wrong", TOKEN, f"bearer {TOKEN}"])
def test_without_the_token_there_is_no_such_address(settings, told):
    """How busy a clinic is, is nobody's business either."""
    settings.METRICS_TOKEN = TOKEN
    assert Client().get("/metrics", HTTP_AUTHORIZATION=told).status_code == 404
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics", HTTP_AUTHORIZATION="Bearer ").status_code == 404


def errors(kind=DomainError):
    yield kind.code
    for one in kind.__subclasses__():
        yield from errors(one)


def test_labels_come_from_closed_sets(scraped):
    """One name or path in a label stays in the monitoring of somebody else for years."""
    world = build_world()
    client = Client()
    client.force_login(world.staff[Role.MANAGER])
    for path in (
        "/manager/setup/",
        f"/desk/people/{world.own.patient.pk}/",
        "/no/Quill/Ownwell/",
        "/api/no/",
    ):
        client.get(path)
    client.post("/manager/background/resume/", {"kind": "running_late"})
    client.generic("QUILL", "/manager/setup/")
    note_heartbeat()
    closed = {
        "route": {route.name for route in ROUTES} | {NO_ROUTE},
        "method": METHODS | {"other"},
        "status": {str(number) for number in range(100, 600)},
        "code": set(errors()),
        "queue": set(PROMISES),
        "process": {"beat", "worker"},
    }
    seen = set()
    for sample in scraped():
        for label, value in sample.labels.items():
            seen.add(label)
            if label == "kind":
                assert value in MessageKind.values
            elif label == "status" and sample.name == "dorsa_messages_last_day":
                assert value in MessageStatus.values
            elif label == "action":
                assert re.fullmatch(r"[a-z_.]+", value)
            elif label != "le":
                assert value in closed[label], (sample.name, label, value)
    assert {"route", "method", "status", "code", "queue", "process", "kind"} <= seen
    assert Message.objects.exists()


def number(samples, name, **labels):
    return sum(
        sample.value
        for sample in samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


def test_answers_and_refusals_are_counted(scraped):
    """The numbers are what somebody decides by at night."""
    client = Client()
    client.force_login(builders.make_user(Role.MANAGER))
    before = scraped()
    client.get("/manager/setup/")
    client.post("/manager/background/resume/", {"kind": "running_late"})
    after = scraped()
    asked = {"route": "manager:setup", "method": "GET", "status": "200"}
    for name, labels in (
        ("dorsa_requests_total", asked),
        ("dorsa_request_seconds_count", {"route": "manager:setup"}),
        ("dorsa_refused_actions_total", {"code": "not_found"}),
    ):
        assert number(after, name, **labels) == number(before, name, **labels) + 1
    assert Conflict.code == "conflict"


def test_gunicorn_keeps_the_numbers_of_its_processes_together(monkeypatch, tmp_path):
    """Two processes count apart; without a common folder each scrape would see one of them."""
    folder = tmp_path / "numbers"
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(folder))
    told = runpy.run_path(str(ROOT / "gunicorn.conf.py"))
    told["on_starting"](None)
    stale = folder / "counter_1.db"
    stale.touch()
    told["on_starting"](None)
    assert not stale.exists()
    told["on_exit"](None)
    assert folder.exists()
