"""What is written along with an action, and a connection that has died."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from clinic.audit.models import ReadEvent
from clinic.audit.reading import reading, record_read
from clinic.shared.actions import action
from clinic.shared.errors import Invalid
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
    ended = connection.connection.info.backend_pid
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [ended])
    other.close()
    assert not connection.is_usable()
    connection.close()
