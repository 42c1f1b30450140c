"""`manage.py catalogue_page > docs/catalogue.md`: the shipped catalogue as a page to read."""

from typing import Any

from django.core.management.base import BaseCommand

from treatments.management.catalogue_files import read_catalogue
from treatments.management.catalogue_page import catalogue_page


class Command(BaseCommand):
    """Run after the files of the catalogue were changed; a test compares the two."""

    help = "Prints the shipped catalogue as Markdown."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        self.stdout.write(catalogue_page(read_catalogue()), ending="")
