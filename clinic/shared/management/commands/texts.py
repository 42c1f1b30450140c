"""`manage.py texts`: the sentences of the pages in Spanish, gathered and compiled."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinic.shared.management.texts import all_texts, compile_all, complaints, merge


class Command(BaseCommand):
    """Run after sentences were added or changed; then fill in each empty `msgstr`."""

    help = "Gathers every sentence to translate into APP/locale/es, and compiles what is there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--compile", action="store_true", help="Only compile.")
        parser.add_argument("--check", action="store_true", help="Change nothing; say what lacks.")
        parser.add_argument(
            "--forget", action="store_true", help="Drop the sentences that nothing says any more."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked; `--check` fails if anything is missing, unsure or stale."""
        if not options["compile"] and not options["check"]:
            merge(all_texts(), forget=options["forget"])
        if not options["check"]:
            compile_all()
        if not options["compile"]:
            self._report(strict=options["check"])

    def _report(self, *, strict: bool) -> None:
        found = complaints(all_texts())
        for line in found:
            self.stdout.write(line)
        if found and strict:
            raise CommandError(f"{len(found)} to mend; the Spanish stands in APP/locale/es.")
