"""The servers the tests run on, started before anything else reads the settings.

pytest loads this as a plugin (`-p tests.servers` in `pyproject.toml`). PostgreSQL and Valkey are
the embedded ones unless `DATABASE_URL` and `REDIS_URL` are set. The process that collects the tests
starts them once; parallel workers inherit their addresses, and each makes a database of its own,
copied from one that was migrated once for all of them.
"""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg

from tests.kept import keep, kept_copy, read_back

ROOT = Path(__file__).resolve().parents[1]

# The name of the migrated database, if there is one already.
TEMPLATE = "DORSA_TESTS_TEMPLATE"
# Where the embedded server's own programs are, if it is the embedded one.
PROGRAMS = "DORSA_TESTS_PROGRAMS"

_servers = ExitStack()


def _start() -> None:
    os.environ.setdefault("SECRET_KEY", "tests-only-tests-only-tests-only-tests-only")
    os.environ["DEMO"] = "true"
    # Most tests are about what comes after signing in; those about signing in switch it on.
    os.environ["DEMO_WITHOUT_SECOND_FACTOR"] = "true"
    os.environ["LOG_LEVEL"] = "ERROR"
    is_first = TEMPLATE not in os.environ
    os.environ.setdefault(TEMPLATE, f"migrated_{uuid4().hex[:12]}")
    if "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ:
        if is_first:
            _servers.callback(_drop_template)
        return
    from local.servers import embedded_servers, postgres_programs

    os.environ[PROGRAMS] = str(postgres_programs())
    folder = _servers.enter_context(TemporaryDirectory(prefix="dorsa-tests-"))
    servers = _servers.enter_context(embedded_servers(data_dir=Path(folder), durable=False))
    # Tests make databases and roles of their own.
    os.environ["DATABASE_URL"] = servers.admin_url
    os.environ["REDIS_URL"] = servers.redis_url


def server_url(database: str) -> str:
    """The address of another database on the server of the tests."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}"))


def migrated_database() -> str:
    """The name of a migrated, empty database to copy from; who needs it first makes it."""
    name = os.environ[TEMPLATE]
    with psycopg.connect(server_url("postgres"), autocommit=True) as admin:
        # The other workers wait here until it is there.
        admin.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [name])
        there = admin.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        if there.fetchone() is None:
            admin.execute(f"DROP DATABASE IF EXISTS {name}_new")
            admin.execute(f"CREATE DATABASE {name}_new")
            _fill(server_url(f"{name}_new"))
            admin.execute(f"ALTER DATABASE {name}_new RENAME TO {name}")
    return name


def _fill(url: str) -> None:
    """Make an empty database a migrated one: from the kept copy, or step by step."""
    # Another server than ours may be of another version than the programs at hand.
    programs = os.environ.get(PROGRAMS)
    copy = kept_copy()
    if programs and copy.exists():
        read_back(copy, url, Path(programs))
        return
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    env = os.environ | {"DATABASE_URL": url}
    subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True)
    if programs:
        keep(url, copy, Path(programs))


def _drop_template() -> None:
    name = os.environ[TEMPLATE]
    with psycopg.connect(server_url("postgres"), autocommit=True) as admin:
        for database in (name, f"{name}_new"):
            admin.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")


def _compile_texts() -> None:
    """Pages in Spanish read what is compiled, which is not kept."""
    from clinic.shared.management.texts import compile_all

    compile_all()


def _collect_static_files() -> None:
    """Servers that tests start, and the static file middleware, want the folder to be there."""
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"]
    subprocess.run(command, cwd=ROOT, check=True)


_start()
if "PYTEST_XDIST_WORKER" not in os.environ:
    _compile_texts()
    _collect_static_files()


def pytest_configure(config):
    """Several workers collect for a while before they need a database: it is made meanwhile."""
    if getattr(config.option, "numprocesses", None) and "PYTEST_XDIST_WORKER" not in os.environ:
        Thread(target=migrated_database, daemon=True).start()


def pytest_unconfigure(config):
    _servers.close()
