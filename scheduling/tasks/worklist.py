"""Keeping the worklist true."""

from celery import shared_task
from django.utils import timezone

from scheduling.actions.stranding import sweep_worklist

WORKER = "worker"


@shared_task
def keep_worklist() -> None:
    """Close what has settled itself, and list what slipped through."""
    sweep_worklist(by=WORKER, now=timezone.now())
