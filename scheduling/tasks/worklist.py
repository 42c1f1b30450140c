"""Keeping the worklist true."""

from celery import shared_task
from django.utils import timezone

from clinic.accounts.models import THE_CLINIC
from scheduling.actions.stranding import sweep_worklist
from scheduling.queries.anything_due import has_worklist_to_keep

WORKER = "worker"


@shared_task
def keep_worklist() -> None:
    """Close what has settled itself, and list what slipped through."""
    now = timezone.now()
    if has_worklist_to_keep(THE_CLINIC, now=now):
        sweep_worklist(by=WORKER, now=now)
