"""`manage.py look_again`: ask the clinical rules about every coming visit, now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from scheduling.actions.look_again import begin_run, continue_run

OPERATOR = "operator"


class Command(BaseCommand):
    """What a worker does every night; safe to run twice, and while one is at it."""

    help = "Looks at every coming visit and shows how far it is. Goes on where a run was cut short."

    def handle(self, *args: Any, **options: Any) -> None:
        """Begin a run or go on with the one that is open, batch by batch."""
        begin_run(by=OPERATOR, is_wanted=True, now=timezone.now())
        while run := continue_run(by=OPERATOR, now=timezone.now()):
            self.stdout.write(
                f"{run.looked} of {run.total} visits, {run.found} new findings, "
                f"{run.cleared} cleared."
            )
            if not run.is_open:
                return
        raise CommandError("Another process is looking at this moment. Try again.")
