"""What becomes of a message on its way out: every turn it can take."""

import json
from datetime import timedelta

import pytest
from django.db import connection

from clinic.messaging.actions import withdraw_messages
from clinic.messaging.actions.delivery import CLAIM, STOPPED, TOO_LATE, claim_messages
from clinic.messaging.channels.base import Refused, TryAgain
from clinic.messaging.channels.sms_local import FileGateway
from clinic.messaging.delivery import deliver
from clinic.messaging.models import (
    MAX_ATTEMPTS,
    Channel,
    Message,
    MessageKind,
    MessageStatus,
    Suppression,
)
from tests.integration.messaging.conftest import NOW, make_message

pytestmark = pytest.mark.django_db


def again(message):
    message.refresh_from_db()
    return message


def claim(limit=10, now=NOW, channel=Channel.EMAIL):
    return claim_messages(channel=channel, limit=limit, by="worker", now=now)


def test_what_is_due_goes_out_once(carrier, clock):
    """The whole point."""
    first, later = make_message(), make_message(due_at=NOW + timedelta(minutes=1))
    assert deliver(Channel.EMAIL) == 1
    assert deliver(Channel.EMAIL) == 0
    assert carrier.taken == [first.pk]
    sent = again(first)
    assert (sent.status, sent.sent_at, sent.attempts) == (MessageStatus.SENT, NOW, 1)
    assert sent.provider_id == f"provider-{first.pk}"
    clock.passes(minutes=1)
    deliver(Channel.EMAIL)
    assert again(later).status == MessageStatus.SENT


def test_a_channel_sends_only_its_own(carrier, clock):
    """A mail server that hangs must not hold up text messages."""
    mail = make_message()
    short = make_message(channel=Channel.SMS, to_address="+15125550100")
    deliver(Channel.SMS)
    assert carrier.taken == [short.pk]
    assert again(mail).status == MessageStatus.DUE


def test_a_bad_address_is_parked_at_once_and_stops_nobody_else(carrier, clock):
    """Peers stop at the first person without a phone."""
    bad, good = make_message(), make_message()
    carrier.says[bad.pk] = Refused("This is not a phone number.")
    deliver(Channel.EMAIL)
    assert again(bad).status == MessageStatus.PARKED
    assert bad.last_error == "This is not a phone number."
    assert again(good).status == MessageStatus.SENT


@pytest.mark.parametrize(
    ("kind", "is_kept"),
    [(MessageKind.APPOINTMENT_REMINDER, True), (MessageKind.WAITLIST_OFFER, False)],
)
def test_a_link_is_forgotten_once_it_is_out(kind, is_kept, carrier, clock):
    """Who reads the outbox may not answer for the patient; who was not told can still be told."""
    sent, refused = make_message(kind=kind, body="A link"), make_message(kind=kind, body="A link")
    carrier.says[refused.pk] = Refused("The mail server refuses this address.")
    deliver(Channel.EMAIL)
    assert (again(sent).status, sent.body) == (MessageStatus.SENT, "")
    assert again(refused).status == MessageStatus.PARKED
    assert bool(refused.body) == is_kept


def test_nobody_tries_again_to_tell_of_a_visit_that_is_off(carrier, clock):
    """A message that stuck must not come back to life when its cause is gone."""
    stuck = make_message(about="appointment:1")
    carrier.says[stuck.pk] = Refused("The mail server refuses this address.")
    deliver(Channel.EMAIL)
    withdraw_messages(about="appointment:1", by="desk", now=NOW)
    assert again(stuck).status == MessageStatus.WITHDRAWN


def test_trouble_with_one_message_backs_off_and_ends(carrier, clock):
    """A greylisted address gets time; a hopeless one is put before a person."""
    message, other = make_message(), make_message()
    carrier.says[message.pk] = TryAgain("Later")
    deliver(Channel.EMAIL)
    assert again(other).status == MessageStatus.SENT
    assert again(message).due_at == NOW + timedelta(seconds=10)
    for _attempt in range(MAX_ATTEMPTS):
        clock.now_ = again(message).due_at
        deliver(Channel.EMAIL)
    assert again(message).status == MessageStatus.PARKED
    assert (message.attempts, message.last_error) == (MAX_ATTEMPTS, "Later")


def test_a_carrier_that_is_down_is_asked_once_a_tick_and_blames_nobody(carrier, clock):
    """After an hour's outage nothing may be parked, nor wait another hour."""
    messages = [make_message() for _n in range(3)]
    carrier.says["all"] = TryAgain("It does not answer", is_down=True)
    for _tick in range(200):
        deliver(Channel.EMAIL)
        clock.passes(seconds=20)
    assert len(carrier.asked) == 200, "one attempt a tick, not one a message"
    assert {again(m).status for m in messages} == {MessageStatus.DUE}
    assert all(m.last_error == "It does not answer" for m in messages if m.attempts)
    carrier.says.clear()
    clock.passes(seconds=30)
    deliver(Channel.EMAIL)
    assert {again(m).status for m in messages} == {MessageStatus.SENT}


def test_what_was_not_tried_counts_no_attempt(carrier, clock):
    """Messages that stood behind a failure must not be parked for it."""
    first, second = make_message(), make_message(due_at=NOW - timedelta(seconds=1))
    carrier.says["all"] = TryAgain("Down", is_down=True)
    deliver(Channel.EMAIL)
    assert (again(second).attempts, again(first).attempts) == (1, 0)
    assert first.claimed_until is None


def test_retry_after_is_respected(carrier, clock):
    """Who asks too early is blocked for longer."""
    message = make_message()
    carrier.says["all"] = TryAgain("429", is_down=True, retry_after=timedelta(seconds=77))
    deliver(Channel.EMAIL)
    assert again(message).due_at == NOW + timedelta(seconds=77)


def test_what_is_too_late_never_goes_out(carrier, clock):
    """A reminder after the visit only worries."""
    message = make_message(valid_until=NOW)
    deliver(Channel.EMAIL)
    assert carrier.asked == []
    assert (again(message).status, message.last_error) == (MessageStatus.WITHDRAWN, TOO_LATE)


@pytest.mark.parametrize(
    ("kind", "becomes"),
    [
        (MessageKind.APPOINTMENT_CANCELLED, MessageStatus.PARKED),
        (MessageKind.APPOINTMENT_REMINDER, MessageStatus.WITHDRAWN),
        (MessageKind.SMS_ANSWER, MessageStatus.SENT),
    ],
)
def test_a_stop_between_writing_and_sending_counts(carrier, clock, kind, becomes):
    """STOP means now. What cannot be left out is for somebody to call about."""
    message = make_message(channel=Channel.SMS, to_address="+15125550100", kind=kind)
    Suppression.objects.create(
        channel=Channel.SMS, address="+15125550100", reason="stop", since_at=NOW
    )
    deliver(Channel.SMS)
    assert again(message).status == becomes
    assert message.last_error == ("" if becomes == MessageStatus.SENT else STOPPED)


def test_a_claimed_message_can_still_be_withdrawn(carrier, clock, monkeypatch):
    """Cancelled while the worker has it in hand: the old message stays here."""
    first = make_message(due_at=NOW - timedelta(seconds=1))
    second = make_message(about="appointment:1")
    monkeypatch.setattr("clinic.messaging.delivery.GLANCE", 0.0)
    carrier.before = lambda message: (
        withdraw_messages(about="appointment:1", by=None, now=NOW)
        if message.pk == first.pk
        else None
    )
    deliver(Channel.EMAIL)
    assert carrier.taken == [first.pk]
    assert again(second).status == MessageStatus.WITHDRAWN


def test_withdrawn_while_it_was_on_its_way_out_it_is_sent_all_the_same(carrier, clock):
    """The record says what they got, not what we wished."""
    message = make_message(about="appointment:1")
    carrier.before = lambda _message: withdraw_messages(about="appointment:1", by=None, now=NOW)
    deliver(Channel.EMAIL)
    assert again(message).status == MessageStatus.SENT


def test_what_a_dead_worker_left_is_taken_alone_and_said_so(carrier, clock):
    """One message that kills its worker must not take two hundred along, again and again."""
    messages = [make_message(due_at=NOW - timedelta(minutes=9 - n)) for n in range(3)]
    assert len(claim()) == 3
    assert claim() == [], "the claim holds"
    after = NOW + CLAIM
    (alone,) = claim(now=after)
    assert (alone.message.pk, alone.may_be_out) == (messages[0].pk, True)
    clock.now_ = after
    deliver(Channel.EMAIL)
    assert carrier.asked == [(messages[1].pk, True), (messages[2].pk, True)]


def test_a_message_that_kills_workers_is_parked(clock):
    """Otherwise it kills them for ever."""
    message, at = make_message(), NOW
    for _death in range(MAX_ATTEMPTS):
        assert len(claim(now=at)) == 1
        at += CLAIM
    assert claim(now=at) == []
    assert again(message).status == MessageStatus.PARKED
    assert "stopped the worker" in message.last_error


def test_a_link_that_is_a_key_is_forgotten_when_it_is_out(carrier, clock):
    """Whoever reads the outbox must not be able to sign in as somebody else."""
    message = make_message(kind=MessageKind.ACCOUNT)
    deliver(Channel.EMAIL)
    assert again(message).body == ""


def test_an_empty_tick_is_one_statement(carrier, clock, django_assert_num_queries):
    """Most ticks find nothing."""
    with django_assert_num_queries(1):
        assert deliver(Channel.EMAIL) == 0


def test_only_one_delivers_by_a_channel_at_a_time(carrier, clock):
    """Ticks that pile up behind a hung carrier must not use up every worker."""
    import psycopg

    make_message()
    told = connection.settings_dict
    with psycopg.connect(
        dbname=told["NAME"],
        user=told["USER"],
        password=told["PASSWORD"],
        host=told["HOST"],
        port=told["PORT"],
    ) as other:
        other.execute("SELECT pg_advisory_lock(%s, 0)", [0x444F5253])
        assert deliver(Channel.EMAIL) == 0
        assert deliver(Channel.SMS) == 0
        other.execute("SELECT pg_advisory_unlock(%s, 0)", [0x444F5253])
    assert deliver(Channel.EMAIL) == 1


def test_a_frozen_worker_does_not_stop_the_clinic(carrier, clock):
    """Its connection lives on, and its turn with it, but its claims run out."""
    import psycopg

    message = make_message()
    claim()
    clock.now_ = NOW + CLAIM + timedelta(seconds=31)
    told = connection.settings_dict
    with psycopg.connect(
        dbname=told["NAME"],
        user=told["USER"],
        password=told["PASSWORD"],
        host=told["HOST"],
        port=told["PORT"],
    ) as other:
        other.execute("SELECT pg_advisory_lock(%s, 0)", [0x444F5253])
        assert deliver(Channel.EMAIL) == 1
    assert again(message).status == MessageStatus.SENT


def test_the_file_carrier_knows_a_second_copy(tmp_path):
    """The same row again is the same file."""
    message = make_message(channel=Channel.SMS, to_address="+15125550100")
    gateway = FileGateway(tmp_path / "sms")
    assert gateway.send(message, may_be_out=False) == gateway.send(message, may_be_out=True)
    (file,) = (tmp_path / "sms").iterdir()
    assert json.loads(file.read_text())["to"] == "+15125550100"


def test_a_folder_that_cannot_be_written_is_trouble_with_the_carrier(tmp_path):
    """A full disk must not park a thousand messages."""
    (tmp_path / "sms").write_text("not a folder")
    with pytest.raises(TryAgain) as trouble:
        FileGateway(tmp_path / "sms").send(make_message(), may_be_out=False)
    assert trouble.value.is_down
    assert Message.objects.count() == 1
