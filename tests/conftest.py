"""The strict harness: what every test stands under. The servers are in `tests/servers.py`."""

import gc
import socket
from unittest.mock import patch

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase, override_settings
from hypothesis import HealthCheck
from hypothesis import settings as examples
from psycopg._preparing import PrepareManager

from tests.emptying import emptied
from tests.servers import migrated_database

# How long an example takes, or making it, is the machine's affair: it has other tests to run.
examples.register_profile(
    "any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
examples.load_profile("any-machine")

# What is thrown away in cycles is looked for every now and then, not some hundred times a second.
gc.set_threshold(50_000, 20, 50)


def pytest_collection_finish():
    """Nothing collected so far is ever thrown away: there is no use in walking through it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """Each worker's database is a copy: migrating takes longer than most modules of tests."""
    connection.settings_dict["TEST"]["TEMPLATE"] = migrated_database()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The time zones there are, listed once for all sites that the tests make.

    PostgreSQL reads six hundred files whenever it is asked for them, which takes as long as a page.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(quote_literal(name), ', ') FROM pg_timezone_names")
        (names,) = cursor.fetchone()
        cursor.execute(
            "CREATE OR REPLACE FUNCTION dorsa_is_time_zone(text) RETURNS boolean "
            f"LANGUAGE sql STABLE STRICT PARALLEL SAFE RETURN $1 IN ({names})"
        )


@pytest.fixture(autouse=True, scope="session")
def _empty_only_what_is_full():
    """Tests that commit are cleaned up after in a tenth of the time."""
    with patch.object(TransactionTestCase, "_fixture_teardown", emptied):
        yield


@pytest.fixture(autouse=True, scope="session")
def _prepared_once():
    """A statement stays prepared over a rollback, with which each test ends and many a request.

    psycopg forgets them all then, for a table may be gone that was made meanwhile. No test makes
    tables on this connection, and what is changed of one PostgreSQL plans anew by itself.
    """
    discards = PrepareManager._should_discard

    def unless_rolled_back(manager, prep, results):
        others = [result for result in results if result.command_status != b"ROLLBACK"]
        return discards(manager, prep, others)

    with patch.object(PrepareManager, "_should_discard", unless_rolled_back):
        yield


@pytest.fixture(autouse=True)
def _on_this_machine_only(monkeypatch):
    """A test that reaches for another machine fails at once and says so."""
    connect = socket.socket.connect

    def loopback_only(self, address):
        host = address[0] if isinstance(address, tuple) else "localhost"
        if host not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"A test tried to reach {host}: tests stay on this machine.")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", loopback_only)


class _Undefined(str):
    """Stands where a template names a variable that is not there, and fails the test."""

    __slots__ = ()

    def __mod__(self, missing: object) -> str:
        raise AssertionError(f"A template uses {missing!r}, which its context does not have.")

    def __contains__(self, part: object) -> bool:
        # Django looks for "%s" to know whether to call __mod__ above.
        return part == "%s"


@pytest.fixture(autouse=True, scope="session")
def _strict_templates_and_plain_static_files():
    """An undefined variable in one of our templates is a mistake, not an empty string.

    Static files are read where they lie; the manifest is `collectstatic`'s business. Both are set
    once: a change of these settings makes Django read every template anew. Files are looked for
    when they are asked for, or each new client of a test would list them all first.
    """
    engine = settings.TEMPLATES[0]
    strict = engine["OPTIONS"] | {"string_if_invalid": _Undefined("undefined")}
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        TEMPLATES=[engine | {"OPTIONS": strict}],
        STORAGES=settings.STORAGES | {"staticfiles": plain},
        WHITENOISE_AUTOREFRESH=True,
    ):
        yield
