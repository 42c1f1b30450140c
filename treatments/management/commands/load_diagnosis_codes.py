"""`manage.py load_diagnosis_codes`: ICD-10-CM, from the package that ships it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from treatments.actions.codes import load_diagnosis_codes
from treatments.management.diagnosis_files import edition, shipped_codes
from treatments.models import DiagnosisCode


class Command(BaseCommand):
    """Run after each update of the package; safe to run again."""

    help = "Loads the diagnosis codes of ICD-10-CM (public domain) that simple-icd-10-cm ships."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to leave a table alone that has codes."""
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing if there are codes already"
        )

    def handle(self, *args: Any, if_empty: bool = False, **options: Any) -> None:
        """Load them and say of which edition they are."""
        if if_empty and DiagnosisCode.objects.exists():
            self.stdout.write("Diagnosis codes: there already.")
            return
        done = load_diagnosis_codes(codes=shipped_codes, by=None, now=timezone.now())
        self.stdout.write(
            f"Diagnosis codes, ICD-10-CM {edition()}: {done.added} new, {done.changed} changed, "
            f"{done.removed} no longer in it, {done.unchanged} as before."
        )
