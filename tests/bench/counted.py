"""The clinic as gunicorn serves it; each answer says what it cost, in the header `Server-Timing`.

`wall` is the time in the server, `cpu` the processor time of the thread that answered, `pg` that of
its PostgreSQL backend, `sql` the time waited for PostgreSQL (all in ms), and how many `statements`.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any

from django.db import close_old_connections, connection

from clinic.wsgi import application as clinic
from tests.bench.counting import Waits, processor_time


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The clinic's own, with a clock on each side."""
    waits = Waits()
    # As Django would right after this: the backend that is looked at is the one that answers.
    close_old_connections()
    connection.ensure_connection()
    link: Any = connection.connection
    backend = link.info.backend_pid
    in_postgres = processor_time(backend)
    began, used = time.perf_counter(), time.thread_time()

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        costs = {
            "wall": (time.perf_counter() - began) * 1000,
            "cpu": (time.thread_time() - used) * 1000,
            "pg": processor_time(backend) - in_postgres,
            "sql": waits.milliseconds,
            "statements": waits.count,
        }
        told = ", ".join(f"{name};dur={value:.3f}" for name, value in costs.items())
        return start_response(status, [*headers, ("Server-Timing", told)], *more)

    with connection.execute_wrapper(waits):
        return clinic(environ, start)
