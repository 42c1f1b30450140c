"""Calls of providers: signed, told twice, told wrongly, told too much."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client, RequestFactory
from twilio.request_validator import RequestValidator

from clinic.messaging import arrivals
from clinic.messaging.actions.suppressions import lift_suppression
from clinic.messaging.channels.sms_url import parse_sms_url
from clinic.messaging.models import (
    Channel,
    DeliveryEvent,
    InboundMessage,
    InboundOutcome,
    Message,
    MessageKind,
    MessageStatus,
    Suppression,
)
from clinic.messaging.signatures import is_signed_sms, signature
from clinic.shared.errors import Invalid
from tests.integration.messaging.conftest import NOW, make_message

pytestmark = pytest.mark.django_db
SECRET = "a secret for tests only, and long enough"
PASSWORD = "hook:a-long-random-password"
PHONE = "+15125550100"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def told(settings):
    settings.SMS_HOOK_SECRET = SECRET
    settings.EMAIL_PROVIDER = "postmark"
    settings.EMAIL_WEBHOOK_SECRET = PASSWORD
    settings.ANYMAIL = {"WEBHOOK_SECRET": PASSWORD}


def sms_hook(path="", *, signed=None, query="", **fields):
    from urllib.parse import urlencode

    body = urlencode(fields).encode()
    said = signature(body, SECRET).decode() if signed is None else signed
    headers = {"X-Dorsa-Signature": said}
    # Providers send no CSRF token.
    client = Client(enforce_csrf_checks=True)
    return client.post(f"/hooks/sms/{path}{query}", body, content_type=FORM, headers=headers)


def write(text, provider_id="SM1", phone=PHONE, **more):
    return sms_hook(MessageSid=provider_id, From=phone, To="+15125550199", Body=text, **more)


def email_hook(event, *, password=PASSWORD, content_type="application/json"):
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    auth = base64.b64encode(password.encode()).decode()
    client = Client(enforce_csrf_checks=True)
    headers = {"Authorization": f"Basic {auth}"}
    return client.post("/hooks/email/", body, content_type=content_type, headers=headers)


def sent(**fields):
    return make_message(status=MessageStatus.SENT, sent_at=NOW, **{"provider_id": "pm-1", **fields})


DELIVERED = {
    "RecordType": "Delivery",
    "MessageID": "pm-1",
    "Recipient": "ana@example.org",
    "DeliveredAt": "2026-11-21T12:00:05Z",
    "Details": "250 OK",
}
BOUNCE = {
    "RecordType": "Bounce",
    "ID": 42,
    "Type": "HardBounce",
    "TypeCode": 1,
    "MessageID": "pm-1",
    "Email": "ana@example.org",
    "BouncedAt": "2026-11-21T12:00:05Z",
    "Details": "550 no such user",
    "Inactive": True,
}
COMPLAINT = {**BOUNCE, "RecordType": "SpamComplaint", "Type": "SpamComplaint", "ID": 43}


def test_delivered_is_noted_once_however_often_it_is_told():
    """A replayed call changes nothing."""
    message = sent()
    for _time in range(3):
        assert email_hook(DELIVERED).status_code == 200
    message.refresh_from_db()
    assert message.status == MessageStatus.DELIVERED
    event = DeliveryEvent.objects.get()
    assert event.occurred_at == datetime(2026, 11, 21, 12, 0, 5, tzinfo=UTC)


def test_a_hard_bounce_ends_what_is_sent_there():
    """Writing on to an address that does not exist makes us a spammer."""
    message = sent(to_address="Ana@Example.org")
    email_hook(BOUNCE)
    message.refresh_from_db()
    assert message.status == MessageStatus.BOUNCED
    assert "550 no such user" in message.last_error
    stop = Suppression.objects.get()
    assert (stop.channel, stop.address, stop.reason) == ("email", "ana@example.org", "bounce")
    # A late "delivered" does not make it arrive.
    email_hook(DELIVERED)
    message.refresh_from_db()
    assert message.status == MessageStatus.BOUNCED


def test_a_complaint_ends_what_is_sent_there():
    """They said that they do not want it, in the clearest way there is."""
    message = sent()
    email_hook(COMPLAINT)
    message.refresh_from_db()
    assert message.status == MessageStatus.SENT, "it did arrive"
    assert Suppression.objects.get().reason == "complaint"


def test_an_unknown_message_is_no_error():
    """Else the provider repeats it for days."""
    assert email_hook(DELIVERED).status_code == 200
    assert DeliveryEvent.objects.count() == 0


@pytest.mark.parametrize(
    ("event", "status"),
    [
        (b"not json", 400),
        (b"[1, 2]", 400),
        ({"RecordType": "Delivery"}, 200),
        ({"RecordType": "Unheard"}, 200),
    ],
)
def test_what_is_no_event_does_no_harm(event, status):
    """Strangers write to open addresses, and providers change their minds."""
    sent()
    assert email_hook(event).status_code == status
    assert DeliveryEvent.objects.count() == 0


def test_forged_calls_are_refused(settings):
    """Anybody can find the address; only the provider knows the secret."""
    sent()
    assert email_hook(DELIVERED, password="hook:wrong").status_code == 403
    assert write("STOP").status_code == 200
    assert sms_hook(signed="0" * 64, MessageSid="SM2", From=PHONE, Body="STOP").status_code == 403
    assert sms_hook("status/", signed="", MessageSid="SM2").status_code == 403
    settings.SMS_HOOK_SECRET = ""
    unsigned = signature(b"From=%2B15125550100", "").decode()
    assert sms_hook(signed=unsigned, From=PHONE).status_code == 403, "no secret is no open door"
    settings.EMAIL_PROVIDER = ""
    assert email_hook(DELIVERED).status_code == 404


def test_a_huge_call_is_refused(settings):
    """Nobody may fill our memory without a key."""
    settings.MAX_BODY_BYTES = 10_000
    assert email_hook(b"x" * 20_000).status_code == 413
    assert write("x" * 20_000).status_code == 413
    assert Client().get("/hooks/sms/").status_code == 405


def test_twilio_s_signature_is_checked_over_the_public_address(settings):
    """Behind a proxy the address that the request names is another one."""
    settings.SMS = parse_sms_url("twilio://AC1:token@/?from=+15125550199")
    settings.PUBLIC_URL = "https://clinic.example"
    fields = {"MessageSid": "SM1", "From": PHONE, "Body": "Hello  there "}
    address = "https://clinic.example/hooks/sms/?x=1"
    right = RequestValidator("token").compute_signature(address, fields)
    for said, is_right in ((right, True), ("wrong", False), ("", False)):
        request = RequestFactory().post(
            "/hooks/sms/?x=1", fields, headers={"X-Twilio-Signature": said}
        )
        assert is_signed_sms(request) is is_right


@pytest.mark.parametrize("text", ["STOP", " stop. ", "Alto!", "ALTÓ", "StopAll", "baja"])
def test_stop_stops_and_is_confirmed_once(text):
    """In both languages, however it is typed; the law gives no second chance."""
    for _time in range(2):
        assert write(text).status_code == 200
    stop = Suppression.objects.get()
    assert (stop.address, stop.reason, stop.lifted_at) == (PHONE, "stop", None)
    answer = Message.objects.get()
    assert (answer.kind, answer.channel) == (MessageKind.SMS_ANSWER, Channel.SMS)
    assert answer.status == MessageStatus.DUE, "the one message that STOP does not stop"
    assert InboundMessage.objects.get().outcome == InboundOutcome.STOPPED


def test_start_lifts_what_they_stopped_themselves():
    """A number that does not exist is not brought to life by a text message."""
    write("STOP", "SM1")
    write("inicio", "SM2")
    assert Suppression.objects.get().lifted_at is not None
    assert Message.objects.latest("id").language == "es"
    write("STOP", "SM3")
    assert Suppression.objects.filter(lifted_at=None).count() == 1


def test_help_is_answered_and_changes_nothing():
    """Carriers ask for it."""
    write("Ayuda")
    assert "llámenos" in Message.objects.get().body
    assert Suppression.objects.count() == 0


def test_what_the_provider_has_answered_is_not_answered_twice():
    """Some providers answer STOP themselves."""
    write("STOP", OptOutType="STOP")
    assert Suppression.objects.count() == 1
    assert Message.objects.count() == 0


@pytest.mark.parametrize("text", ["Stop calling me at work", "C", "cancel", "yes", "", "STOP 2"])
def test_all_else_waits_for_whoever_knows_what_it_is_about(text, monkeypatch):
    """It is about a visit, or for a person to read."""
    monkeypatch.setattr(arrivals, "_handlers", [])
    write(text)
    assert Suppression.objects.count() == 0
    waiting = InboundMessage.objects.claimable(NOW).get()
    assert waiting.text == text


def test_a_message_without_a_sender_is_refused():
    """Nobody could be answered."""
    assert sms_hook(MessageSid="SM1", From="", Body="x").status_code == 400
    assert sms_hook(MessageSid="", From=PHONE, Body="x").status_code == 400
    assert sms_hook(MessageSid="SM1", From="+1" * 40, Body="x").status_code == 400


@pytest.mark.parametrize(
    ("said", "code", "becomes", "stopped"),
    [
        ("delivered", "", MessageStatus.DELIVERED, ""),
        ("undelivered", "30003", MessageStatus.BOUNCED, ""),
        ("undelivered", "30005", MessageStatus.BOUNCED, "bounce"),
        ("failed", "21610", MessageStatus.BOUNCED, "stop"),
        ("queued", "", MessageStatus.SENT, ""),
    ],
)
def test_what_became_of_a_text_message(said, code, becomes, stopped):
    """By the provider's name of it, and by ours."""
    for number, query in enumerate(("", "?message={}")):
        message = sent(channel=Channel.SMS, to_address=PHONE, provider_id=f"SM{number}")
        fields = {"MessageSid": f"SM{number}", "MessageStatus": said, "ErrorCode": code}
        for _time in range(2):
            answer = sms_hook("status/", query=query.format(message.pk), **fields)
            assert answer.status_code == 200
        message.refresh_from_db()
        assert message.status == becomes
    found = Suppression.objects.values_list("reason", flat=True)
    assert list(found) == ([stopped] if stopped else [])


def test_a_stop_is_lifted_with_a_reason_and_stays_in_the_books():
    """Somebody will ask who decided that."""
    write("STOP")
    stop = Suppression.objects.get()
    with pytest.raises(Invalid):
        lift_suppression(suppression=stop, reason=" ", by=None, now=NOW)
    later = stop.since_at + timedelta(days=1)
    lift_suppression(suppression=stop, reason="They asked at the desk", by=None, now=later)
    stop.refresh_from_db()
    assert (stop.lifted_at, stop.lifted_reason) == (later, "They asked at the desk")
