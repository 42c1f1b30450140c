"""Forgetting what is past its period."""

from datetime import datetime

from django.db import connection
from psycopg import sql

from clinic.audit.retention import Aged, past_keys
from clinic.shared.actions import action

_TRIGGERS = """
SELECT coalesce(array_agg(tgname::text), '{}')::text FROM pg_trigger
WHERE tgrelid = %s::regclass
    AND (starts_with(tgname::text, 'pgtrigger_never_deleted')
        OR starts_with(tgname::text, 'pgtrigger_append_only'))
"""


@action
def forget_batch(*, aged: Aged, limit: int, by: str, now: datetime) -> int:
    """Delete at most `limit` rows that are past their period; how many there were.

    What the application may not delete is refused by PostgreSQL, unless the owner of the tables
    asks: raises `django.db.ProgrammingError`, and `ProtectedError` for what something else needs.
    """
    if not aged.is_for_the_owner:
        return _forget(aged, limit, now)
    key = sql.Identifier(str(aged.model._meta.pk.column))
    statement = sql.SQL("DELETE FROM {table} WHERE {key} IN ({past})").format(
        table=sql.Identifier(aged.table), key=key, past=past_keys(aged)
    )
    with connection.cursor() as cursor:
        cursor.execute(_TRIGGERS, [aged.table])
        row = cursor.fetchone()
        _pass_over(str(row[0]) if row else "{}")
        text = statement.as_string(cursor.connection)
        cursor.execute(text, {"limit": aged.limit(now), "most": limit})
        forgotten = cursor.rowcount
        _pass_over("")
    return int(forgotten)


def _forget(aged: Aged, limit: int, now: datetime) -> int:
    """What the application may delete itself, with what hangs on it."""
    with connection.cursor() as cursor:
        text = past_keys(aged).as_string(cursor.connection)
        cursor.execute(text, {"limit": aged.limit(now), "most": limit})
        keys = [row[0] for row in cursor.fetchall()]
    if keys:
        aged.model._base_manager.filter(pk__in=keys).delete()
    return len(keys)


def _pass_over(triggers: str) -> None:
    """Let this transaction pass over these triggers; only the owner is listened to (ADR 10)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", [triggers])
