"""What is written along with an action, and a connection that has died."""

from datetime import timedelta

import psycopg
import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from clinic.audit.models import ReadEvent
from clinic.audit.reading import reading, record_read
from clinic.shared.actions import action
from clinic.shared.errors import Invalid
from clinic.shared.prepared import first_row
from tests import builders

NOW = timezone.now()


@action
def _act(*, is_refused: bool = False, by, now) -> None:
    if is_refused:
        raise Invalid


@pytest.mark.django_db
def test_what_was_read_before_an_action_is_written_once():
    """A read log with every row twice is no evidence."""
    user, patient, other = builders.make_user(), builders.make_patient(), builders.make_patient()
    with reading(NOW):
        record_read(user, "chart", [patient.pk])
        _act(by=user, now=NOW)
        assert [row.patient_ids for row in ReadEvent.objects.all()] == [[patient.pk]]
        record_read(user, "chart", [patient.pk, other.pk])
    rows = ReadEvent.objects.order_by("id").values_list("patient_ids", flat=True)
    assert list(rows) == [[patient.pk], [other.pk]]


@pytest.mark.django_db(transaction=True)
def test_what_was_read_before_a_refused_action_is_written_too():
    """The action undoes its transaction, and the row with it; somebody was shown all the same."""
    user, patient = builders.make_user(), builders.make_patient()
    with reading(NOW):
        record_read(user, "chart", [patient.pk])
        with pytest.raises(Invalid):
            _act(is_refused=True, by=user, now=NOW + timedelta(seconds=1))
    assert [row.patient_ids for row in ReadEvent.objects.all()] == [[patient.pk]]


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_ended_is_noticed_without_asking():
    """After a restart of PostgreSQL the next request must open another one, not fail."""
    connection.ensure_connection()
    assert connection.is_usable()
    end(connection.connection)
    assert not connection.is_usable()
    connection.close()


def end(kept):
    """Cut the connection of the test, as a restart of PostgreSQL does."""
    connection.ensure_connection()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [kept.info.backend_pid])
    other.close()


@pytest.mark.django_db(transaction=True)
def test_the_first_question_of_a_request_is_not_asked_of_a_dead_connection():
    """It is a prepared one, who is signed in: after a restart kept connections gave errors."""
    connection.ensure_connection()
    end(connection.connection)
    # What Django does as a request begins.
    connection.close_if_unusable_or_obsolete()
    assert first_row("SELECT 1", {}) == (1,)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "cause", "status"),
    [
        ("/accounts/login/", psycopg.OperationalError("connection refused"), 503),
        ("/api/v1/sites/", psycopg.errors.AdminShutdown("terminating connection"), 503),
        ("/accounts/login/", psycopg.errors.InsufficientPrivilege("permission denied"), 500),
        ("/api/v1/sites/", psycopg.errors.LockNotAvailable("canceling statement"), 500),
    ],
)
def test_a_database_out_of_reach_is_told_apart_from_a_mistake(client, path, cause, status):
    """The proxy tries another one, a program waits and repeats, and a person reads what to do."""
    client.force_login(builders.make_user())
    client.raise_request_exception = False

    def away(execute, sql, params, many, context):
        raise OperationalError("gone") from cause

    with connection.execute_wrapper(away):
        answer = client.get(path)
    assert answer.status_code == status
    assert ("Retry-After" in answer.headers) == (status == 503)
    words = answer.content.decode()
    assert ("out of reach" in words or "cannot reach" in words) == (status == 503)
