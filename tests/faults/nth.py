"""A plugin for pytest: every action of a run fails at its first statement, its second, and so on.

`pytest -p tests.faults.nth tests/…` runs tests as ever, but the first calls of each action that is
nobody else's part fail at statement 1, 2, 3 … and at the end of the transaction until one passes.
After each failure every table of the clinic must be as it was. What was seen is written to the file
that `DORSA_NTH_REPORT` names.
"""

import functools
import json
import os
import sys
import threading
from collections import Counter
from itertools import count
from pathlib import Path
from types import FunctionType

from django.db import OperationalError, connection
from django.db.models import Model

from clinic.shared import actions

# How many calls of an action are looked at: later ones take another way through it, maybe.
CALLS = int(os.environ.get("DORSA_NTH_CALLS", "1"))
# From here on only each tenth statement fails: what loads a whole catalogue asks for hundreds.
DENSE = 120
# Django's and a cache's own, which no action of the clinic writes.
LEFT_OUT = {"django_migrations", "shared_cache"}

_passed = Counter()
_statements, _first = {}, {}
_failures = Counter()
_looking = threading.local()


class PowerCut(OperationalError):
    """What is raised in place of a statement's answer."""


def wrap_actions():
    """Put the harness round every action, wherever a module has it under some name."""
    wrapped = {}
    for module in list(sys.modules.values()):
        for name, value in list(vars(module).items()) if module else ():
            if _is_action(value):
                found = wrapped.setdefault(id(value), _failing(value))
                setattr(module, name, found)
    return len(wrapped)


def _is_action(value):
    if type(value) is not FunctionType:
        return False
    return value.__code__.co_filename == actions.__file__ and value.__code__.co_name == "run"


def _failing(run):
    name = f"{run.__module__}.{run.__name__}"

    @functools.wraps(run)
    def call(*args, **kwargs):
        is_ours = threading.current_thread() is threading.main_thread()
        if not is_ours or actions._running.get() or getattr(_looking, "at", None):
            return run(*args, **kwargs)
        if _passed[name] >= CALLS or connection.needs_rollback:
            return run(*args, **kwargs)
        _looking.at = name
        try:
            rows = [value for value in (*args, *kwargs.values()) if isinstance(value, Model)]
            return until_it_passes(name, lambda: run(*args, **kwargs), rows)
        finally:
            _looking.at = None

    return call


def until_it_passes(name, run, rows=()):
    """Call it, failing one statement later each time; its result. `rows` are read anew."""
    before = fingerprint()
    read = [dict(vars(row)) for row in rows]
    for nth in count(1):
        if nth > DENSE and nth % 10:
            continue
        cut = _Cut(nth)
        try:
            with connection.execute_wrapper(cut):
                result = run()
        except PowerCut:
            _failures[name] += 1
            # Whoever tries again has read them again.
            for row, values in zip(rows, read, strict=True):
                vars(row).clear()
                vars(row).update(values)
            changed = {table for table, _ in before.items() ^ fingerprint().items()}
            assert not changed, f"{name}: statement {nth} failed and left {changed}:\n{cut.sql}"
        else:
            _passed[name] += 1
            _first.setdefault(name, os.environ["PYTEST_CURRENT_TEST"].split(" ")[0])
            _statements[name] = max(_statements.get(name, 0), cut.seen)
            return result
    return None


class _Cut:
    def __init__(self, nth):
        self.left, self.seen, self.sql = nth, 0, ""
        self.undid = False

    def __call__(self, execute, sql, params, many, context):
        text = str(sql)
        is_undoing = text.startswith("ROLLBACK") or (self.undid and text.startswith("RELEASE"))
        self.undid = text.startswith("ROLLBACK")
        if is_undoing:
            # Where even what takes back fails, the connection is lost, and all of it with it.
            return execute(sql, params, many, context)
        self.left -= 1
        self.seen += 1
        if self.left == 0:
            self.sql = sql
            raise PowerCut("the power went")
        return execute(sql, params, many, context)


def fingerprint():
    """Of each table how many rows it has, and a sum of what stands in them."""
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        cursor.execute(_question())
        return {table: tuple(rest) for table, *rest in cursor.fetchall()}


@functools.cache
def _question():
    with connection.connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class "
            "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
        )
        tables = [name for (name,) in cursor.fetchall() if name not in LEFT_OUT]
    return " UNION ALL ".join(
        f"SELECT '{table}', count(*), sum(hashtextextended(t::text, 0)::numeric) FROM \"{table}\" t"
        for table in tables
    )


def pytest_collection_finish(session):
    # Pages are loaded with the first request otherwise, after their actions were wrapped.
    import clinic.urls

    assert clinic.urls.urlpatterns
    wrap_actions()


def pytest_unconfigure(config):
    report = os.environ.get("DORSA_NTH_REPORT")
    if report:
        found = {
            name: {
                "test": _first[name],
                "calls": calls,
                "statements": _statements[name],
                "failures": _failures[name],
            }
            for name, calls in sorted(_passed.items())
        }
        Path(report).write_text(json.dumps(found, indent=1))
