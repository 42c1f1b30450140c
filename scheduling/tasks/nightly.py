"""What happens once on each local date: how each job is done, and the tick that asks for them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from zoneinfo import ZoneInfo

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from clinic.accounts.models import THE_CLINIC
from clinic.audit.actions import forget_batch
from clinic.audit.retention import aged_tables
from scheduling.actions.hold import expire_holds
from scheduling.actions.look_again import begin_run, continue_run
from scheduling.actions.nightly import claim_run, lay_down, note_failure, note_progress
from scheduling.actions.waitlist import lapse_entries
from scheduling.domain.nights import NIGHTS, Night, due_date
from scheduling.models import LocalRun, Site
from scheduling.queries.nightly import done_lately, open_sites
from scheduling.queries.rule_runs import newest_run
from treatments.actions.lapses import find_lapses

log = structlog.get_logger(__name__)

WORKER = "worker"
# A tick works for at most so many seconds; the next one goes on where it stopped.
LONGEST = 40.0
BATCH = 1000


@dataclass(frozen=True)
class Step:
    """What one bounded step of a job has done, and whether that was the last one.

    `is_waiting`: somebody else is at it, and the next tick looks again.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    is_done: bool = True
    is_waiting: bool = False


Doing = Callable[[LocalRun, datetime], Step]


def look_at_rules(run: LocalRun, now: datetime) -> Step:
    """The next batch of a look at all coming visits that began in this night."""
    newest = newest_run(THE_CLINIC)
    if newest is None or (not newest.is_open and newest.started_at < run.started_at):
        begin_run(is_wanted=True, by=WORKER, now=now)
    looked = continue_run(by=WORKER, now=now)
    if looked is None:
        # Another worker is at it: what it finds is in its own row.
        return Step(is_done=False, is_waiting=True)
    is_done = not looked.is_open and looked.started_at >= run.started_at
    return Step({"visits": looked.looked, "found": looked.found} if is_done else {}, is_done)


def end_holds(_run: LocalRun, now: datetime) -> Step:
    """Holds that ran out while nobody ticked."""
    ended = expire_holds(by=None, now=now)
    return Step({"holds": len(ended)}, is_done=not ended)


def end_waiting(run: LocalRun, now: datetime) -> Step:
    """People on the waitlist whose last day has passed."""
    assert run.site is not None
    return Step({"entries": lapse_entries(site=run.site, by=None, now=now)})


def find_what_lapses(_run: LocalRun, now: datetime) -> Step:
    """Certifications, progress reports, authorizations, imaging, and drafts left unsigned."""
    return Step({"lapses": find_lapses(by=None, now=now)})


def forget(_run: LocalRun, now: datetime) -> Step:
    """A batch of each table whose period is over (docs/data-retention.yaml)."""
    counts = {
        aged.label: forget_batch(aged=aged, limit=BATCH, by=WORKER, now=now)
        for aged in aged_tables()
        if not aged.is_for_the_owner
    }
    told = {label: number for label, number in counts.items() if number}
    return Step(told, is_done=all(number < BATCH for number in counts.values()))


# Called until it says that it is done. Each call is a transaction or a few, so that a worker that
# is killed loses one step at most; a step may be done twice without harm.
STEPS: Mapping[str, Doing] = {
    "waitlist": end_waiting,
    "holds": end_holds,
    "rules": look_at_rules,
    "lapses": find_what_lapses,
    "retention": forget,
}


@shared_task
def keep_nights() -> None:
    """Ask of each job whether it is time here, and whether this date has been done."""
    began, now = monotonic(), timezone.now()
    done = done_lately(THE_CLINIC, now=now)
    for night in NIGHTS:
        for site, zone in _places(night):
            day = due_date(now, night.clock, zone)
            if (night.name, site.pk if site else None, str(day)) in done:
                continue
            run = claim_run(job=night.name, site=site, local_date=day, by=WORKER, now=now)
            if run is not None:
                work(STEPS[night.name], run, until=began + LONGEST)


def work(doing: Doing, run: LocalRun, *, until: float) -> None:
    """Step by step, until it is done or `until` (of the monotonic clock) has come."""
    while monotonic() < until:
        try:
            step = doing(run, timezone.now())
        except Exception as error:
            log.exception("nightly_failed", job=run.job, date=str(run.local_date))
            reason = type(error).__name__
            note_failure(run=run, reason=reason, by=WORKER, now=timezone.now())
            return
        note_progress(
            run=run, counts=step.counts, is_done=step.is_done, by=WORKER, now=timezone.now()
        )
        if step.is_done:
            log.info("nightly_done", job=run.job, date=str(run.local_date), counts=run.counts)
            return
        if step.is_waiting:
            break
    lay_down(run=run, by=WORKER, now=timezone.now())


def _places(night: Night) -> Iterator[tuple[Site | None, ZoneInfo]]:
    if not night.at_each_site:
        yield None, ZoneInfo(settings.CLINIC_TIME_ZONE)
        return
    for site in open_sites(THE_CLINIC):
        yield site, site.zone
