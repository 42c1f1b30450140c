"""What docs/data-retention.yaml says, as the machine reads it: which rows are past their period.

A table is forgotten by age if its period has `days` and the table says `past: {since: column}`.
Where nothing has an age (a membership that lasts), `past: {ends: sentence}` says what ends it.
Tables of history follow the tables they are about: when the row is gone and its last version is
past the period, they go, and that only the owner of the tables may do (ADR 10).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import yaml
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from psycopg import sql

from clinic.audit.walls import forbidden_writes

FILE = settings.BASE_DIR / "docs" / "data-retention.yaml"


@dataclass(frozen=True)
class Aged:
    """A table whose rows are forgotten by age: `since` is the column that the age counts from."""

    label: str
    model: type[models.Model]
    since: str
    keep: timedelta
    is_history: bool = False

    @property
    def table(self) -> str:
        """Its name in the database."""
        return str(self.model._meta.db_table)

    @property
    def is_for_the_owner(self) -> bool:
        """Whether the application itself may not delete there."""
        return "DELETE" in forbidden_writes().get(self.table, "")

    def limit(self, now: datetime) -> datetime:
        """What is older than this is past its period."""
        return now - self.keep


@cache
def told() -> Mapping[str, Any]:
    """The file, read once a process."""
    found: Mapping[str, Any] = yaml.safe_load(FILE.read_text())
    return found


@cache
def aged_tables() -> tuple[Aged, ...]:
    """Every table that is forgotten by age, and the history of those that are in the file."""
    return tuple(_aged(told()))


def _aged(file: Mapping[str, Any]) -> Iterator[Aged]:
    for label, table in file["tables"].items():
        past = table.get("past", {})
        days = past.get("days", file["periods"][table["keep"]].get("days"))
        if days is None:
            continue
        model, keep, since = apps.get_model(label), timedelta(days=days), past.get("since")
        if since:
            yield Aged(label, model, since, keep)
        history = _history_of(model)
        if history is not None:
            names = {field.name for field in history._meta.concrete_fields}
            column = since if since in names else "pgh_created_at"
            yield Aged(history._meta.label, history, column, keep, is_history=True)


def _history_of(model: type[models.Model]) -> type[models.Model] | None:
    for other in apps.get_models():
        if getattr(other, "pgh_tracked_model", None) is model:
            return other
    return None


def past_rows(aged: Aged, now: datetime) -> int:
    """How many rows of this table are past their period."""
    query = sql.SQL("SELECT count(*) FROM ({}) AS past").format(past_keys(aged))
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(cursor.connection), {"limit": aged.limit(now), "most": None})
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def past_keys(aged: Aged) -> sql.Composed:
    """The statement for the keys of such rows; it wants the parameters `limit` and `most`."""
    names = {
        "table": sql.Identifier(aged.table),
        "key": sql.Identifier(str(aged.model._meta.pk.column)),
        "since": sql.Identifier(str(aged.model._meta.get_field(aged.since).column)),  # type: ignore[union-attr]
    }
    if not aged.is_history:
        return sql.SQL("SELECT {key} FROM {table} WHERE {since} < %(limit)s LIMIT %(most)s").format(
            **names
        )
    followed: type[models.Model] = aged.model.pgh_tracked_model  # type: ignore[attr-defined]
    return _PAST_VERSIONS.format(
        **names,
        followed=sql.Identifier(followed._meta.db_table),
        row=sql.Identifier(str(followed._meta.pk.column)),
    )


# A row that lives keeps all its versions; one that is gone keeps them until the last is too old.
_PAST_VERSIONS = sql.SQL("""
SELECT version.{key} FROM {table} AS version
WHERE version.pgh_obj_id IN (
    SELECT gone.pgh_obj_id FROM {table} AS gone
    WHERE NOT EXISTS (SELECT FROM {followed} AS row WHERE row.{row} = gone.pgh_obj_id)
    GROUP BY gone.pgh_obj_id
    HAVING coalesce(max(gone.{since}), max(gone.pgh_created_at)) < %(limit)s
)
LIMIT %(most)s
""")
