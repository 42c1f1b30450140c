"""What is done all day long costs no more when the outbox has grown old.

A tick comes every five seconds, for ever; mostly there is nothing to do. Each visit that is moved
takes back what was written about it.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.messaging.actions.queue import withdraw_messages
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
    plan = plan_of(question["sql"])
    assert "message_due" in plan, plan
    assert "Seq Scan on messaging_message" not in plan, plan


def test_taking_back_looks_only_among_what_waits_or_is_stuck(many_have_gone_out):
    """A visit that is moved must not read every message the clinic ever wrote."""
    with CaptureQueriesContext(connection) as asked:
        withdraw_messages(about="visit:1", by=None, now=NOW)
    said = [str(row["sql"]) for row in asked.captured_queries]
    (statement,) = (sql for sql in said if sql.startswith("UPDATE"))
    plan = plan_of(statement)
    assert "message_about" in plan, plan
    assert "Seq Scan on messaging_message" not in plan, plan


def plan_of(statement):
    """How PostgreSQL would go about it."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}")
        return "\n".join(line for (line,) in cursor.fetchall())
