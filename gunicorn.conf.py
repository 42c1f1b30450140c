"""What gunicorn does beside its command line: it keeps the processes' numbers in one place."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

# The library looks for this when the application is loaded, which is after this file.
IS_OURS = "PROMETHEUS_MULTIPROC_DIR" not in os.environ
if IS_OURS:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="dorsa-metrics-")
FOLDER = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])


def on_starting(_server: Any) -> None:
    """Numbers of processes that are gone would be added up with ours."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file in FOLDER.glob("*.db"):
        file.unlink()


def child_exit(_server: Any, worker: Any) -> None:
    """What a process counted stays; what it was at the moment goes with it."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)


def on_exit(_server: Any) -> None:
    """Leave nothing behind."""
    if IS_OURS:
        shutil.rmtree(FOLDER, ignore_errors=True)
