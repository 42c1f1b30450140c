"""Statements that PostgreSQL plans once for each connection."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper


@contextmanager
def prepared_cursor() -> Iterator[CursorWrapper]:
    """A cursor for long statements that are asked often: planning them takes longer than running.

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
