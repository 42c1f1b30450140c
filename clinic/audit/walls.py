"""The walls inside the database: what the application may do there, and what not even it may.

Two roles: the owner of the tables migrates; the application only works with them. What must stay
(history, the read log, patients) the application can add to and read, and nothing else. `build`
is run by the owner after each migration (`manage.py build_walls`); doing so twice changes nothing.
"""

from collections.abc import Iterator
from typing import Any

import pgtrigger
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from django.db.backends.signals import connection_created
from django.db.models import Model
from psycopg import sql

# A trigger may be told to stand aside (pgtrigger does so in data migrations). By anybody, as the
# package has it; by whoever owns the tables, as we do.
_ONLY_OWNERS_SWITCH_TRIGGERS_OFF = """
CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT trigger_name = ANY(
            coalesce(nullif(current_setting('pgtrigger.ignore', true), ''), '{}')::text[]
        )
        AND pg_has_role(
            session_user,
            (SELECT relowner FROM pg_class WHERE oid = 'public.audit_readevent'::regclass),
            'MEMBER'
        )
$$
"""

# PostgreSQL looks into a session's temporary tables first, unless it is told to do so last: what
# runs with the owner's rights must not meet a table that the application made up.
_OWN_THINGS_FIRST = "SET search_path = pg_catalog, public, pg_temp"

# Triggers that write history do so with the owner's rights: nobody else can write a version.
_HISTORY_FUNCTIONS = """
SELECT DISTINCT p.oid::regprocedure::text
FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE p.proname LIKE 'pgtrigger\\_%' AND NOT t.tgisinternal
"""


def build(role: str) -> None:
    """Give `role` what the application needs, and no more. Run as the owner of the tables.

    Raises `django.db.ProgrammingError` if there is no such role or the caller does not own them.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ONLY_OWNERS_SWITCH_TRIGGERS_OFF)
        cursor.execute(_HISTORY_FUNCTIONS)
        for (function,) in cursor.fetchall():
            cursor.execute(f"ALTER FUNCTION {function} SECURITY DEFINER {_OWN_THINGS_FIRST}")
        for statement in _statements(role, connection.settings_dict["NAME"]):
            cursor.execute(statement.as_string(cursor.connection))


def _statements(role: str, database: str) -> Iterator[sql.Composed]:
    to = sql.Identifier(role)
    # Temporary tables are a way to stand in for real ones; the application needs none.
    yield sql.SQL("REVOKE TEMPORARY, CREATE ON DATABASE {} FROM PUBLIC, {}").format(
        sql.Identifier(database), to
    )
    yield sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}").format(to)
    yield sql.SQL("REVOKE CREATE ON SCHEMA public FROM {}, PUBLIC").format(to)
    yield sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(to)
    yield sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}").format(to)
    yield sql.SQL(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}"
    ).format(to)
    for table, forbidden in sorted(forbidden_writes().items()):
        yield sql.SQL("REVOKE {} ON {} FROM {}").format(
            sql.SQL(forbidden), sql.Identifier(table), to
        )


def forbidden_writes() -> dict[str, str]:
    """For each table that is protected, the privileges that the application does not get."""
    forbidden = {"django_migrations": "INSERT, UPDATE, DELETE"}
    for model in apps.get_models():
        names = _protections(model)
        if hasattr(model, "pgh_tracked_model"):
            forbidden[model._meta.db_table] = "INSERT, UPDATE, DELETE"
        elif {"never_changed", "never_deleted"} <= names and not _may_change_in_part(model):
            forbidden[model._meta.db_table] = "UPDATE, DELETE"
        elif "never_deleted" in names:
            forbidden[model._meta.db_table] = "DELETE"
    return forbidden


def _triggers(model: type[Model]) -> list[Any]:
    return [t for t in getattr(model._meta, "triggers", []) if isinstance(t, pgtrigger.Protect)]


def _protections(model: type[Model]) -> set[str]:
    return {trigger.name for trigger in _triggers(model)}


def _may_change_in_part(model: type[Model]) -> bool:
    return any(t.name == "never_changed" and t.condition for t in _triggers(model))


_DANGEROUS = """
SELECT rolsuper OR pg_has_role(
    current_user,
    (SELECT relowner FROM pg_class WHERE oid = to_regclass('public.audit_readevent')),
    'MEMBER'
) FROM pg_roles WHERE rolname = current_user
"""


def refuse_to_serve_as_owner() -> None:
    """From here on, no connection that could tear the walls down is used in this process.

    Called by what serves people: web, worker, beat. A database that does not answer yet is asked
    as soon as it does. Raises `ImproperlyConfigured`.
    """
    connection_created.connect(_check, dispatch_uid="walls")
    try:
        connection.ensure_connection()
    except OperationalError:
        return
    finally:
        connection.close()


def _check(connection: Any, **_signal: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_DANGEROUS)
        row = cursor.fetchone()
    if row and row[0]:
        connection.close()
        raise ImproperlyConfigured(
            "DATABASE_URL names a superuser or the owner of the tables. Serve as the application's "
            "own role: see “Two database roles” in docs/operations.md."
        )
