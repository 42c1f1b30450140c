"""The database that migrations make is the one that the models speak of."""

import pytest
from django.apps import apps
from django.db import connection, models

pytestmark = pytest.mark.django_db

OURS = {"accounts", "audit", "messaging", "patients", "scheduling", "treatments"}
TABLES = [model for model in apps.get_models() if model._meta.app_label in OURS]


def names_in_the_database():
    """Every constraint and index there is: table and name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint "
            "UNION SELECT tablename, indexname FROM pg_indexes WHERE schemaname = 'public'"
        )
        return set(cursor.fetchall())


def promised():
    return {
        (model._meta.db_table, thing.name)
        for model in TABLES
        for thing in (*model._meta.constraints, *model._meta.indexes)
    }


def test_every_guard_that_a_model_has_is_in_the_database():
    """A migration that alters a key can take a guard with it, and nobody would see."""
    assert len(promised()) > 200
    assert promised() - names_in_the_database() == set()


def test_versions_have_no_index_that_nobody_asks_by():
    """Each index is written at every booking."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indrelid::regclass::text, a.attname FROM pg_index i "
            "JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] "
            "WHERE i.indnatts = 1 AND NOT i.indisunique AND i.indpred IS NULL"
        )
        found = set(cursor.fetchall())
    versions = [model for model in TABLES if model.__name__.endswith("Version")]
    assert versions
    loose = {
        (model._meta.db_table, field.column)
        for model in versions
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
        and field.name != "pgh_obj"
        and field.related_model._meta.label != "patients.Patient"
    }
    assert found & loose == set()
