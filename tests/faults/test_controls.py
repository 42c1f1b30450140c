"""The positive controls of the storm: with a guard off, its counters show the harm.

A count of nothing lost proves nothing unless the same count is seen to rise.
"""

import pytest

from tests.faults import storm
from tests.faults.house import house
from tests.faults.post_office import post_office
from tests.faults.storm_script import Script

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(1200)]
NUMBER = 40
SLOW_MAIL = ((0.0, "mood", "slow"), (30.0, "mood", "ok"))
# The worker is killed again and again while it has something in hand.
KILLED = tuple((at, "kill_at_work", "worker") for at in (8.0, 14.0, 20.0))


def script(*deeds):
    return Script(0, (), tuple(sorted(deeds, key=lambda deed: deed[0])))


def weather(deeds, keeps_key=True, before=(), **settings):
    sabotaged = {"DJANGO_SETTINGS_MODULE": "tests.faults.sabotage"} if settings else {}
    with post_office() as mail, house(mail, **settings, **sabotaged) as clinic:
        for statement in before:
            clinic.ask(statement)
        return storm.blow(clinic, script(*deeds), NUMBER, keeps_key=keeps_key)


def test_with_the_outcome_written_first_a_killed_worker_loses_messages():
    """What is out is written down after it is out: the other order loses what was in hand."""
    counts = weather((*SLOW_MAIL, *KILLED), DORSA_SABOTAGE="order")
    assert counts["messages lost"] > 0


def test_without_the_key_a_repeated_request_is_not_known_again():
    """The line broke after it was booked: the second try is told that the person is busy."""
    counts = weather(((0.0, "mood", "ok"), (15.0, "mood", "ok")), keeps_key=False)
    assert counts["not acknowledged"] > 0 or counts["people with two visits"] > 0


def test_without_a_claim_two_workers_hand_over_the_same_letter():
    """While one worker is slow the next tick finds the same rows due."""
    counts = weather(SLOW_MAIL, DORSA_SABOTAGE="claim")
    assert counts["handed over twice for no reason"] > 0


# “Booked” is said before it is on the disk: what PostgreSQL offers to whoever is in a hurry.
EARLY = (
    "ALTER SYSTEM SET synchronous_commit = off",
    "ALTER SYSTEM SET wal_writer_delay = '10s'",
    "SELECT pg_reload_conf()",
)
# A power cut, and the power is back.
CRASHES = tuple(
    deed
    for at in (9.0, 18.0, 27.0)
    for deed in ((at, "crash_postgres"), (at + 0.5, "start_postgres"))
)


def test_acknowledged_before_it_is_on_the_disk_a_crash_loses_bookings():
    """The storm's own counter must see a booking that was promised and is not there."""
    counts = weather(((0.0, "mood", "ok"), *CRASHES), before=EARLY)
    assert counts["acknowledged and lost"] > 0 or counts["cancelled and lost"] > 0
