"""Processes for races and faults, quick to start: forked from one that has loaded Django already.

Each has connections of its own, to the database it is given. An interpreter of its own for each
would spend most of a race on imports.
"""

import io
import os
from contextlib import redirect_stdout
from multiprocessing import get_context
from multiprocessing.connection import Connection
from traceback import format_exc
from urllib.parse import urlsplit

import django
from django.apps import apps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
if not apps.ready:
    # Here begins the process that the others are forked from.
    django.setup()

import scheduling.actions.series
import scheduling.tasks  # noqa: F401
import tests.builders  # noqa: F401

# After so long everybody who was sent to the start is there.
START_SECONDS = 1.5

_forked = get_context("forkserver")
_forked.set_forkserver_preload([__name__])


class Child:
    """A function of a module at work in a process of its own: `function(*arguments)`."""

    def __init__(self, database_url, function, *arguments):
        self._told, answers = _forked.Pipe(duplex=False)
        self._process = _forked.Process(
            target=_work, args=(answers, database_url, function, arguments)
        )
        self._process.start()
        # Ours is closed, so that a child that dies without a word is noticed.
        answers.close()

    def printed(self, timeout=120):
        """What it printed, once it is done."""
        try:
            assert self._told.poll(timeout), "it took too long"
            worked, text = self._told.recv()
        except EOFError:
            worked, text = False, "it died"
        finally:
            self._told.close()
            self._process.join(10)
            self._process.kill()
            self._process.join()
            self._process.close()
        assert worked, text
        return text


def run_code(code):
    """Run Python."""
    exec(compile(code, "<fault>", "exec"), {"__name__": "fault"})


def _work(answers: Connection, database_url, function, arguments):
    from django.db import connections

    where = urlsplit(database_url)
    connections.settings["default"] |= {
        "NAME": where.path.removeprefix("/"),
        "HOST": where.hostname,
        "PORT": where.port,
        "USER": where.username,
        "PASSWORD": where.password,
    }
    printed = io.StringIO()
    try:
        with redirect_stdout(printed):
            function(*arguments)
    except BaseException:
        answers.send((False, format_exc()))
    else:
        answers.send((True, printed.getvalue()))
    finally:
        connections.close_all()
