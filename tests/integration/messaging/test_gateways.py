"""Carriers that answer as carriers do: each answer is nobody's, the message's or the carrier's."""

import json
import smtplib
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs

import pytest
from aiosmtpd.controller import Controller
from django.core import mail

from clinic.messaging.channels.base import Refused, TryAgain
from clinic.messaging.channels.choosing import gateway_of
from clinic.messaging.channels.email import EmailGateway
from clinic.messaging.channels.sms_url import parse_sms_url
from clinic.messaging.models import Channel
from local.ports import any_free_port
from tests.integration.messaging.conftest import NOW, make_message

pytestmark = pytest.mark.django_db
PHONE = "+15125550100"


class Handler:
    """A mail server that answers as it is told."""

    rcpt, data = "250 OK", "250 OK"

    def __init__(self):
        self.taken = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server, session, envelope):
        if self.data.startswith("250"):
            self.taken.append(envelope.content.decode())
        return self.data


@pytest.fixture
def mail_server(settings):
    handler = Handler()
    controller = Controller(handler, hostname="127.0.0.1", port=any_free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    yield handler
    controller.stop()


def send_mail(**fields):
    gateway = EmailGateway()
    try:
        return gateway.send(make_message(**fields), may_be_out=False)
    finally:
        gateway.close()


@pytest.mark.parametrize(
    ("step", "answer", "error", "is_down"),
    [
        ("rcpt", "550 no such user", Refused, None),
        ("rcpt", "451 greylisted", TryAgain, False),
        ("data", "554 we do not like it", Refused, None),
        ("data", "451 disk full", TryAgain, True),
    ],
)
def test_what_a_mail_server_answers(mail_server, step, answer, error, is_down):
    """A bad address must not be tried for hours, nor a busy server park anything."""
    setattr(mail_server, step, answer)
    with pytest.raises(error, match=answer[:3]) as raised:
        send_mail()
    assert getattr(raised.value, "is_down", None) == is_down


def test_many_messages_go_over_one_connection(mail_server, monkeypatch):
    """To connect anew for each costs more than to send it."""
    opened = []
    connect = smtplib.SMTP.connect
    monkeypatch.setattr(
        smtplib.SMTP, "connect", lambda *args, **kw: opened.append(1) or connect(*args, **kw)
    )
    gateway, messages = EmailGateway(), [make_message() for _n in range(3)]
    names = [gateway.send(message, may_be_out=False) for message in messages]
    gateway.close()
    assert len(opened) == 1
    assert names == [f"<message-{message.pk}@dorsa>" for message in messages]
    assert all(name in sent for name, sent in zip(names, mail_server.taken, strict=True))


def test_a_mail_server_that_is_not_there_is_down(settings):
    """Nobody's address is to blame."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", any_free_port()
    with pytest.raises(TryAgain) as trouble:
        send_mail()
    assert trouble.value.is_down


def test_what_cannot_be_written_is_refused():
    """A line break in a subject is how strangers smuggle in addressees."""
    with pytest.raises(Refused):
        send_mail(subject="Your visit\nBcc: all@example.org")
    assert mail.outbox == []


@contextmanager
def provider(*answers):
    """A provider of text messages: answers in turn, and keeps what it was asked."""
    asked, left = [], list(answers)

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer({name: values[0] for name, values in parse_qs(body).items()})

        def do_GET(self):
            self._answer(self.path)

        def _answer(self, told):
            asked.append(told)
            status, said, headers = left.pop(0)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", any_free_port()), Answering)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"twilio://AC1:token@127.0.0.1:{server.server_port}/?from=+15125550199", asked
    finally:
        server.shutdown()
        server.server_close()


def send_sms(settings, url, *, may_be_out=False, **fields):
    settings.SMS = parse_sms_url(url)
    settings.PUBLIC_URL = "https://clinic.example"
    fields = {
        "channel": Channel.SMS,
        "to_address": PHONE,
        "body": "Come.",
        "created_at": NOW,
    } | fields
    message = make_message(**fields)
    gateway = gateway_of(Channel.SMS)
    try:
        return message, gateway.send(message, may_be_out=may_be_out)
    finally:
        gateway.close()


TAKEN = (201, {"sid": "SM1", "body": "Come.", "status": "queued"}, {})


def test_a_text_message_is_handed_over_with_where_to_tell_of_it(settings):
    """By our own name of it, which we know before theirs is written down."""
    with provider(TAKEN) as (url, asked):
        message, sid = send_sms(settings, url)
    assert sid == "SM1"
    (told,) = asked
    assert (told["To"], told["From"], told["Body"]) == (PHONE, "+15125550199", "Come.")
    callback = f"https://clinic.example/hooks/sms/status/?message={message.pk}"
    assert told["StatusCallback"] == callback


@pytest.mark.parametrize(
    ("status", "code", "headers", "error", "wait"),
    [
        (400, 21211, {}, Refused, None),
        (400, 21610, {}, Refused, None),
        (429, 20429, {"Retry-After": "17"}, TryAgain, timedelta(seconds=17)),
        (500, None, {}, TryAgain, None),
        (401, 20003, {}, TryAgain, None),
    ],
)
def test_what_the_provider_answers(settings, status, code, headers, error, wait):
    """429 and 500 are trouble with them; a wrong number is ours to know."""
    said = {"code": code, "message": "No", "status": status}
    with provider((status, said, headers)) as (url, _asked), pytest.raises(error) as raised:
        send_sms(settings, url)
    if error is TryAgain:
        assert raised.value.is_down
        assert raised.value.retry_after == wait


def test_a_provider_that_is_not_there_is_down(settings):
    """Nobody's number is to blame."""
    with pytest.raises(TryAgain) as trouble:
        send_sms(settings, f"twilio://AC1:token@127.0.0.1:{any_free_port()}/?from=MG1")
    assert trouble.value.is_down


def test_what_may_be_out_is_looked_for_before_it_is_sent_again(settings):
    """The provider knows no key by which it would recognise the copy."""
    created = NOW.strftime("%a, %d %b %Y %H:%M:%S +0000")
    there = {"sid": "SM7", "body": "Come.", "date_created": created}
    found = {"messages": [there], "page": 0, "page_size": 20}
    other = {"messages": [{**there, "body": "Something else"}], "page": 0, "page_size": 20}
    with provider((200, found, {})) as (url, asked):
        assert send_sms(settings, url, may_be_out=True)[1] == "SM7"
        assert len(asked) == 1
    with provider((200, other, {}), TAKEN) as (url, asked):
        assert send_sms(settings, url, may_be_out=True)[1] == "SM1"


@pytest.mark.parametrize("written", [timedelta(), timedelta(seconds=-40)])
def test_it_is_found_however_long_the_provider_was_away(settings, written):
    """It took the message and hung up; half a day later the phone rang a second time."""
    created = (NOW + written).strftime("%a, %d %b %Y %H:%M:%S +0000")
    there = {"sid": "SM7", "body": "Come.", "date_created": created}
    found = {"messages": [there], "page": 0, "page_size": 50}
    with provider((200, found, {})) as (url, _asked):
        later = {"due_at": NOW + timedelta(hours=12), "may_be_out": True}
        assert send_sms(settings, url, **later)[1] == "SM7"


def test_the_same_words_that_were_sent_before_are_another_message(settings):
    """“You are next in line” of last week is not today’s."""
    created = (NOW - timedelta(hours=1)).strftime("%a, %d %b %Y %H:%M:%S +0000")
    there = {"sid": "SM7", "body": "Come.", "date_created": created}
    found = {"messages": [there], "page": 0, "page_size": 50}
    with provider((200, found, {}), TAKEN) as (url, _asked):
        assert send_sms(settings, url, may_be_out=True)[1] == "SM1"
