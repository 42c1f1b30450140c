"""`manage.py import_fhir`: people and their history from FHIR R4 transaction bundles."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, reset_queries
from django.utils import timezone

from clinic.accounts.models import Team, User
from clinic.shared.errors import DomainError
from treatments.actions.import_bundle import Carers, import_bundle
from treatments.domain.fhir import BundleRefused, read_bundle
from treatments.domain.fhir.refusal import refused_whole
from treatments.management.bundle_files import BundleFile, Unusable, find_sources, read_sources
from treatments.management.import_report import ImportReport, lines_about
from treatments.management.progress import Shown, progress

EXIT_REFUSED, EXIT_USAGE, EXIT_INTERRUPTED = 1, 2, 130


def find_carers(team_names: list[str], emails: list[str]) -> Carers:
    """The teams and clinicians of these names. Raises `CommandError` for one that is not there."""
    teams = {team.name: team for team in Team.objects.filter(name__in=team_names)}
    users = {user.email: user for user in User.objects.filter(email__in=map(str.lower, emails))}
    missing = [name for name in team_names if name not in teams]
    missing += [email for email in emails if email.lower() not in users]
    if missing:
        raise CommandError(f"There is nobody called {missing[0]} here.", returncode=EXIT_USAGE)
    return Carers(users=tuple(users.values()), teams=tuple(teams.values()))


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

        parser.add_argument(
            "--team",
            action="append",
            default=[],
            metavar="NAME",
            help="the team of a site whose nurses and therapists may open these charts",
        )
        parser.add_argument(
            "--clinician",
            action="append",
            default=[],
            metavar="E-MAIL",
            help="a clinician who may open these charts; without either option nobody may, until "
            "a visit is booked or somebody is put into the care team",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        carers = find_carers(options["team"], options["clinician"])
        try:
            sources = find_sources(options["paths"])
        except Unusable as error:
            raise CommandError(str(error), returncode=EXIT_USAGE) from error
        report = ImportReport()
        try:
            with progress(self.stderr, sum(p.stat().st_size for p in sources)) as shown:
                for file in read_sources(sources):
                    self._load(file, carers, report, shown)
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

    def _load(self, file: BundleFile, carers: Carers, report: ImportReport, shown: Shown) -> None:
        try:
            if file.problem:
                raise refused_whole(file.problem)
            bundle = read_bundle(file.raw)
            try:
                imported = import_bundle(bundle=bundle, carers=carers, by=None, now=timezone.now())
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
