"""A database of the race's own, with rows that other processes can see."""

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
import requests

from local import processes
from local.ports import any_free_port

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def database(prefix, template="template1"):
    """A database that exists for the block; its address and its name."""
    server = urlsplit(os.environ["DATABASE_URL"])
    name = f"{prefix}_{uuid4().hex[:12]}"
    admin = urlunsplit(server._replace(path="/postgres"))
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield urlunsplit(server._replace(path=f"/{name}")), name
    finally:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def migrated():
    """The name of a migrated, empty database that others are copied from: migrating takes long."""
    with database("migrated") as (address, name):
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity=0"],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": address},
            check=True,
            capture_output=True,
        )
        yield name


@pytest.fixture
def scratch_url(migrated):
    """A migrated, empty database that exists for one test; its address."""
    with database("race", template=migrated) as (address, _name):
        yield address


@pytest.fixture
def run_in(scratch_url):
    """Runs Python in a process of its own against the scratch database; returns what it printed."""

    def run(code: str) -> str:
        setup = "import django; django.setup()\n"
        env = os.environ | {
            "DATABASE_URL": scratch_url,
            "DJANGO_SETTINGS_MODULE": "clinic.settings",
        }
        done = subprocess.run(
            [sys.executable, "-c", setup + code],
            cwd=ROOT,
            env=env,
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def web(scratch_url, tmp_path):
    """The clinic as it is served: gunicorn with two workers, on the scratch database."""
    port = any_free_port()
    command = [Path(sys.executable).with_name("gunicorn"), "clinic.wsgi:application"]
    command += ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"]
    command += ["--workers", "2", "--threads", "4"]
    env = os.environ | {"DATABASE_URL": scratch_url}
    server = processes.start("web", command, log=tmp_path / "web.log", env=env, cwd=ROOT)
    address = f"http://127.0.0.1:{port}"
    try:
        processes.wait_until(lambda: _is_up(address), server, seconds=60)
        yield address
    finally:
        server.stop()


def _is_up(address):
    try:
        return requests.get(f"{address}/livez", timeout=2).ok
    except requests.RequestException:
        return False
