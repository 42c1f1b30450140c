"""A carrier that does as it is told, and messages for it."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from clinic.messaging import delivery
from clinic.messaging.models import Channel, Message, MessageKind

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
_number = count(1)


class Carrier:
    """Keeps what it takes. `says` maps a message's id to the error it answers with."""

    def __init__(self):
        self.taken, self.says, self.before, self.asked = [], {}, lambda message: None, []

    def send(self, message, *, may_be_out):
        self.before(message)
        self.asked.append((message.pk, may_be_out))
        error = self.says.get(message.pk) or self.says.get("all")
        if error:
            raise error
        self.taken.append(message.pk)
        return f"provider-{message.pk}"

    def close(self):
        pass


@pytest.fixture
def carrier(monkeypatch):
    carrier = Carrier()
    monkeypatch.setattr(delivery, "gateway_of", lambda channel: carrier)
    return carrier


@pytest.fixture
def clock(monkeypatch):
    """The worker's clock, which a test sets."""

    class Clock:
        now_ = NOW

        def now(self):
            return self.now_

        def passes(self, **time):
            self.now_ += timedelta(**time)

    clock = Clock()
    monkeypatch.setattr(delivery, "timezone", clock)
    return clock


def make_message(**fields):
    number = next(_number)
    told = {
        "kind": MessageKind.APPOINTMENT_BOOKED,
        "channel": Channel.EMAIL,
        "to_name": "Ana",
        "to_address": f"ana{number}@example.org",
        "subject": "Your visit",
        "body": "Come.",
        "dedupe_key": f"test:{number}",
        "due_at": NOW,
    }
    return Message.objects.create(**{**told, **fields})
