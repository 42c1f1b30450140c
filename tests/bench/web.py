"""The clinic as it is served: two workers of gunicorn or granian."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests

from local import processes
from local.ports import any_free_port

ROOT = Path(__file__).resolve().parents[2]
WORKERS = 2
# Both, as far as they are installed.
SERVERS = [
    name for name in ("gunicorn", "granian") if Path(sys.executable).with_name(name).exists()
]


@dataclass(frozen=True)
class Web:
    """A running server: where it is, and its process."""

    name: str
    address: str
    pid: int

    def worker_megabytes(self) -> float:
        """What the largest of its workers holds in memory (resident set), in MB."""
        children = psutil.Process(self.pid).children(recursive=True)
        return max(child.memory_info().rss for child in children) / 1e6


OURS = "clinic.wsgi:application"


def command(name: str, port: int, application: str = OURS) -> list[str | Path]:
    """How the server is started; gunicorn as in `local/run.py` and the Dockerfile."""
    program = Path(sys.executable).with_name(name)
    if name == "granian":
        line: list[str | Path] = [program, "--interface", "wsgi", "--host", "127.0.0.1"]
        line += ["--port", str(port), "--workers", str(WORKERS), "--blocking-threads", "4"]
        return [*line, "--no-ws", application]
    line = [program, application, "--bind", f"127.0.0.1:{port}"]
    return [*line, "--worker-class", "gthread", "--workers", str(WORKERS), "--threads", "4"]


@contextmanager
def serving(name: str, database_url: str, folder: Path, application: str = OURS) -> Iterator[Web]:
    """The clinic on the database of this address, until the block ends."""
    port = any_free_port()
    env = os.environ | {"DATABASE_URL": database_url}
    line = command(name, port, application)
    server = processes.start(name, line, log=folder / "web.log", env=env, cwd=ROOT)
    address = f"http://127.0.0.1:{port}"
    try:
        processes.wait_until(lambda: _is_up(address), server, seconds=60)
        yield Web(name, address, server.popen.pid)
    finally:
        server.stop()


def _is_up(address):
    try:
        return requests.get(f"{address}/livez", timeout=2).ok
    except requests.RequestException:
        return False
