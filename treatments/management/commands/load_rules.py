"""`manage.py load_rules`: bring the shipped clinical rules into the database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from treatments.actions.rulebook import load_rules
from treatments.management.rule_files import BadRuleFiles, rules_with_records


class Command(BaseCommand):
    """Run after each `migrate`, after `load_catalogue`."""

    help = (
        "Files a new version of each shipped rule that was changed; safe to run again. Where the "
        "clinic signed numbers of its own, the new version is only offered to the manager."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Check every record, file what is new, and say what became of it."""
        try:
            records = [shipped.record for _rule, shipped in rules_with_records()]
        except BadRuleFiles as error:
            raise CommandError(str(error)) from error
        done = load_rules(records=records, by=None, now=timezone.now())
        self.stdout.write(
            f"Rules: {len(done.filed)} filed, {len(done.offered)} offered, "
            f"{done.unchanged} as they were."
        )
