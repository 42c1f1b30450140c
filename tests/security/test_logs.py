"""The logs of a booking and of everything it causes: one id through all of them, and no name."""

import json
import logging
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.utils.http import int_to_base36

from clinic.accounts.roles import Role
from clinic.logs import logging_config
from clinic.messaging.models import Message
from clinic.messaging.tasks import deliver_email
from clinic.shared.origin import without_secret
from scheduling.models import Appointment
from scheduling.queries.availability import SlotSearch, free_slots
from scheduling.tasks import clear_expired_holds, keep_nights, look_at_changed_histories
from tests import builders
from tests.security.addresses import address_of
from tests.security.policy import OPEN
from tests.security.routes import ROUTES

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


def secret_addresses():
    """Each open address with a part of its own, and what stands there."""
    secret = "abc123-secret-of-somebody"
    for route in ROUTES:
        if route.name in OPEN and "<" in route.pattern:
            ids = dict.fromkeys(re.findall(r"<(?:\w+:)?(\w+)>", route.pattern), secret)
            yield route.name, address_of(route, ids), secret


def test_what_opens_a_door_stands_in_no_log_and_no_history():
    """Whoever may read the log, or a history, must not come in by an invitation of yesterday."""
    tried = list(secret_addresses())
    assert {"join:password", "public:offer", "account_confirm_email"} <= {
        name for name, *_ in tried
    }
    for name, address, secret in tried:
        assert secret not in without_secret(address), name
        assert without_secret(address).endswith("/…"), name


def test_a_link_for_a_new_password_is_written_down_without_its_key(lines):
    """Its letters are small ones, as our own addresses have them: only the place tells."""
    user = builders.make_user(Role.PATIENT)
    key = default_token_generator.make_token(user)
    Client().get(f"/accounts/password/reset/key/{int_to_base36(user.pk)}-{key}/")
    Client().get("/join/abcdefgh12345678/")
    asked = [line for line in lines if "request_finished" in line]
    assert len(asked) == 2
    assert key not in "".join(lines)
    assert "abcdefgh12345678" not in "".join(lines)
