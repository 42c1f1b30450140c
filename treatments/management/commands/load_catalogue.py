"""`manage.py load_catalogue`: bring the shipped catalogue into the database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from treatments.actions.catalogue import load_catalogue
from treatments.domain.catalogue import CatalogueError
from treatments.management.catalogue_files import read_catalogue


class Command(BaseCommand):
    """Run after each `migrate`."""

    help = "Loads treatments, diagnostics, causes, red flags, risks and drugs; safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load the files and say how many entries are new or changed."""
        try:
            done = load_catalogue(entries=read_catalogue(), by=None, now=timezone.now())
        except CatalogueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Catalogue: {done.added} new, {done.changed} changed.")
