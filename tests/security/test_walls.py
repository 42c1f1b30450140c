"""As the application's own role: what the database refuses, and what it must allow."""

from urllib.parse import quote, urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from clinic.audit import walls
from clinic.audit.walls import forbidden_writes
from patients.models import AllergyIntolerance
from tests.security.clients import client_of
from tests.security.world import build_world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PROTECTED = sorted(forbidden_writes())
HISTORY = [name for name in PROTECTED if name.endswith("version")]


@pytest.fixture
def app_role(settings):
    """A fenced-in role of this test's own, and a connection as that role."""
    role = f"app_{uuid4().hex[:10]}"
    told = connection.settings_dict
    address = f"postgres://{role}:secret@{told['HOST']}:{told['PORT']}/{told['NAME']}"
    settings.APP_DATABASE_URL = address
    call_command("build_walls", verbosity=0)
    with psycopg.connect(address, autocommit=True) as as_app:
        yield role, as_app
    with connection.cursor() as cursor:
        cursor.execute(f"DROP OWNED BY {role}")
        cursor.execute(f"DROP ROLE {role}")


def refused(as_app, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_app.execute(statement)


def test_history_and_read_log_are_out_of_reach(app_role):
    """Whoever takes over the web server must not be able to cover the tracks."""
    _role, as_app = app_role
    assert "audit_readevent" in PROTECTED
    assert len(HISTORY) > 15
    for table in [*HISTORY, "audit_readevent"]:
        column = as_app.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum = 1", [table]
        ).fetchone()[0]
        refused(as_app, f"UPDATE {table} SET {column} = {column}")
        refused(as_app, f"DELETE FROM {table}")
        refused(as_app, f"TRUNCATE {table}")
        refused(as_app, f"DROP TABLE {table}")
        refused(as_app, f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        refused(as_app, f"ALTER TABLE {table} RENAME TO gone")
        if table in HISTORY:
            refused(as_app, f"INSERT INTO {table} SELECT * FROM {table}")


def test_no_trigger_can_be_stepped_around(app_role):
    """Nor the session be told to pass them over, by PostgreSQL's way or by the package's."""
    _role, as_app = app_role
    refused(as_app, "SET session_replication_role = replica")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, tgrelid::regclass FROM pg_trigger WHERE tgname LIKE 'pgtrigger%'"
        )
        triggers = cursor.fetchall()
    for name, table in triggers:
        refused(as_app, f"DROP TRIGGER {name} ON {table}")
        refused(as_app, f"ALTER TABLE {table} DISABLE TRIGGER {name}")
    redefined = "CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name NAME) "
    refused(as_app, redefined + "RETURNS boolean LANGUAGE sql AS 'SELECT true'")
    world = build_world()
    names = ",".join(name for name, _table in triggers)
    as_app.execute(f"SET pgtrigger.ignore = '{{{names}}}'")
    patient = world.own.patient.pk
    as_app.execute("UPDATE patients_patient SET other_names = 'unseen' WHERE id = %s", [patient])
    newest = world.own.patient.versions.order_by("-pgh_id").first()
    assert newest.other_names == "unseen", "history was written all the same"


def test_nothing_can_be_slipped_under_what_runs_with_the_owner_s_rights(app_role):
    """A temporary table of the right name would catch the history, and run code as the owner."""
    role, as_app = app_role
    refused(as_app, "CREATE TEMP TABLE patients_patientversion (x int)")
    world = build_world()
    patient = world.own.patient
    # Even if somebody hands the right to make temporary tables back.
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT TEMPORARY ON DATABASE {connection.settings_dict['NAME']} TO {role}")
    as_app.execute(
        "CREATE TEMP TABLE patients_patientversion (LIKE public.patients_patientversion);"
        "ALTER TABLE pg_temp.patients_patientversion ALTER pgh_id DROP NOT NULL;"
        "GRANT ALL ON pg_temp.patients_patientversion TO PUBLIC;"
        "CREATE TEMP TABLE pg_class AS SELECT oid, relname, "
        f"(SELECT oid FROM pg_roles WHERE rolname = '{role}') AS relowner FROM pg_catalog.pg_class;"
        "GRANT SELECT ON pg_temp.pg_class TO PUBLIC"
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(tgname, ',') FROM pg_trigger WHERE tgname LIKE 'pgtr%'")
        names = cursor.fetchone()[0]
    as_app.execute(f"SET pgtrigger.ignore = '{{{names}}}'")
    as_app.execute("UPDATE patients_patient SET other_names = 'unseen' WHERE id = %s", [patient.pk])
    assert patient.versions.order_by("-pgh_id").first().other_names == "unseen"
    with pytest.raises(psycopg.errors.RaiseException, match="Cannot update"):
        as_app.execute("UPDATE patients_consent SET given_by = 'forged'")


def test_patients_cannot_be_deleted_and_nothing_can_be_truncated(app_role):
    """Not one row, and least of all a whole table."""
    _role, as_app = app_role
    refused(as_app, "DELETE FROM patients_patient")
    tables = as_app.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    ).fetchall()
    assert len(tables) > 50
    for (table,) in tables:
        refused(as_app, f"TRUNCATE {table}")
    refused(as_app, "CREATE TABLE mine (x int)")
    refused(as_app, "UPDATE django_migrations SET app = app")


def test_what_the_application_does_is_followed_with_the_owner_s_hand(app_role):
    """The positive control: it works, and each of its writes leaves a version."""
    _role, as_app = app_role
    world = build_world()
    patient = world.own.patient
    as_app.execute("UPDATE patients_patient SET other_names = 'Quilly' WHERE id = %s", [patient.pk])
    as_app.execute("DELETE FROM patients_allergyintolerance")
    assert patient.versions.order_by("-pgh_id").first().other_names == "Quilly"
    gone = AllergyIntolerance.versions.rel.related_model.objects.filter(pgh_label="delete")
    assert gone.exists()


def test_pages_work_within_the_walls(app_role):
    """Every role's first page, and a booking, with no more rights than the application has."""
    role, _as_app = app_role
    world = build_world()
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")
    try:
        for who, address in (
            ("front_desk", "/desk/"),
            ("physician", f"/physician/people/{world.own.patient.pk}/"),
            ("manager", "/manager/emergency-access/"),
            ("privacy_officer", "/manager/reads/"),
            ("patient_a", f"/patient/{world.own.patient.pk}/viewers/"),
        ):
            assert client_of(world.user(who)).get(address).status_code == 200, who
        clerk = client_of(world.user("front_desk"))
        step = f"/desk/appointments/{world.own.appointment.pk}/steps/"
        assert clerk.post(step, {"step": "confirm"}).status_code == 302
        consents = f"/desk/people/{world.own.patient.pk}/consents/"
        assert clerk.get(consents).status_code == 200
        assert Client().get("/accounts/login/").status_code == 200
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


def test_serving_as_the_owner_is_refused(app_role):
    """The walls hold nothing if the web connects as whoever built them."""
    with pytest.raises(ImproperlyConfigured, match="owner of the tables"):
        walls._check(connection)
    connection.connect()
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {app_role[0]}")
    walls._check(connection)
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


@pytest.mark.parametrize("address", ["", "same"])
def test_walls_need_a_role_of_their_own(address, settings):
    """A forgotten variable must not leave the application with the owner's rights."""
    told = connection.settings_dict
    same = urlsplit(f"postgres://{quote(told['USER'])}:x@localhost/x")
    settings.APP_DATABASE_URL = urlunsplit(same) if address else ""
    with pytest.raises(CommandError, match="APP_DATABASE_URL"):
        call_command("build_walls", verbosity=0)
    assert settings
