"""`manage.py rules_page > docs/clinical-rules.md`: the shipped rules as a page to read and sign."""

from typing import Any

from django.core.management.base import BaseCommand

from treatments.management.rule_files import rules_with_records
from treatments.management.rules_page import rules_page


class Command(BaseCommand):
    """Run after the files of the rules were changed; a test compares the two."""

    help = "Prints the shipped rules as Markdown."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        self.stdout.write(rules_page(rules_with_records()), ending="")
