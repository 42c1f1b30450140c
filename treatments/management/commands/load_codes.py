"""`manage.py load_codes FILE.csv`: the procedure codes a clinic is licensed to use."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from treatments.actions.codes import load_codes
from treatments.domain.licensed_codes import CodesRefused
from treatments.management.code_files import read_code_file

MOST_SHOWN = 50


class Command(BaseCommand):
    """The file is everything the clinic uses of the code systems it names."""

    help = (
        "Attaches codes to entries of the catalogue: a CSV file with the columns entry, system, "
        "code, and maybe display, region, approach, purpose. All lines are loaded or none. The "
        "file replaces what was loaded of the code systems it names."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file."""
        parser.add_argument("path", type=Path, metavar="FILE.csv")

    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        """Load it and say what became of it, or what is wrong with each line."""
        try:
            done = load_codes(lines=read_code_file(path), by=None, now=timezone.now())
        except CodesRefused as refused:
            shown = refused.complaints[:MOST_SHOWN]
            if more := len(refused.complaints) - len(shown):
                shown.append(f"… and {more} more.")
            raise CommandError("\n".join([*shown, "Nothing was loaded."])) from refused
        self.stdout.write(
            f"Codes: {done.added} new, {done.changed} changed, {done.removed} taken off, "
            f"{done.unchanged} as before."
        )
