"""A tick comes every five seconds, for ever; mostly there is nothing to do, and it costs little."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.messaging.delivery import deliver
from clinic.messaging.models import Channel, Message, MessageKind
from tests.integration.messaging.conftest import NOW

pytestmark = pytest.mark.django_db
MANY = 6_000


@pytest.fixture
def many_have_gone_out():
    """So that PostgreSQL's statistics still say that all of them are due."""
    Message.objects.bulk_create(
        Message(
            kind=MessageKind.APPOINTMENT_REMINDER,
            channel=Channel.EMAIL,
            to_name="Ana",
            to_address=f"ana{number}@example.org",
            subject="Your visit",
            body="Tomorrow at ten.",
            dedupe_key=f"idle:{number}",
            due_at=NOW,
        )
        for number in range(MANY)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE messaging_message")
    Message.objects.update(status="sent", sent_at=NOW)


def test_a_tick_after_a_great_many_does_not_read_the_whole_table(many_have_gone_out, clock):
    """It took 21 ms with 100,000 messages, and would have taken the longer the older the clinic."""
    with CaptureQueriesContext(connection) as asked:
        assert deliver(Channel.EMAIL) == 0
    (question,) = asked.captured_queries
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {question['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "message_due" in plan, plan
    assert "Seq Scan on messaging_message" not in plan, plan
