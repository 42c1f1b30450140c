"""What was done on which local date."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, Viewer
from scheduling.models import LocalRun, Site

OPERATE = "messaging.operate"
# No local date of today or yesterday began longer ago than this, anywhere.
_LATELY = timedelta(days=4)


def done_lately(viewer: Viewer, *, now: datetime) -> set[tuple[str, int | None, str]]:
    """Job, site and date of what is finished: one question, so that an idle tick costs nothing."""
    _check(viewer)
    rows = LocalRun.objects.filter(started_at__gt=now - _LATELY, finished_at__isnull=False)
    told = rows.values_list("job", "site_id", "local_date")
    return {(job, site, str(day)) for job, site, day in told}


def open_sites(viewer: Viewer) -> list[Site]:
    """Where the clinic works, for what is done at each site. Raises `NotAllowed`."""
    _check(viewer)
    return list(Site.objects.filter(is_active=True).order_by("pk"))


def newest_runs(viewer: Viewer, jobs: Iterable[str]) -> list[LocalRun]:
    """The newest run of each job at each site, in the order of `jobs`. Raises `NotAllowed`."""
    require(viewer, OPERATE)
    newest = LocalRun.objects.order_by("job", "site_id", "-local_date").distinct("job", "site_id")
    places = {job: place for place, job in enumerate(jobs)}
    rows = [run for run in newest.select_related("site") if run.job in places]
    return sorted(rows, key=lambda run: (places[run.job], str(run.site or "")))


def _check(viewer: Viewer) -> None:
    if viewer is not THE_CLINIC:
        require(viewer, OPERATE)
