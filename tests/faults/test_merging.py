"""Two managers at once: a merge taken back while the next one is being made."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connections

from clinic.accounts.roles import Role
from clinic.shared.errors import DomainError
from patients.actions.merge import merge_patients, undo_merge
from patients.models import ContactPoint, Patient
from tests import builders

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def at_once(*jobs):
    """Run the jobs in threads that start together; what each raised, if a refusal."""
    start, refusals = threading.Barrier(len(jobs)), []

    def run(job):
        try:
            start.wait()
            job()
        except DomainError as refusal:
            refusals.append(refusal)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refusals


def phone_of(person):
    return ContactPoint.objects.get(value=str(person.pk)).patient_id


@pytest.mark.parametrize("attempt", range(5))
def test_taking_back_and_merging_on_leave_nothing_half_done(attempt):
    """Either the first is taken back and the second goes without it, or it is refused."""
    manager = builders.make_user(Role.MANAGER)
    a, b, c = (builders.make_patient() for _ in "abc")
    for person in (a, b, c):
        ContactPoint.objects.create(
            patient=person, system="email", value=str(person.pk), digits=str(attempt)
        )
    first = merge_patients(kept=b, merged=a, reason="Same", by=manager, now=NOW)
    refusals = at_once(
        lambda: undo_merge(merge=first, by=manager, now=NOW),
        lambda: merge_patients(kept=c, merged=b, reason="Same", by=manager, now=NOW),
    )
    first.refresh_from_db()
    a = Patient.objects.get(pk=a.pk)
    if refusals:
        assert first.undone_at is None
        assert (a.replaced_by_id, phone_of(a)) == (c.pk, c.pk)
    else:
        assert first.undone_at
        assert (a.replaced_by_id, phone_of(a)) == (None, a.pk)
    assert phone_of(b) == c.pk


def test_two_merges_of_the_same_two_leave_one():
    """Each at their own window, each the other way round."""
    manager = builders.make_user(Role.MANAGER)
    a, b = builders.make_patient(), builders.make_patient()
    refusals = at_once(
        lambda: merge_patients(kept=a, merged=b, reason="Same", by=manager, now=NOW),
        lambda: merge_patients(kept=b, merged=a, reason="Same", by=manager, now=NOW),
    )
    assert len(refusals) == 1
    assert Patient.objects.filter(replaced_by=None).count() == 1
