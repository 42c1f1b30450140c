"""What is past its period goes, and nothing younger."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.accounts.models import AnsweredRequest
from clinic.audit.actions import forget_batch
from clinic.audit.models import ReadEvent
from clinic.audit.retention import aged_tables, past_rows, told
from clinic.messaging.models import Message
from scheduling.models import LocalRun
from scheduling.tasks.nightly import STEPS, forget
from tests import builders

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FILE = told()
TIMED = [
    label
    for label, table in FILE["tables"].items()
    if "days" in FILE["periods"][table["keep"]] or "days" in table.get("past", {})
]


def message(age, number=0):
    return Message(
        kind="appointment_booked",
        status="sent",
        to_name="Somebody",
        to_address="somebody@example.org",
        subject="s",
        body="b",
        dedupe_key=f"{age}-{number}",
        due_at=NOW - age,
        sent_at=NOW - age,
        created_at=NOW - age,
    )


@pytest.mark.parametrize("label", TIMED)
def test_every_table_with_a_period_says_how_it_ends(label):
    """A period that nobody follows is a promise that nobody keeps."""
    past = FILE["tables"][label].get("past", {})
    assert past.get("since") or past.get("ends"), f"{label}: say past: {{since: …}} or {{ends: …}}"
    if "since" in past:
        handled = {aged.label for aged in aged_tables()}
        assert label in handled
        apps.get_model(label)._meta.get_field(past["since"])


def test_the_night_asks_for_each_of_them():
    """The table of jobs has one that forgets, and it takes whatever the file names."""
    assert forget in STEPS.values()
    mine = {aged.label for aged in aged_tables() if not aged.is_for_the_owner}
    assert {"messaging.Message", "accounts.AnsweredRequest", "sessions.Session"} <= mine
    owners = {aged.label for aged in aged_tables() if aged.is_for_the_owner}
    assert {"audit.ReadEvent", "messaging.MessageVersion"} <= owners


@pytest.mark.django_db
def test_each_statement_runs():
    """Each table's question is one that PostgreSQL understands, whether or not a row is there."""
    for aged in aged_tables():
        assert past_rows(aged, NOW) == 0
        assert forget_batch(aged=aged, limit=10, by="test", now=NOW) == 0


@pytest.mark.django_db
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.integers(min_value=0, max_value=1500 * 24), max_size=12))
def test_what_is_older_goes_and_nothing_younger(hours):
    """One day too early is a lost proof; one too late is a broken promise."""
    keep = timedelta(days=FILE["periods"]["message"]["days"])
    with transaction.atomic():
        Message.objects.all().delete()
        ages = [timedelta(hours=number) for number in hours]
        Message.objects.bulk_create(message(age, place) for place, age in enumerate(ages))
        step = forget(None, NOW)
        left = sorted(NOW - row.created_at for row in Message.objects.all())
        assert left == sorted(age for age in ages if age <= keep)
        assert step.counts.get("messaging.Message", 0) == sum(age > keep for age in ages)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_it_goes_in_batches_and_says_how_many(monkeypatch):
    """Years of messages at once would hold everybody else up."""
    monkeypatch.setattr("scheduling.tasks.nightly.BATCH", 2)
    old = timedelta(days=2000)
    Message.objects.bulk_create(message(old, number) for number in range(3))
    first, second = forget(None, NOW), forget(None, NOW)
    assert (first.counts, first.is_done) == ({"messaging.Message": 2}, False)
    assert (second.counts, second.is_done) == ({"messaging.Message": 1}, True)


def read_event(age, patient):
    return ReadEvent.objects.create(
        occurred_at=NOW - age,
        user=builders.make_user(),
        role="front_desk",
        kind="view",
        what="chart",
        purpose="operations",
        patient_ids=[patient.pk],
    )


@pytest.mark.django_db
def test_the_owner_forgets_the_read_log_and_what_is_left_of_messages(monkeypatch):
    """Six years of who looked at whom, and the history of messages that went, are for the owner."""
    patient = builders.make_patient()
    old, young = (
        read_event(timedelta(days=2193), patient),
        read_event(timedelta(days=2191), patient),
    )
    Message.objects.bulk_create([message(timedelta(days=731)), message(timedelta(days=729))])
    forget(None, NOW)
    versions = apps.get_model("messaging.MessageVersion")
    before = versions.objects.count()
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    out = StringIO()
    call_command("forget_old", stdout=out)
    assert "audit.ReadEvent" in out.getvalue()
    assert ReadEvent.objects.count() == 2
    call_command("forget_old", "--now", stdout=out)
    assert list(ReadEvent.objects.all()) == [young]
    assert old not in ReadEvent.objects.all()
    assert before == 3
    assert [row.dedupe_key for row in versions.objects.all()] == [
        message(timedelta(days=729)).dedupe_key
    ]
    run = LocalRun.objects.get(job="retention-by-owner")
    assert run.counts == {"audit.ReadEvent": 1, "messaging.MessageVersion": 2}


@pytest.mark.django_db
def test_protection_stands_again_afterwards():
    """Whoever may pass over a trigger for one statement must not keep that for the next."""
    aged = next(one for one in aged_tables() if one.label == "audit.ReadEvent")
    event = read_event(timedelta(days=1), builders.make_patient())
    with transaction.atomic():
        forget_batch(aged=aged, limit=10, by="test", now=NOW)
        with pytest.raises(Exception, match="Cannot delete rows"), transaction.atomic():
            event.delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_readevent")
        assert cursor.fetchone() == (1,)
    assert AnsweredRequest.objects.count() == 0
