"""The clocks change, somebody turns the machine's clock, and two beats tick: each is told once.

Days are lived through in simulated instants against a real database, by two workers at once.
"""

import json
from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest

from scheduling.domain.nights import NIGHTS
from tests.faults import clock_days
from tests.faults.nursery import Child

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(400)]
CHANGES = {"back": clock_days.BACK, "forward": clock_days.FORWARD}
ZONE = ZoneInfo("America/New_York")
TURNED = {
    "left alone": timedelta(),
    "set back": timedelta(hours=-1),
    "set on": timedelta(hours=2),
}


def told(scratch_url):
    """How often each visit was reminded of, by visit and rule."""
    with psycopg.connect(scratch_url) as connection:
        rows = connection.execute(
            "SELECT about FROM messaging_message WHERE kind = 'appointment_reminder'"
        ).fetchall()
    return Counter(about.removeprefix("appointment:") for (about,) in rows)


def due(visits, change):
    """What an hour glass and a list say: the moments that have come, also those before we ticked.

    All visits begin long enough after the first tick that what was missed is caught up with.
    """
    last = change + clock_days.AROUND
    found = Counter()
    for visit, start in visits:
        start_at = datetime.fromisoformat(start)
        found[visit] = sum(start_at - lead <= last for lead in clock_days.RULES)
    return +found


def live(scratch_url, shown, guard="on"):
    ticks = [instant.isoformat() for instant in shown]
    Child(scratch_url, clock_days.live, ticks, guard).printed(300)


@pytest.mark.parametrize(
    ("change", "turned"),
    [
        ("back", "left alone"),
        ("forward", "left alone"),
        ("back", "set back"),
        ("forward", "set on"),
    ],
)
def test_everybody_is_reminded_once_while_the_clocks_change(change, turned, scratch_url):
    """An hour that comes twice, or never, is where reminders were sent twice, or never."""
    at = CHANGES[change]
    visits = json.loads(Child(scratch_url, clock_days.open_clinic, at).printed())
    live(scratch_url, clock_days.instants(at, TURNED[turned]))
    wanted, found = due(visits, at), told(scratch_url)
    lost, twice = wanted - found, found - wanted
    print(f"{change}, {turned}: due {wanted.total()}, told {found.total()}")
    when = dict(visits)
    assert not lost, [when[visit] for visit in lost]
    assert not twice, [when[visit] for visit in twice]
    assert wanted.total() > 80


@pytest.mark.parametrize(("change", "turned"), [("back", "set back"), ("forward", "set on")])
def test_each_night_is_done_once_while_the_clocks_change(change, turned, scratch_url):
    """A night that has two half past twos, or none, has one look at the rules."""
    at = CHANGES[change]
    Child(scratch_url, clock_days.open_clinic, at).printed()
    ticks = [instant.isoformat() for instant in clock_days.instants(at, TURNED[turned])]
    done = json.loads(Child(scratch_url, clock_days.live_nights, ticks).printed(300))
    found = Counter((job, place, date) for job, place, date in done)
    twice = [night for night, times in found.items() if times > 1]
    print(f"{change}, {turned}: {found.total()} nights")
    assert not twice
    # The first night is the one before the first tick; each job has one on each date after it.
    days = {datetime.fromisoformat(tick).astimezone(ZONE).date() for tick in ticks}
    for job in NIGHTS:
        dates = sorted(date for name, _place, date in found if name == job.name)
        assert set(dates) >= {str(day) for day in sorted(days)[1:-1]}, (job.name, dates)


def test_without_the_key_the_same_days_remind_twice(scratch_url):
    """The positive control."""
    at = CHANGES["back"]
    visits = json.loads(Child(scratch_url, clock_days.open_clinic, at).printed())
    live(scratch_url, list(clock_days.instants(at))[:40], guard="off")
    assert (told(scratch_url) - due(visits, at)).total() > 0
