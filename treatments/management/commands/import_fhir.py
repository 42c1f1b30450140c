"""`manage.py import_fhir`: people and their history from FHIR R4 transaction bundles."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, reset_queries
from django.utils import timezone

from clinic.shared.errors import DomainError
from treatments.actions.import_bundle import import_bundle
from treatments.domain.fhir import BundleRefused, read_bundle
from treatments.domain.fhir.refusal import refused_whole
from treatments.management.bundle_files import BundleFile, Unusable, find_sources, read_sources
from treatments.management.import_report import ImportReport, lines_about
from treatments.management.progress import Shown, progress

EXIT_REFUSED, EXIT_USAGE, EXIT_INTERRUPTED = 1, 2, 130


class Command(BaseCommand):
    """Loads each bundle whole or not at all; running it again changes nothing."""

    help = (
        "Import people and their history from FHIR R4 transaction bundles. A bundle that cannot be "
        "used is reported and the others still load. The counts go to standard output, progress "
        "and reasons to standard error. Exit code 1: a bundle was refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "paths",
            nargs="+",
            type=Path,
            metavar="FILE|DIR",
            help="a JSON bundle, a directory of them, or a tar archive of them",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            sources = find_sources(options["paths"])
        except Unusable as error:
            raise CommandError(str(error), returncode=EXIT_USAGE) from error
        report = ImportReport()
        try:
            with progress(self.stderr, sum(p.stat().st_size for p in sources)) as shown:
                for file in read_sources(sources):
                    self._load(file, report, shown)
                    shown.reach(file.position, report.progress)
        except KeyboardInterrupt:
            raise CommandError("Interrupted.", returncode=EXIT_INTERRUPTED) from None
        except OperationalError as error:
            raise CommandError(f"The database gave up: {error}") from error
        finally:
            self.stdout.write("\n".join(report.table()))
        if report.refused:
            raise CommandError(
                f"Refused {report.refused} of {report.refused + report.loaded} bundles.",
                returncode=EXIT_REFUSED,
            )

    def _load(self, file: BundleFile, report: ImportReport, shown: Shown) -> None:
        try:
            if file.problem:
                raise refused_whole(file.problem)
            bundle = read_bundle(file.raw)
            try:
                imported = import_bundle(bundle=bundle, by=None, now=timezone.now())
            except DomainError as error:
                raise refused_whole(error.sentence) from error
            report.load(imported.tally, bundle.census)
            refusals, label = imported.warnings, "warning"
        except BundleRefused as refused:
            report.refuse(refused)
            refusals, label = refused.refusals, "refused"
        finally:
            # With DEBUG on, Django remembers every query: memory must stay flat.
            reset_queries()
        for line in lines_about(file.name, refusals, label=label):
            shown.line(line)
