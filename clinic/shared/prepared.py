"""Statements that PostgreSQL plans once for each connection, and rows written without detours.

What every request asks is asked this way: to build such a question with the ORM takes longer than
PostgreSQL takes to answer it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

from django.db import connection, models
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper
from django.db.models.expressions import DatabaseDefault

M = TypeVar("M", bound=models.Model)


@contextmanager
def prepared_cursor() -> Iterator[CursorWrapper]:
    """A cursor for statements that are asked often: planning them takes longer than running.

    The plan is made without the values (`plan_cache_mode` in the settings), so the statement must
    be one whose best plan does not depend on them.
    """
    connection.ensure_connection()
    # What it executes is prepared at once (`prepare_threshold` in the settings) and kept by the
    # connection. This is the way in that Django's own cursors take, so that tests count it too.
    database: Any = connection
    cursor_class: Any = ServerBindingCursor
    with database._prepare_cursor(cursor_class(database.connection)) as cursor:
        yield cursor


def first_row(statement: str, parameters: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """The first row that a prepared statement answers with, or None."""
    with prepared_cursor() as cursor:
        cursor.execute(statement, parameters)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


@cache
def columns(model: type[models.Model], alias: str) -> str:
    """The columns of a model for the list of a SELECT, in the order that `as_model` reads them."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


def as_model(model: type[M], values: Sequence[Any]) -> M | None:
    """A row of a model, as the ORM would have read it; None where an outer join found nothing.

    For models whose columns come from PostgreSQL as they are: text, numbers, days, instants.
    """
    if values[[field.primary_key for field in model._meta.concrete_fields].index(True)] is None:
        return None
    names = [field.attname for field in model._meta.concrete_fields]
    return model.from_db(connection.alias, names, values)


def split(row: Sequence[Any], *kinds: type[models.Model]) -> list[Any]:
    """A row that holds the columns of several models, one after the other, as those models."""
    found, begin = [], 0
    for model in kinds:
        end = begin + len(model._meta.concrete_fields)
        found.append(as_model(model, row[begin:end]))
        begin = end
    return found


def insert_rows(*rows: models.Model, or_leave: bool = False) -> None:
    """Write these new rows, in this order and in one round trip.

    They do not learn the keys that PostgreSQL gives them. A row that is there already (by any of
    its unique constraints) is an `IntegrityError`, or with `or_leave` is left as it is.
    """
    statements, values = [], []
    for row in rows:
        fields = _inserted(type(row))
        marks = []
        for field in fields:
            value = field.pre_save(row, True)
            if isinstance(value, DatabaseDefault) or (value is None and field.primary_key):
                marks.append("DEFAULT")
            else:
                marks.append("%s")
                values.append(field.get_db_prep_save(value, connection))
        statements.append(f"{_into(type(row))} VALUES ({', '.join(marks)})")
    if statements:
        ending = " ON CONFLICT DO NOTHING" if or_leave else ""
        with connection.cursor() as cursor:
            cursor.execute("; ".join(statement + ending for statement in statements), values)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


@cache
def _inserted(model: type[models.Model]) -> "list[models.Field[Any, Any]]":
    return [field for field in model._meta.concrete_fields if not field.generated]


@cache
def _into(model: type[models.Model]) -> str:
    names = ", ".join(f'"{field.column}"' for field in _inserted(model))
    return f'INSERT INTO "{model._meta.db_table}" ({names})'
