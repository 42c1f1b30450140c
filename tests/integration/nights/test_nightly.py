"""What is done once on each local date: by whom, how often, and after what trouble."""

from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from django.db import OperationalError, connection

from scheduling.actions.nightly import MAX_ATTEMPTS, OVERTAKEN, claim_run, note_progress
from scheduling.domain.nights import NIGHTS, Night
from scheduling.models import LocalRun
from scheduling.tasks import nightly
from scheduling.tasks.nightly import STEPS, Step, keep_nights, work
from tests import builders

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = date(2026, 11, 21)


def claim(now=NOW, day=DAY, job="tidy", site=None):
    return claim_run(job=job, site=site, local_date=day, by="worker", now=now)


def counting(calls, *, steps=1):
    """A job that is done after some steps, and remembers each."""

    def step(_run, now):
        calls.append(now)
        return Step({"things": 2}, is_done=len(calls) >= steps)

    return step


def only(monkeypatch, doing, clock=time(2), at_each_site=False):
    """The night has one job."""
    monkeypatch.setattr(nightly, "NIGHTS", (Night("tidy", "Tidy", clock, at_each_site),))
    monkeypatch.setattr(nightly, "STEPS", {"tidy": doing})


def test_a_date_is_claimed_once():
    """Two beats tick at once: the second finds it taken, and later done."""
    run = claim()
    assert run is not None
    assert claim() is None
    note_progress(run=run, counts={"things": 3}, is_done=True, by="worker", now=NOW)
    assert claim(NOW + timedelta(days=3)) is None
    assert LocalRun.objects.get().counts == {"things": 3}


def test_a_killed_worker_s_run_is_gone_on_with():
    """Its lease runs out, and another goes on; what kills every worker is given up in the end."""
    assert claim() is not None
    assert claim(NOW + timedelta(seconds=119)) is None
    again = claim(NOW + timedelta(seconds=120))
    assert again is not None
    assert again.attempts == 2


def test_the_clock_put_back_does_no_date_again():
    """In autumn the same hour comes twice; the date before must not come again."""
    assert claim() is not None
    assert claim(day=DAY - timedelta(days=1)) is None
    assert LocalRun.objects.count() == 1


def test_a_new_date_takes_over_from_one_that_hangs():
    """Nobody makes up for old nights one by one."""
    assert claim() is not None
    assert claim(NOW + timedelta(days=1), DAY + timedelta(days=1)) is not None
    old = LocalRun.objects.get(local_date=DAY)
    assert old.last_error == OVERTAKEN
    assert old.finished_at is not None


def test_trouble_is_tried_again_and_given_up_with_its_reason():
    """A job that always fails must not keep the worker busy for ever, nor fail in silence."""

    def fails(_run, _now):
        raise RuntimeError("canary")

    now = NOW
    for _number in range(MAX_ATTEMPTS):
        with time_machine.travel(now, tick=False):
            run = claim(now)
            assert run is not None
            work(fails, run, until=float("inf"))
        now += timedelta(hours=1)
    assert claim(now) is None
    told = LocalRun.objects.get()
    assert told.last_error == "RuntimeError"
    assert told.finished_at is not None


def test_a_long_job_is_laid_down_and_taken_up(monkeypatch):
    """A night's work is longer than a tick: the next tick goes on at once."""
    calls = []
    only(monkeypatch, counting(calls, steps=3))
    seconds = iter(range(0, 1000, 25))
    monkeypatch.setattr(nightly, "monotonic", lambda: next(seconds))
    with time_machine.travel(NOW, tick=False):
        keep_nights()
        assert len(calls) == 1
        keep_nights()
        keep_nights()
        keep_nights()
    run = LocalRun.objects.get()
    assert len(calls) == 3
    assert run.counts == {"things": 6}
    assert run.seconds == 0


def test_a_step_that_is_written_down_again_counts_once():
    """Where PostgreSQL makes an action give way it is done again, with the row it was given."""
    run = claim()

    def give_way(execute, sql, *more):
        if sql.startswith("UPDATE"):
            raise OperationalError("The power went.")
        return execute(sql, *more)

    def note():
        note_progress(run=run, counts={"things": 2}, is_done=False, by="worker", now=NOW)

    with connection.execute_wrapper(give_way), pytest.raises(OperationalError):
        note()
    note()
    assert LocalRun.objects.get().counts == {"things": 2}
    note()
    assert LocalRun.objects.get().counts == run.counts == {"things": 4}


def test_each_site_has_its_own_night(monkeypatch):
    """At 06:30 UTC it is past two in New York, and not yet in Los Angeles."""
    calls = []
    only(monkeypatch, counting(calls), time(1), at_each_site=True)
    east, west = builders.make_site(), builders.make_site("America/Los_Angeles")
    with time_machine.travel(datetime(2026, 11, 21, 6, 30, tzinfo=UTC), tick=False):
        keep_nights()
        keep_nights()
    dates = {run.site: run.local_date for run in LocalRun.objects.all()}
    assert dates == {east: DAY, west: DAY - timedelta(days=1)}
    assert len(calls) == 2


def test_the_whole_table_runs_and_tells(django_assert_max_num_queries):
    """Every row of the table is a job that works; an idle tick costs next to nothing."""
    builders.make_site()
    assert [night.name for night in NIGHTS] == list(STEPS)
    with time_machine.travel(NOW, tick=False):
        keep_nights()
        assert {run.job for run in LocalRun.objects.all()} == set(STEPS)
        assert not LocalRun.objects.filter(finished_at__isnull=True).exists()
        assert not LocalRun.objects.exclude(last_error="").exists()
        with django_assert_max_num_queries(3):
            keep_nights()


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_do_it_once(monkeypatch):
    """The row is the claim: however many ask in the same moment, one does it."""
    calls, starts = [], Barrier(4)
    only(monkeypatch, counting(calls))

    def tick():
        starts.wait()
        try:
            keep_nights()
        finally:
            connection.close()

    threads = [Thread(target=tick) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1
    assert LocalRun.objects.count() == 1
