"""The life of a document: nobody's words are lost, and what is signed is only ever replaced."""

from datetime import UTC, datetime, timedelta

import pytest

from clinic.accounts.roles import Role
from clinic.shared.errors import Invalid
from tests.builders import make_patient, make_user
from tests.record_builders import make_consultation
from treatments.actions import documents
from treatments.models import Consultation

NOW = datetime(2026, 6, 1, 15, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)

pytestmark = pytest.mark.django_db


@pytest.fixture
def physician():
    return make_user(Role.PHYSICIAN)


@pytest.fixture
def draft(physician):
    return make_consultation(make_patient(), physician, at=NOW)


def test_two_writers_in_different_fields_both_stay(draft):
    """A nurse and a physician may write in one draft at once."""
    documents.save_draft(draft, {"history": "Since May"}, revision=1, now=NOW)
    row, changed = documents.save_draft(draft, {"plan": "Exercise"}, revision=1, now=LATER)
    assert changed
    assert (row.history, row.plan, row.revision) == ("Since May", "Exercise", 3)


def test_two_writers_in_one_field_are_shown_both(draft):
    """The second must choose; what the first wrote stays until then."""
    documents.save_draft(draft, {"plan": "Rest"}, revision=1, now=NOW)
    with pytest.raises(documents.StaleDraft) as refusal:
        documents.save_draft(draft, {"plan": "Exercise"}, revision=1, now=LATER)
    assert refusal.value.details == {
        "fields": {"plan": {"yours": "Exercise", "theirs": "Rest"}},
        "revision": 2,
    }
    assert Consultation.objects.get().plan == "Rest"
    row, _ = documents.save_draft(draft, {"plan": "Exercise"}, revision=2, now=LATER)
    assert row.plan == "Exercise"


def test_saving_the_same_again_is_no_change(draft):
    """A page that saves by itself must not make versions for nothing."""
    documents.save_draft(draft, {"plan": "Rest"}, revision=1, now=NOW)
    row, changed = documents.save_draft(draft, {"plan": "Rest"}, revision=1, now=LATER)
    assert (changed, row.revision) == (False, 2)


def test_a_correction_replaces_when_it_is_signed(draft, physician):
    """Until then the signed text stands."""
    documents.save_draft(draft, {"plan": "Rest"}, revision=1, now=NOW)
    first = documents.sign_document(draft, by=physician, now=NOW)
    with pytest.raises(documents.NotADraft):
        documents.save_draft(first, {"plan": "Exercise"}, revision=2, now=LATER)
    with pytest.raises(Invalid):
        documents.amend_document(first, reason=" ", by=physician, now=LATER)
    second = documents.amend_document(first, reason="Wrong plan", by=physician, now=LATER)
    assert (second.plan, second.record_status, second.revision) == ("Rest", "draft", 1)
    with pytest.raises(documents.AmendedAlready):
        documents.amend_document(first, reason="Again", by=physician, now=LATER)
    assert documents.locked(first).record_status == "signed"
    documents.save_draft(second, {"plan": "Exercise"}, revision=1, now=LATER)
    documents.sign_document(second, by=physician, now=LATER)
    assert [row.record_status for row in Consultation.objects.order_by("id")] == [
        "amended",
        "signed",
    ]
    assert list(Consultation.objects.counted()) == [second]


def test_what_was_withdrawn_is_neither_amended_nor_replaced(draft, physician):
    """Of two ends of one document only one holds."""
    first = documents.sign_document(draft, by=physician, now=NOW)
    second = documents.amend_document(first, reason="Wrong plan", by=physician, now=LATER)
    documents.withdraw_document(first, reason="Wrong person", by=physician, now=LATER)
    with pytest.raises(documents.NotSigned):
        documents.sign_document(second, by=physician, now=LATER)
    with pytest.raises(documents.NotSigned):
        documents.withdraw_document(first, reason="Again", by=physician, now=LATER)
