"""A database of the race's own, with rows that other processes can see."""

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
import requests

from local import processes
from local.ports import any_free_port
from tests.faults.nursery import Child, run_code
from tests.servers import migrated_database, server_url

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def database(prefix, template="template1"):
    """A database that exists for the block; its address and its name."""
    name = f"{prefix}_{uuid4().hex[:12]}"
    admin = server_url("postgres")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield server_url(name), name
    finally:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def migrated():
    """The name of a migrated, empty database that others are copied from: migrating takes long."""
    return migrated_database()


@pytest.fixture
def scratch_url(migrated):
    """A migrated, empty database that exists for one test; its address."""
    with database("race", template=migrated) as (address, _name):
        yield address


@pytest.fixture
def run_in(scratch_url):
    """Runs Python in a process of its own against the scratch database; returns what it printed."""

    def run(code: str) -> str:
        return Child(scratch_url, run_code, code).printed()

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
