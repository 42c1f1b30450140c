"""The forecast of waiting times: what must hold for every line, and a few lines worked by hand."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain.waiting import OVERRUN, InLine, Stage, forecast, rounded

NOW = datetime(2027, 1, 12, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NONE = timedelta()


def visit(key, start=0, length=30, stage=Stage.ARRIVED, since=-5, party=None):
    return InLine(
        key=key,
        party=party or key,
        start_at=NOW + start * MINUTE,
        length=length * MINUTE,
        stage=stage,
        since=NOW + since * MINUTE,
    )


visits = st.builds(
    visit,
    key=st.uuids(),
    start=st.integers(-240, 240),
    length=st.integers(5, 120),
    stage=st.sampled_from(Stage),
    since=st.integers(-240, 0),
    party=st.none() | st.sampled_from(["group one", "group two"]),
)
lines = st.lists(visits, max_size=12, unique_by=lambda v: v.key)
delays = st.integers(0, 480).map(lambda minutes: minutes * MINUTE)


@given(lines, delays)
def test_a_forecast_is_never_negative_and_only_for_who_waits(line, delay):
    """“-3 minutes” on a screen costs all trust in it."""
    found = forecast(line, delay=delay, now=NOW)
    assert all(f.minutes >= 0 and f.before >= 0 for f in found.values())
    begun = {v.party for v in line if v.stage is Stage.IN_PROGRESS}
    here = {v.key for v in line if v.stage in {Stage.IN_ROOM, Stage.ARRIVED}}
    here -= {v.key for v in line if v.party in begun}
    assert here <= set(found), "nobody who is here is forgotten"
    assert not {v.key for v in line if v.party in begun} & set(found)


@given(lines, delays)
def test_who_is_behind_waits_no_shorter(line, delay):
    """Whoever is told that two are before them must not read a shorter time than those two."""
    found = forecast(line, delay=delay, now=NOW)
    by_place = sorted(found.values(), key=lambda f: f.before)
    for ahead, behind in pairwise(by_place):
        if ahead.before < behind.before:
            assert ahead.minutes <= behind.minutes


@given(lines, delays, st.integers(1, 60))
def test_a_later_clinician_shortens_nobody_s_wait(line, delay, more):
    """Saying “I am late” may only put visits off."""
    waiting = [v for v in line if v.stage is not Stage.COMING]
    before = forecast(waiting, delay=delay, now=NOW)
    after = forecast(waiting, delay=delay + more * MINUTE, now=NOW)
    assert all(after[key].minutes >= before[key].minutes for key in before)


@given(lines, delays)
def test_somebody_at_the_end_changes_nothing_for_the_others(line, delay):
    """A person who comes in last must not make the numbers on the wall jump."""
    alone = forecast(line, delay=delay, now=NOW)
    late = visit("last", start=1000, stage=Stage.ARRIVED)
    assert forecast([*line, late], delay=delay, now=NOW).items() >= alone.items()


@given(st.integers(-240, 0), st.integers(-240, 0), st.sampled_from([Stage.ARRIVED, Stage.IN_ROOM]))
def test_the_first_in_line_of_a_free_clinician_waits_nothing(start, since, stage):
    """From the planned start on, with nobody in progress and no delay."""
    first = visit("first", start=start, since=since, stage=stage)
    absent = visit("absent", start=start - 1, stage=Stage.COMING)
    behind = visit("behind", start=1)
    found = forecast([behind, absent, first], delay=NONE, now=NOW)
    assert found["first"].minutes == 0
    assert found["first"].before == 0
    assert "absent" not in found, "nobody waits for who did not come"


def test_a_line_worked_by_hand():
    """One in progress with 10 minutes left, one in a room, one early, one still to come."""
    line = [
        visit("busy", start=-20, stage=Stage.IN_PROGRESS, since=-20),
        visit("early", start=60, length=20),
        visit("roomed", start=0, length=15, stage=Stage.IN_ROOM),
        visit("coming", start=20, length=30, stage=Stage.COMING),
    ]
    found = forecast(line, delay=NONE, now=NOW)
    assert {key: (f.minutes, f.before) for key, f in found.items()} == {
        "roomed": (10, 0),
        "coming": (25, 1),
        "early": (60, 1),
    }


def test_a_visit_that_overruns_is_given_a_little_more():
    """Nobody knows how long it still takes, but not that it is over."""
    line = [visit("busy", stage=Stage.IN_PROGRESS, since=-50), visit("next")]
    assert forecast(line, delay=NONE, now=NOW)["next"].minutes == OVERRUN / MINUTE


def test_a_group_is_seen_together():
    """Eight people in one class do not wait for one another."""
    line = [visit(n, start=5, party="class") for n in range(8)]
    found = forecast([*line, visit("after", start=10, length=10)], delay=NONE, now=NOW)
    assert {found[n].minutes for n in range(8)} == {5}
    assert (found["after"].minutes, found["after"].before) == (35, 8)


def test_strangers_are_told_round_numbers():
    """“37 minutes” promises what nobody can keep."""
    assert [rounded(n) for n in (0, 1, 5, 6, 37)] == [0, 5, 5, 10, 40]
