"""Imports, and everything they may have written."""

import io
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from patients.models import (
    AllergyIntolerance,
    Condition,
    Coverage,
    MedicationStatement,
    Patient,
)
from tests import fhir_samples as fhir
from treatments.actions.import_bundle import import_bundle
from treatments.domain.fhir import read_bundle
from treatments.models import Observation, Procedure

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
TABLES = [
    model for name in ("patients", "treatments") for model in apps.get_app_config(name).get_models()
]
IMPORTED_MODELS = [
    Patient,
    AllergyIntolerance,
    Condition,
    Coverage,
    MedicationStatement,
    Observation,
    Procedure,
]
SHARED = pytest.mark.skipif(
    not fhir.SHARED_BUNDLES.exists(),
    reason=f"the synthetic bundles are not beside the repository ({fhir.SHARED_BUNDLES.name})",
)


def load(content):
    return import_bundle(bundle=read_bundle(fhir.raw(content)), by=None, now=NOW)


def everything_here():
    """The full content of every table an import may write, and when each row was last written."""
    found = {}
    for model in TABLES:
        with connection.cursor() as cursor:
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(f"SELECT xmin::text, t::text FROM {table} t ORDER BY 2")
            found[model.__name__] = cursor.fetchall()
    return found


def is_read(sql):
    # What is prepared says nothing here; locks are all that is asked that way.
    return sql is None or sql.split()[0] in {"SELECT", "SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"}


class Run:
    """One run of the command: what it wrote where, and how it ended."""

    def __init__(self, *paths):
        out, err = io.StringIO(), io.StringIO()
        self.code, self.error = 0, ""
        try:
            call_command("import_fhir", *map(str, paths), stdout=out, stderr=err, skip_checks=True)
        except CommandError as error:
            self.code, self.error = error.returncode, str(error)
        self.out, self.err = out.getvalue(), err.getvalue()

    def counts(self, resource_type):
        """created, updated, unchanged, skipped, removed, refused."""
        for line in self.out.splitlines():
            name, *cells = line.split() or [""]
            if name == resource_type:
                return [int(cell.replace(",", "")) for cell in cells]
        return None
