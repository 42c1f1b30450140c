"""The ground the tests stand on: real servers, a strict harness, and ready-made people.

PostgreSQL and Valkey are the embedded ones unless `DATABASE_URL` and `REDIS_URL` are set. The
process that collects the tests starts them once; parallel workers inherit their addresses and
each makes a database of its own.
"""

import os
import socket
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

os.environ.setdefault("SECRET_KEY", "tests-only-tests-only-tests-only-tests-only")
os.environ.setdefault("DEMO", "true")

_servers = ExitStack()


def pytest_load_initial_conftests(early_config):
    """Start the servers before Django reads its settings."""


def _start_servers() -> None:
    if "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ:
        return
    from local.servers import embedded_servers

    folder = _servers.enter_context(TemporaryDirectory(prefix="dorsa-tests-"))
    servers = _servers.enter_context(embedded_servers(data_dir=Path(folder), durable=False))
    os.environ.setdefault("DATABASE_URL", servers.database_url)
    os.environ.setdefault("REDIS_URL", servers.redis_url)


_start_servers()


def pytest_unconfigure(config):
    _servers.close()


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    """Tests talk to this machine only; anything else fails at once and says so."""
    connect = socket.socket.connect

    def loopback_only(self, address):
        host = address[0] if isinstance(address, tuple) else "localhost"
        if host not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"A test tried to reach {host}: tests stay on this machine.")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", loopback_only)
