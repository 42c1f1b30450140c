"""A worker that is killed with messages in hand: all arrive, and how many twice is counted.

Between the mail server's "taken" and our writing that down lies a moment in which a worker can die;
nothing in the world can make the two one. What can be done is to keep that moment short, and to
give a second copy the Message-ID of the first.
"""

import time

import pytest

from tests.faults.house import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(400)]
LETTERS = 400
KILLS = 4
# Seconds before its end within which a worker may not have written down yet what it handed over.
UNWRITTEN = 1.0

WRITE = f"""
from django.utils import timezone
from clinic.messaging.models import Message
now = timezone.now()
Message.objects.bulk_create(
    Message(kind="account", to_name="N", to_address=f"kill{{n}}@example.org", subject=f"S{{n}}",
            body="B", dedupe_key=f"kill:{{n}}", due_at=now)
    for n in range({LETTERS})
)
"""
LEFT = "SELECT count(*) FROM messaging_message WHERE dedupe_key LIKE 'kill:%' AND status <> 'sent'"


def test_a_worker_that_is_killed_while_sending_loses_nothing_and_repeats_little(running):
    """The whole group at once, each time in the middle of a batch."""
    house, mail = running.house, running.mail
    house.run(WRITE)

    def sent():
        return [letter for letter in mail.letters if letter.to.startswith("kill")]

    killed = []
    for number in range(1, KILLS + 1):
        wait_for(lambda wanted=number: len(sent()) >= wanted * 30, "the worker sends nothing")
        killed.append(time.time())
        house.kill("worker")
        house.start("worker")
    took = wait_for(lambda: house.ask(LEFT) == [(0,)], lambda: house.ask(LEFT), seconds=180)
    letters = sorted(sent(), key=lambda letter: letter.at)
    first = {}
    copies = [letter for letter in letters if first.setdefault(letter.id, letter) is not letter]
    print(f"{KILLS} kills, {LETTERS} letters: {len(copies)} copies; all out {took:.1f} s later")
    assert {letter.to for letter in letters} == {f"kill{n}@example.org" for n in range(LETTERS)}
    assert len(first) == LETTERS
    for copy in copies:
        at = first[copy.id].at
        assert any(at - 0.1 <= end <= at + UNWRITTEN for end in killed), "a copy for no reason"
    house.wait_for_web()
