"""`manage.py load_instruments [FILE]`: bring questionnaires into the database."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.shared.errors import DomainError
from treatments.actions.instruments import load_instruments
from treatments.domain.instruments import InstrumentError
from treatments.management.instrument_files import read_file, read_shipped


class Command(BaseCommand):
    """Run without a file after each `migrate`; with one for what the clinic has a licence for."""

    help = (
        "Loads the shipped questionnaires, or those of FILE, whole or not at all; safe to run "
        "again. Each questionnaire of FILE needs a license_note."
    )

    def add_arguments(self, parser: Any) -> None:
        """The file, if it is not the shipped ones that are wanted."""
        parser.add_argument("file", nargs="?", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Load them and say how many are new."""
        file = options["file"]
        try:
            found = read_file(file) if file else read_shipped()
            done = load_instruments(
                instruments=[(one.definition, one.raw) for one in found],
                is_shipped=file is None,
                by=None,
                now=timezone.now(),
            )
        except InstrumentError as error:
            raise CommandError(str(error)) from error
        except DomainError as error:
            raise CommandError(error.sentence) from error
        self.stdout.write(f"Instruments: {done} new.")
