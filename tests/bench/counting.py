"""What a piece of work cost: statements, waiting for them, processor time."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Waits:
    """How often PostgreSQL was asked, and how many milliseconds that took."""

    def __init__(self) -> None:
        self.count, self.milliseconds = 0, 0.0

    def __call__(self, execute: Callable[..., Any], *told: Any) -> Any:
        """As Django calls whoever wraps the execution of a statement."""
        began = time.perf_counter()
        try:
            return execute(*told)
        finally:
            self.count += 1
            self.milliseconds += (time.perf_counter() - began) * 1000


def processor_time(process: int) -> float:
    """Of a process on this machine, in milliseconds (Linux)."""
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e6
