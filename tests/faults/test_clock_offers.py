"""The clocks change while people wait for a time: each is asked once, and has as long as was said.

Beside `test_clocks.py`, with its ticks. How long an offer lasts is counted here minute by minute.
"""

import json
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.faults import clock_days, clock_offers
from tests.faults.nursery import Child
from tests.faults.test_clocks import CHANGES, TURNED

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(1200)]
ZONE = ZoneInfo(clock_days.ZONE)
MINUTE = timedelta(minutes=1)
# From so many hours on: so many minutes to answer in.
LASTS = ((48, 240), (24, 120), (6, 30), (3, 20), (0, 15))
CASES = [("back", "left alone"), ("forward", "left alone"), ("back", "set back")]
CASES += [("forward", "set on")]


def lived(scratch_url, change, turned, guard="on", most=None):
    at = CHANGES[change]
    Child(scratch_url, clock_offers.open_waitlist, at).printed(300)
    ticks = [instant.isoformat() for instant in clock_days.instants(at, TURNED[turned])]
    return json.loads(
        Child(scratch_url, clock_offers.live_offers, ticks[:most], guard).printed(900)
    )


def ends(start, offered, notice):
    """Until when somebody has time to answer, as the house says it; counted on the clock."""
    hours = (start - offered) / timedelta(hours=1)
    end = offered + next(minutes for least, minutes in LASTS if hours >= least) * MINUTE
    while not time(8, 30) <= end.astimezone(ZONE).time() < time(21):
        end = end.replace(second=0, microsecond=0) + MINUTE
    return min(end, start - notice * MINUTE)


def read(row):
    entry, *instants, status, answered, notice = row
    start, offered, ended = map(datetime.fromisoformat, instants)
    return entry, start, offered, ended, status, answered, notice


def wrong_ends(found):
    """Offers that lasted shorter or longer than they should."""
    rows = map(read, found["offers"])
    return [
        (offered.isoformat(), ended.isoformat(), ends(start, offered, notice).isoformat())
        for _entry, start, offered, ended, _status, _answered, notice in rows
        if ended != ends(start, offered, notice)
    ]


@pytest.mark.parametrize(("change", "turned"), CASES)
def test_each_offer_lasts_as_long_as_was_said_and_is_asked_once(change, turned, scratch_url):
    """An offer that ends an hour early in that night takes a time from somebody who sleeps."""
    found = lived(scratch_url, change, turned)
    offers = list(map(read, found["offers"]))
    became = Counter(row[4] for row in offers)
    print(f"{change}, {turned}: {len(offers)} offers, {dict(became)}")
    assert found["broken"] == []
    assert wrong_ends(found) == []
    asked = Counter((entry, start) for entry, start, *_rest in offers)
    assert set(asked.values()) == {1}, "somebody was asked twice about one time"
    # Everything that was freed was looked at, and nothing of it failed.
    assert not [outcome for _cause, outcome in found["openings"] if "Given up" in outcome]
    assert all(outcome for _cause, outcome in found["openings"])
    assert len(found["openings"]) >= found["cancelled"] > 20
    assert min(became["accepted"], became["declined"], became["expired"]) >= 5, became
    ran_out_in_time(offers, turned)
    lapsed_at_midnight(found["lapsed"], change)


def ran_out_in_time(offers, turned):
    """The time goes to the next in line with the next tick, and not before."""
    slack = clock_days.STEP + max(TURNED[turned], timedelta()) + MINUTE
    for _entry, _start, _offered, ended, status, answered, _notice in offers:
        if status == "expired":
            assert timedelta() <= datetime.fromisoformat(answered) - ended < slack


def lapsed_at_midnight(lapsed, change):
    """A wish ends with its last day, which may have 23 hours or 25."""
    day = CHANGES[change].astimezone(ZONE).date() + timedelta(days=1)
    midnight = datetime.combine(day, time(0), ZONE).astimezone(UTC)
    assert len(lapsed) == clock_offers.LAPSING
    for status, at in lapsed:
        assert status == "lapsed"
        assert timedelta() <= datetime.fromisoformat(at) - midnight < clock_days.STEP


def test_by_the_offset_of_the_evening_before_offers_end_an_hour_off(scratch_url):
    """The positive control: what adds hours to a wall clock is found out."""
    assert wrong_ends(lived(scratch_url, "forward", "left alone", guard="off", most=100))
