"""Who waits for a call at once stands first in a list read by program, as on the page."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.messaging.models import InboundMessage
from scheduling.models import TextToAnswer
from tests import builders
from tests.record_builders import make_follow_up
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db
API = "/api/v1/"
HOUR = timedelta(hours=1)


@pytest.fixture
def desk():
    return client_of(builders.make_user())


def all_pages(client, address, **asked):
    """Every row, three a page, as a program walks through them."""
    answer = client.get(f"{API}{address}", {"page_size": 3, **asked}).json()
    rows = answer["results"]
    while answer["next"]:
        answer = client.get(answer["next"]).json()
        rows += answer["results"]
    return rows


def follow_ups(number, *, due_at, **values):
    plain = {"owner_role": "front_desk"} | values
    return [make_follow_up(builders.make_patient(), due_at=due_at, **plain) for _ in range(number)]


def test_an_alarming_answer_stands_before_everything_overdue(desk):
    """A program that shows the first page must not hide a numb saddle behind old paperwork."""
    now = timezone.now()
    late = follow_ups(5, due_at=now - 90 * 24 * HOUR)
    same = follow_ups(4, due_at=now - HOUR)
    alarms = [
        follow_ups(1, due_at=now - number * HOUR, occasion=f"alarm:{number}")[0]
        for number in range(4)
    ]
    rows = all_pages(desk, "desk-follow-ups/")
    found = [row["id"] for row in rows]
    assert found[:4] == [str(row.pk) for row in reversed(alarms)]
    assert [row["is_alarm"] for row in rows] == [True] * 4 + [False] * 9
    assert found[4:] == [str(row.pk) for row in [*late, *same]]


def test_an_alarm_that_is_over_stands_among_the_others(desk):
    """Whoever looks back reads what was closed in its order."""
    now = timezone.now()
    ended = {"status": "completed", "closed_at": now}
    before = follow_ups(1, due_at=now - 2 * HOUR, **ended)
    alarm = follow_ups(1, due_at=now - HOUR, occasion="alarm:1", **ended)
    found = [row["id"] for row in all_pages(desk, "desk-follow-ups/", when="ended")]
    assert found == [str(row.pk) for row in [*before, *alarm]]


@pytest.mark.parametrize(
    ("sort", "expected"), [("asked_at", "2 5 0 1 3 4 6 7"), ("-asked_at", "5 2 7 6 4 3 1 0")]
)
def test_a_text_that_names_a_danger_stands_first_in_both_orders(sort, expected, desk):
    """Whichever end of the list somebody reads from."""
    now = timezone.now()
    for number in range(8):
        inbound = InboundMessage.objects.create(
            provider_id=f"SM{number}", from_phone="+12125550199", text=str(number), received_at=now
        )
        why = "alarm" if number in {2, 5} else "unclear"
        asked_at = now + number * timedelta(minutes=1)
        TextToAnswer.objects.create(inbound=inbound, why=why, asked_at=asked_at)
    rows = all_pages(desk, "texts/", sort=sort)
    assert " ".join(row["text"] for row in rows) == expected
