"""What a tick costs that finds nothing to do: `python -m tests.bench.ticks [times]`.

Every task of `clinic/schedule.py` is run in the demo clinic until it has caught up, and then so
many times (50) more. The promise is 5 ms. Beside the time stand the processor time (ours and
PostgreSQL's together) and the statements. `--show` prints the statements of each.
"""

import sys
import time
from collections.abc import Callable
from statistics import median

from tests.bench.demo import demo_clinic

TIMES, TARGET = 50, 5.0
# What is due is done by then; what a worker would do in several ticks takes as many.
CATCHING_UP = 8


def main() -> int:
    """Measure every task, and print a line for each; 0 whatever the figures are."""
    numbers = [word for word in sys.argv[1:] if word.isdigit()]
    times = int(numbers[0]) if numbers else TIMES
    with demo_clinic():
        from clinic.celery import app
        from clinic.schedule import BEAT_SCHEDULE
        from tests.bench.report import machine

        app.loader.import_default_modules()
        tasks = {name: app.tasks[entry["task"]].run for name, entry in BEAT_SCHEDULE.items()}
        for _round in range(CATCHING_UP):
            for task in tasks.values():
                task()
        print(machine())
        print(f"{'tick':28}{'p50 ms':>9}{'p95':>9}{'CPU':>9}{'statements':>12}  ≤ {TARGET:.0f} ms")
        for name, task in tasks.items():
            wall, cpu, statements = _asked(task, times)
            reached = {True: "yes", False: "NO"}
            p95 = sorted(wall)[int(len(wall) * 0.95)]
            print(
                f"{name:28}{median(wall):9.1f}{p95:9.1f}{median(cpu):9.1f}{statements:12}  "
                f"{reached[median(wall) <= TARGET]}, CPU {reached[median(cpu) <= TARGET]}",
                flush=True,
            )
            if "--show" in sys.argv:
                _show(task)
    return 0


def _asked(task: Callable[[], None], times: int) -> tuple[list[float], list[float], int]:
    """Milliseconds of each run, milliseconds of processor of each, and statements of the last."""
    from django.db import connection

    from tests.bench.counting import Waits, processor_time

    wall, cpu, waits = [], [], Waits()
    connection.ensure_connection()
    backend = connection.connection.info.backend_pid
    for _number in range(times):
        waits = Waits()
        with connection.execute_wrapper(waits):
            began, used = time.perf_counter(), time.process_time()
            in_postgres = processor_time(backend)
            task()
            cpu.append((time.process_time() - used) * 1000 + processor_time(backend) - in_postgres)
            wall.append((time.perf_counter() - began) * 1000)
    return wall, cpu, waits.count


def _show(task: Callable[[], None]) -> None:
    from django.db import connection

    def tell(execute, sql, *more):
        began = time.perf_counter()
        try:
            return execute(sql, *more)
        finally:
            print(f"    {(time.perf_counter() - began) * 1000:6.1f}  {' '.join(sql.split())[:230]}")

    with connection.execute_wrapper(tell):
        task()


if __name__ == "__main__":
    sys.exit(main())
