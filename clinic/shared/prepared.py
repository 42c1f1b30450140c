"""Statements that PostgreSQL plans once for each connection, and rows written without detours.

What every request asks is asked this way: to build such a question with the ORM takes longer than
PostgreSQL takes to answer it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from itertools import groupby
from typing import Any, TypeVar

from django.db import connection, models
from django.db.backends.postgresql.base import CursorMixin
from django.db.backends.utils import CursorWrapper
from django.db.models.expressions import DatabaseDefault
from psycopg import RawCursor

M = TypeVar("M", bound=models.Model)

_PARAMETER = re.compile(r"%\((\w+)\)s")


class _NumberedCursor(CursorMixin, RawCursor[Any]):
    """For statements with PostgreSQL's own `$1`, so that nobody looks for parameters in them."""


def all_rows(statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """What a statement answers with that is asked often: planning it takes longer than running it.

    The plan is made without the values (`plan_cache_mode` in the settings), so the statement must
    be one whose best plan does not depend on them. Parameters are named: `%(name)s`.
    """
    text, names = _numbered(statement)
    with _asked(text, [parameters[name] for name in names]) as cursor:
        return cursor.fetchall()


def first_row(statement: str, parameters: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """The first row that a prepared statement answers with, or None."""
    return next(iter(all_rows(statement, parameters)), None)


def run(statement: str, parameters: Mapping[str, Any]) -> None:
    """Do what a prepared statement says that answers with nothing."""
    text, names = _numbered(statement)
    with _asked(text, [parameters[name] for name in names]):
        pass


@contextmanager
def _asked(text: str, values: Sequence[Any]) -> Iterator[CursorWrapper]:
    # As Django's own cursors do: what was kept since the last request may be dead by now.
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    # What it executes is prepared at once (`prepare_threshold` in the settings) and kept by the
    # connection. This is the way in that Django's own cursors take, so that tests count it too.
    database: Any = connection
    with database._prepare_cursor(_NumberedCursor(database.connection)) as cursor:
        cursor.execute(text, values)
        yield cursor


@lru_cache(maxsize=256)
def _numbered(statement: str) -> tuple[str, list[str]]:
    """The statement with `$1` where its first parameter is named, and their names in order."""
    names = list(dict.fromkeys(_PARAMETER.findall(statement)))
    text = _PARAMETER.sub(lambda found: f"${names.index(found[1]) + 1}", statement)
    return text.replace("%%", "%"), names


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


def remember(owner: models.Model, name: str, rows: Sequence[models.Model]) -> None:
    """Let `owner.<name>.all()` give these rows without asking, as Django's prefetching would."""
    related = getattr(owner, name)
    found = related.all() if rows else related.model.objects.none()
    found._result_cache, found._prefetch_done = list(rows), True
    vars(owner).setdefault("_prefetched_objects_cache", {})[name] = found


# What waits to be written: rows, and whether one that is there already is left as it is.
_Waiting = list[tuple[models.Model, bool]]
_waiting: ContextVar[_Waiting | None] = ContextVar("rows_to_write", default=None)


def insert_rows(*rows: models.Model, or_leave: bool = False) -> None:
    """Write these new rows in one statement; those of one table in this order.

    They do not learn the keys that PostgreSQL gives them. A row that is there already (by any of
    its unique constraints) is an `IntegrityError`, or with `or_leave` is left as it is.
    """
    waiting = _waiting.get()
    if waiting is None:
        _write([(row, or_leave) for row in rows])
    else:
        waiting.extend((row, or_leave) for row in rows)


@contextmanager
def written_together() -> Iterator[None]:
    """What `insert_rows` is given inside the block is written at its end, all in one statement.

    Nothing in the block can read those rows yet. Whatever leaves it as an error writes none.
    """
    token = _waiting.set([])
    try:
        yield
        waiting = _waiting.get()
    finally:
        _waiting.reset(token)
    _write(waiting or [])


def _write(rows: _Waiting) -> None:
    shape, values = [], []
    for row, or_leave in rows:
        marks = []
        for field in _inserted(type(row)):
            value = field.pre_save(row, True)
            if isinstance(value, DatabaseDefault) or (value is None and field.primary_key):
                marks.append("DEFAULT")
            elif value is None:
                marks.append("NULL")
            else:
                values.append(field.get_db_prep_save(value, connection))
                marks.append("%s")
        shape.append((type(row), or_leave, ", ".join(marks)))
    if shape:
        with _asked(_insertion(tuple(shape)), values):
            pass
    for row, _or_leave in rows:
        row._state.adding, row._state.db = False, connection.alias


@lru_cache(maxsize=256)
def _insertion(shape: tuple[tuple[type[models.Model], bool, str], ...]) -> str:
    """One statement for rows of this shape: a part for each table, numbered from $1 on."""
    parts = []
    for (model, or_leave), rows in groupby(shape, key=lambda row: row[:2]):
        names = ", ".join(f'"{field.column}"' for field in _inserted(model))
        marks = ", ".join(f"({marks})" for _model, _or_leave, marks in rows)
        ending = " ON CONFLICT DO NOTHING" if or_leave else ""
        # Names of tables and columns, not somebody's words.
        into = f'INSERT INTO "{model._meta.db_table}" ({names})'
        parts.append(f"{into} VALUES {marks}{ending}")
    *first, last = parts
    earlier = ", ".join(f"part_{number} AS ({part})" for number, part in enumerate(first))
    words = (f"WITH {earlier} {last}" if first else last).split("%s")
    return "".join(f"{word}${number}" for number, word in enumerate(words[:-1], 1)) + words[-1]


@cache
def _inserted(model: type[models.Model]) -> "list[models.Field[Any, Any]]":
    return [field for field in model._meta.concrete_fields if not field.generated]
