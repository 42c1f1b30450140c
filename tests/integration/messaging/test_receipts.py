"""A carrier that takes a message and loses it: a person sees it, and nothing goes out twice."""

from datetime import timedelta

import pytest
from django.db import connection

from clinic.accounts.roles import Role
from clinic.messaging.actions.coming_back import Told, record_delivery_event
from clinic.messaging.actions.delivery import Outcome, claim_messages, record_outcomes
from clinic.messaging.actions.outbox import give_up, try_again
from clinic.messaging.channels.sms_url import parse_sms_url
from clinic.messaging.delivery import deliver
from clinic.messaging.models import (
    Channel,
    DeliveryEvent,
    DeliveryOutcome,
    Message,
    MessageKind,
    MessageStatus,
)
from clinic.messaging.models.message import NO_WORD
from clinic.messaging.queries import WITHOUT_A_WORD, OutboxFilter, access_message, outbox_page
from clinic.messaging.receipts import WITHIN
from clinic.messaging.receipts import without_a_word as never_told
from clinic.shared.errors import Conflict
from scheduling.queries.background import queues
from tests import builders
from tests.integration.messaging.conftest import NOW, make_message

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
LATE = NOW + WITHIN[Channel.SMS]
REMINDER = MessageKind.APPOINTMENT_REMINDER


@pytest.fixture(autouse=True)
def carrier_that_tells(settings):
    """Text messages by a provider that tells what became of them; e-mail by SMTP: it does not."""
    settings.SMS = parse_sms_url("twilio://AC1:token@/?from=+15125550199")
    settings.PUBLIC_URL = "https://clinic.example"
    settings.EMAIL_PROVIDER = ""


@pytest.fixture
def manager():
    return builders.make_user(Role.MANAGER)


def text(**fields):
    told = {"channel": Channel.SMS, "to_address": "+15125550100", "kind": REMINDER}
    return make_message(**{**told, **fields})


def out(**fields):
    """One that the carrier has taken."""
    return text(status=MessageStatus.SENT, sent_at=NOW, created_at=NOW, **fields)


def without_a_word(manager, now):
    rows = outbox_page(manager, OutboxFilter(status=WITHOUT_A_WORD), list, now=now)
    return {row.pk: row.trouble for row in rows}


def told(message, event=DeliveryOutcome.DELIVERED, key="1"):
    said = Told("sms", f"{message.pk}:{event}:{key}", f"message-{message.pk}@dorsa", event)
    assert record_delivery_event(told=said, by="sms", now=NOW)
    message.refresh_from_db()
    return message


def test_what_nobody_told_about_is_seen_with_its_reason_after_an_hour(manager):
    """“Sent” on a page is what a lost reminder looks like; nobody would call."""
    lost, heard = out(), told(out())
    late_on_the_way = told(out(), DeliveryOutcome.DEFERRED)
    mail = make_message(status=MessageStatus.SENT, sent_at=NOW, created_at=NOW)
    assert without_a_word(manager, LATE - MINUTE) == {}
    assert without_a_word(manager, LATE) == {lost.pk: NO_WORD}
    for other in (heard, late_on_the_way, mail):
        assert not access_message(manager, other.pk, now=LATE).is_without_a_word
    # A week later it is nobody's work any more.
    assert without_a_word(manager, NOW + timedelta(days=8)) == {}


def test_the_operators_page_counts_them_and_turns_red(manager, settings):
    """Where many are missing, the provider's calls do not reach us, or it loses everything."""
    for _number in range(3):
        out()
    told(out())
    at = LATE + timedelta(minutes=10)
    found = {queue.name: queue for queue in queues(manager, now=at)}["receipts"]
    assert (found.waiting, found.age, found.is_late) == (3, timedelta(minutes=10), False)
    late = {queue.name: queue for queue in queues(manager, now=at + timedelta(hours=1))}
    assert late["receipts"].is_late
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    nobody = {queue.name: queue for queue in queues(manager, now=at)}["receipts"]
    assert (nobody.waiting, nobody.oldest_at) == (0, None)


def test_it_never_goes_out_again_by_itself(manager, carrier, clock):
    """It may have arrived: twice is worse than once and a call."""
    message = text()
    deliver(Channel.SMS)
    for _hour in range(48):
        clock.passes(hours=1)
        deliver(Channel.SMS)
    assert carrier.taken == [message.pk]


def test_somebody_may_send_it_once_more_with_its_link(manager, carrier, clock):
    """The words of a reminder are kept until somebody tells that it arrived."""
    message = text(body="Answer at https://clinic.example/v/secret", created_at=NOW)
    deliver(Channel.SMS)
    message.refresh_from_db()
    with pytest.raises(Conflict):
        try_again(message=message, by=manager, now=NOW + MINUTE)
    clock.passes(hours=2)
    for _press in range(2):
        try_again(message=message, by=manager, now=clock.now())
        deliver(Channel.SMS)
        message.refresh_from_db()
        if _press == 0:
            assert carrier.taken == [message.pk] * 2
            with pytest.raises(Conflict):
                try_again(message=message, by=manager, now=clock.now())
            break
    assert told(message).status == MessageStatus.DELIVERED
    assert message.body == "", "its link is of no more use than to open it"


def test_a_word_that_comes_before_the_second_copy_keeps_it_here(manager, carrier, clock):
    """The provider was slow, and the manager was not."""
    message = out()
    try_again(message=message, by=manager, now=LATE)
    assert told(message).status == MessageStatus.DELIVERED
    clock.now_ = LATE
    deliver(Channel.SMS)
    assert carrier.taken == []


@pytest.mark.parametrize(
    ("event", "status"),
    [
        (DeliveryOutcome.DELIVERED, MessageStatus.DELIVERED),
        (DeliveryOutcome.BOUNCED, MessageStatus.BOUNCED),
    ],
)
def test_a_word_that_overtakes_our_own_writing_stands(event, status):
    """The provider calls us in the tenth of a second before it is written down that it took it."""
    message = text()
    (claimed,) = claim_messages(channel=Channel.SMS, limit=9, by="worker", now=NOW)
    told(message, event)
    record_outcomes(outcomes=[Outcome(claimed.message, provider_id="SM1")], by="worker", now=NOW)
    message.refresh_from_db()
    assert (message.status, message.provider_id, message.claimed_until) == (status, "SM1", None)
    assert message.sent_at is not None
    assert bool(message.last_error) == (status == MessageStatus.BOUNCED)


def test_a_word_about_one_that_seemed_not_taken_saves_the_second(carrier, clock):
    """A carrier took it and hung up: to us that looks like a failure, until it tells."""
    message = text(attempts=1, due_at=NOW)
    assert told(message).status == MessageStatus.DELIVERED
    deliver(Channel.SMS)
    assert carrier.taken == []


def test_nothing_old_is_told_again_when_something_newer_was_said(manager):
    """The visit is off by now: “Try again” must not invite them to it."""
    patient = builders.make_patient()
    about = {"about": "appointment:1", "patient_id": patient.pk}
    old = out(**about)
    text(**about, kind=MessageKind.APPOINTMENT_CANCELLED)
    with pytest.raises(Conflict, match="same thing"):
        try_again(message=old, by=manager, now=LATE)


def test_it_is_given_up_when_they_were_told_another_way(manager):
    """Whoever has called them wants it off the list."""
    message = out(body="A link")
    give_up(message=message, by=manager, now=LATE)
    message.refresh_from_db()
    assert (message.status, message.body) == (MessageStatus.WITHDRAWN, "")
    assert manager.name in message.last_error
    assert NO_WORD in message.last_error
    assert without_a_word(manager, LATE) == {}
    assert told(message).status == MessageStatus.WITHDRAWN
    assert DeliveryEvent.objects.count() == 1
    with pytest.raises(Conflict):
        give_up(message=told(out()), by=manager, now=LATE)


@pytest.mark.parametrize("kind", [MessageKind.ACCOUNT, MessageKind.WAITLIST_OFFER])
def test_a_link_that_is_a_key_is_forgotten_all_the_same(kind, manager, carrier, clock):
    """Whoever reads the outbox must not be able to act as somebody else."""
    message = text(kind=kind, created_at=NOW)
    deliver(Channel.SMS)
    message.refresh_from_db()
    assert message.body == ""
    with pytest.raises(Conflict, match="forgotten"):
        try_again(message=message, by=manager, now=LATE)


def test_looking_reads_what_was_written_lately_only(manager):
    """A million messages of other years must not make the operator's page slow."""
    Message.objects.bulk_create(
        Message(
            kind=REMINDER,
            channel=Channel.SMS,
            to_address="+15125550100",
            body="Tomorrow at ten.",
            dedupe_key=f"years:{number}",
            due_at=LATE - timedelta(hours=6 * number),
            created_at=LATE - timedelta(hours=6 * number),
            status=MessageStatus.SENT,
            sent_at=LATE - timedelta(hours=6 * number),
        )
        for number in range(4_000)
    )
    with connection.cursor() as cursor:
        # How PostgreSQL goes about it follows from what it knows of the rows, not from chance.
        cursor.execute("ANALYZE messaging_message, messaging_deliveryevent")
    plan = Message.objects.filter(never_told(LATE)).explain()
    assert "message_newest" in plan, plan
    assert "Seq Scan on messaging_message" not in plan, plan
