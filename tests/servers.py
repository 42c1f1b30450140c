"""The servers the tests run on, started before anything else reads the settings.

pytest loads this as a plugin (`-p tests.servers` in `pyproject.toml`). PostgreSQL and Valkey are
the embedded ones unless `DATABASE_URL` and `REDIS_URL` are set. The process that collects the tests
starts them once; parallel workers inherit their addresses, and each makes a database of its own.
"""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]

_servers = ExitStack()


def _start() -> None:
    os.environ.setdefault("SECRET_KEY", "tests-only-tests-only-tests-only-tests-only")
    os.environ["DEMO"] = "true"
    # Most tests are about what comes after signing in; those about signing in switch it on.
    os.environ["DEMO_WITHOUT_SECOND_FACTOR"] = "true"
    os.environ["LOG_LEVEL"] = "ERROR"
    if "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ:
        return
    from local.servers import embedded_servers

    folder = _servers.enter_context(TemporaryDirectory(prefix="dorsa-tests-"))
    servers = _servers.enter_context(embedded_servers(data_dir=Path(folder), durable=False))
    # Tests make databases and roles of their own.
    os.environ["DATABASE_URL"] = servers.admin_url
    os.environ["REDIS_URL"] = servers.redis_url


def _collect_static_files() -> None:
    """Servers that tests start, and the static file middleware, want the folder to be there."""
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"]
    subprocess.run(command, cwd=ROOT, check=True)


_start()
if "PYTEST_XDIST_WORKER" not in os.environ:
    _collect_static_files()


def pytest_unconfigure(config):
    _servers.close()
