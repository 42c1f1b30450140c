"""Keeping the worklist true."""

from celery import shared_task
from django.utils import timezone

from clinic.accounts.models import THE_CLINIC
from scheduling.actions.stranding import settle_worklist, sweep_worklist
from scheduling.queries.anything_due import has_worklist_to_keep

WORKER = "worker"


@shared_task
def keep_worklist() -> None:
    """Close what has settled itself."""
    now = timezone.now()
    if has_worklist_to_keep(THE_CLINIC, now=now):
        settle_worklist(by=WORKER, now=now)


@shared_task
def sweep() -> None:
    """List what slipped through: every coming visit is compared with the hours."""
    sweep_worklist(by=WORKER, now=timezone.now())
