"""Taking, going on with and ending what is done once on each local date."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db.models import Q

from clinic.shared.actions import action
from clinic.shared.prepared import insert_rows
from scheduling.models import LocalRun, Site

# Longer than the hard time limit of a task, so that no lease runs out under a live worker.
LEASE = timedelta(seconds=120)
PAUSE = timedelta(minutes=5)
MAX_ATTEMPTS = 5
OVERTAKEN = "It was not finished when the next date came, which took over."


@action
def claim_run(
    *, job: str, site: Site | None, local_date: date, by: str, now: datetime
) -> LocalRun | None:
    """The run of this job on this date, for the caller alone; None if it is done or taken.

    A date before one that was begun is never done: clocks go back, and missed nights are not
    made up one by one. A run whose worker died is gone on with when its lease is over.
    """
    runs = LocalRun.objects.filter(job=job, site=site)
    if not runs.filter(local_date__gte=local_date).exists():
        row = LocalRun(job=job, site=site, local_date=local_date, started_at=now)
        insert_rows(row, or_leave=True)
        runs.filter(local_date__lt=local_date, finished_at__isnull=True).update(
            finished_at=now, claimed_until=None, last_error=OVERTAKEN
        )
    is_free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    rows = runs.filter(is_free, finished_at__isnull=True, local_date__gte=local_date)
    run = rows.select_for_update(skip_locked=True, of=("self",)).first()
    if run is None:
        return None
    run.claimed_until, run.attempts = now + LEASE, run.attempts + 1
    run.save(update_fields=["claimed_until", "attempts"])
    return run


@action
def note_progress(
    *, run: LocalRun, counts: Mapping[str, int], is_done: bool, by: str, now: datetime
) -> None:
    """Add what a step has done; the run ends here if that was all, else its lease is renewed."""
    # What is added to is read here: an action that is tried again must not count a step twice.
    kept = LocalRun.objects.values_list("counts", flat=True).get(pk=run.pk)
    added = {name: kept.get(name, 0) + number for name, number in counts.items()}
    run.counts = kept | added
    run.attempts, run.last_error = 0, ""
    run.claimed_until = None if is_done else now + LEASE
    run.finished_at = max(now, run.started_at) if is_done else None
    run.save()


@action
def lay_down(*, run: LocalRun, by: str, now: datetime) -> None:
    """Leave the rest to the next tick."""
    LocalRun.objects.filter(pk=run.pk, finished_at__isnull=True).update(claimed_until=now)


@action
def note_failure(*, run: LocalRun, reason: str, by: str, now: datetime) -> None:
    """Try again in a while; after the last attempt this date is given up, with the reason."""
    given_up = run.attempts >= MAX_ATTEMPTS
    run.last_error = reason
    run.claimed_until = None if given_up else now + PAUSE * run.attempts
    run.finished_at = max(now, run.started_at) if given_up else None
    run.save()


@action
def report_run(
    *,
    job: str,
    local_date: date,
    counts: Mapping[str, int],
    began_at: datetime,
    by: str,
    now: datetime,
) -> None:
    """Leave the report of what somebody did by hand; on the same day its numbers add up."""
    row = LocalRun(job=job, site=None, local_date=local_date, started_at=began_at)
    insert_rows(row, or_leave=True)
    run = LocalRun.objects.select_for_update().get(job=job, site=None, local_date=local_date)
    note_progress(run=run, counts=counts, is_done=True, by=by, now=now)
