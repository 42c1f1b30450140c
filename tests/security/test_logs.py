"""The logs of a booking and of everything it causes: one id through all of them, and no name."""

import json
import logging
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client

from clinic.accounts.roles import Role
from clinic.logs import logging_config
from clinic.messaging.models import Message
from clinic.messaging.tasks import deliver_email
from scheduling.models import Appointment
from scheduling.queries.availability import SlotSearch, free_slots
from scheduling.tasks import clear_expired_holds, keep_nights, look_at_changed_histories
from tests import builders

pytestmark = pytest.mark.django_db
CANARIES = ["Zebedee", "Quillfeather", "zebedee@canary.example", "5550177", "Lumbago-canary"]
WELL_FORMED = "0123-abcd-from-the-proxy"


@pytest.fixture
def lines():
    """What would stand in the log, at the level that says most."""
    told = []

    class Keep(logging.Handler):
        def emit(self, record):
            told.append(self.format(record))

    config = logging_config(level="DEBUG")
    formatter = logging.config.DictConfigurator(config).configure_formatter(
        config["formatters"]["json"]
    )
    handler = Keep(logging.DEBUG)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    level = root.level
    quiet = {name: logging.getLogger(name).level for name in config["loggers"]}
    for name, wish in config["loggers"].items():
        logging.getLogger(name).setLevel(wish["level"])
    # SQL with its values is never logged outside of DEBUG.
    noisy = ["django.db.backends", "django.template", "asyncio"]
    for name in noisy:
        logging.getLogger(name).setLevel(logging.INFO)
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield told
    root.removeHandler(handler)
    root.setLevel(level)
    for name, before in quiet.items():
        logging.getLogger(name).setLevel(before)


@pytest.fixture
def booked(lines):
    """Somebody is found, booked and told."""
    site = builders.make_site()
    builders.make_clinician(site)
    builders.make_resource(site)
    kind = builders.make_visit_type()
    patient = builders.make_patient("Zebedee", "Quillfeather", email="zebedee@canary.example")
    clerk = builders.make_user(Role.FRONT_DESK)
    client = Client(headers={"X-Request-ID": WELL_FORMED})
    client.force_login(clerk)
    now = datetime.now(UTC)
    slot = free_slots(clerk, SlotSearch(kind, [site], now, now + timedelta(days=3)), now=now)[0]
    client.get("/desk/people/?q=Quillfeather")
    answer = client.post(
        "/api/v1/appointments/",
        {
            "patient": str(patient.pk),
            "visit_type": kind.code,
            "site": site.pk,
            "start_at": slot.start_at.isoformat(),
            "reason": "Lumbago-canary",
        },
        content_type="application/json",
    )
    assert answer.status_code == 201, answer.content
    client.get("/desk/people/zebedee@canary.example/")
    deliver_email()
    look_at_changed_histories()
    clear_expired_holds()
    keep_nights()
    return answer


def test_the_logs_name_nobody(booked, lines):
    """Logs are copied, mailed and kept by people who may not read records."""
    assert len(lines) > 5
    text = "\n".join(lines)
    for word in CANARIES:
        assert word.lower() not in text.lower(), re.findall(f"(?i).*{word}.*", text)[:3]


def test_one_id_goes_from_the_request_to_the_message_s_delivery(booked, lines):
    """Somebody was not told: from the log one sees in a moment what became of it."""
    assert booked.headers["X-Request-ID"] == WELL_FORMED
    message = Message.objects.get()
    assert message.request_id == WELL_FORMED
    versions = apps.get_model("scheduling.AppointmentVersion").objects.all()
    assert {row.pgh_context["request"] for row in versions} == {WELL_FORMED}
    events = [json.loads(line) for line in lines if line.startswith("{")]
    ids = {event.get("event"): event.get("request_id") for event in events}
    assert ids["request_finished"] == WELL_FORMED
    assert ids["message_sent"] == WELL_FORMED
    assert Appointment.objects.exists()


@pytest.mark.parametrize(
    "told", ["short", "x" * 65, "has space in it", 'quote"d-and-more', "-leading-dash"]
)
def test_an_id_that_could_forge_a_line_is_replaced(told):
    """Whatever a stranger sends stands in our logs otherwise."""
    answer = Client(headers={"X-Request-ID": told}).get("/accounts/login/")
    name = answer.headers["X-Request-ID"]
    assert name != told
    assert re.fullmatch(r"[0-9a-f-]{36}", name)


@pytest.mark.parametrize("path", ["/livez", "/no/such/page/", "/api/v1/patients/", "/desk/"])
def test_every_answer_carries_it(path):
    """Whoever calls about an error can read it out."""
    assert Client().get(path).headers["X-Request-ID"]


def test_the_error_page_shows_it(monkeypatch):
    """The person on the phone has nothing else in hand."""
    from clinic import urls

    def breaks(_request):
        raise RuntimeError("broken")

    monkeypatch.setattr(urls.urlpatterns[0], "callback", breaks)
    client = Client(raise_request_exception=False, headers={"X-Request-ID": WELL_FORMED})
    answer = client.get("/")
    assert answer.status_code == 500
    assert WELL_FORMED in answer.content.decode()
    assert settings.DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID
