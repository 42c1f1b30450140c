"""`manage.py forget_old`: what is past its period, also where the application may not delete."""

from argparse import ArgumentParser
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError
from django.utils import timezone

from clinic.audit.actions import forget_batch
from clinic.audit.retention import Aged, aged_tables, past_rows
from scheduling.actions.nightly import report_run
from scheduling.domain.nights import BY_OWNER

OPERATOR = "operator"
BATCH = 5000


class Command(BaseCommand):
    """Counts; with --now it deletes. Run it as the owner of the tables (docs/operations.md)."""

    help = "Show what is past its period of docs/data-retention.yaml; --now deletes it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One switch."""
        parser.add_argument("--now", action="store_true", help="delete it, in batches")

    def handle(self, *args: Any, **options: Any) -> None:
        """Each table with its number of rows; the report stays as a row of the nightly runs."""
        began = timezone.now()
        counts = {aged.label: past_rows(aged, began) for aged in aged_tables()}
        if options["now"]:
            counts = {aged.label: self._forget(aged) for aged in aged_tables()}
            now = timezone.now()
            today = began.astimezone(ZoneInfo(settings.CLINIC_TIME_ZONE)).date()
            told = {label: number for label, number in counts.items() if number}
            report_run(
                job=BY_OWNER,
                local_date=today,
                counts=told,
                began_at=began,
                by=OPERATOR,
                now=now,
            )
        for label, number in sorted(counts.items()):
            self.stdout.write(f"{number:>10}  {label}")
        said = "forgotten" if options["now"] else "past their period; nothing was changed"
        self.stdout.write(f"{sum(counts.values()):>10}  rows {said}")

    def _forget(self, aged: Aged) -> int:
        forgotten = 0
        while True:
            try:
                number = forget_batch(aged=aged, limit=BATCH, by=OPERATOR, now=timezone.now())
            except ProgrammingError as error:
                raise CommandError(
                    f"{aged.label} may be deleted by the owner of the tables only: set "
                    "DATABASE_URL to the owner's address for this command."
                ) from error
            forgotten += number
            if number < BATCH:
                return forgotten
