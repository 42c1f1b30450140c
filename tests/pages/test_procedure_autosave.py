"""The form of a procedure is saved by itself: what makes sense at once, what does not later."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from tests import builders
from tests.record_builders import make_procedure, shipped_catalogue
from tests.security.world import client_of
from treatments.models import Procedure
from treatments.models.procedure_content import content_of, drugs_mark

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    shipped_catalogue()
    physician = builders.make_user(Role.PHYSICIAN)
    patient = builders.make_patient()
    builders.care_for(patient, physician)
    return make_procedure(patient, physician, at=timezone.now() - timedelta(hours=1))


def send(draft, **changes):
    at = timezone.localtime(draft.performed_at)
    data = {
        "revision": draft.revision,
        "drugs_seen": drugs_mark(content_of(draft).drugs),
        "performer": draft.performer_id,
        "performed_at": at.strftime("%Y-%m-%dT%H:%M"),
        "status": "completed",
        "region": "lumbar",
        "levels": ["L4-L5"],
        "laterality": "midline",
        "approach": "interlaminar",
    }
    return client_of(draft.performer).post(
        f"/physician/procedures/{draft.pk}/draft/",
        data | changes,
        headers={"Dorsa-Autosave": "1"},
    )


def test_what_is_typed_is_saved_without_a_button(draft):
    """A tab is closed in a hurry when the next person is on the table."""
    answer = send(draft, findings="Good spread", check_consent="on", pain_before="7")
    assert answer.status_code == 200, answer.content
    draft.refresh_from_db()
    assert (draft.findings, draft.pain_before) == ("Good spread", 7)
    assert answer.json()["revision"] == draft.revision
    assert draft.checklist == {"consent": True}


def test_what_makes_no_sense_yet_costs_nothing_else(draft):
    """Half a number must not keep an hour of work from being saved."""
    answer = send(
        draft,
        findings="Good spread",
        ended_at="2001-01-01T10:00",
        device_temperature="80",
        **{"drugs-0-drug": "triamcinolone", "drugs-0-dose": "forty", "drugs-0-volume_ml": "1"},
    )
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert set(told["refused"]) == {"ended_at", "drugs-0-dose"}
    draft.refresh_from_db()
    assert draft.findings == "Good spread"
    assert draft.ended_at is None
    assert told["drugs_seen"] == drugs_mark(content_of(draft).drugs)
    (row,) = draft.drugs.all()
    assert (row.drug_id, row.dose, row.volume_ml) == ("triamcinolone", None, 1)


def test_what_contradicts_itself_is_named(draft):
    """A level of the neck does not lie in the low back; the findings are saved all the same."""
    answer = send(draft, findings="Good spread", levels=["C5-C6"])
    assert set(answer.json()["refused"]) == {"levels"}
    draft.refresh_from_db()
    assert (draft.findings, draft.levels) == ("Good spread", [])


def test_two_who_write_the_same_are_told(draft):
    """Nothing of the other's is written over by a page that nobody looks at."""
    stale = Procedure.objects.get(pk=draft.pk)
    assert send(draft, findings="Mine").status_code == 200
    answer = send(stale, findings="Yours")
    assert (answer.status_code, answer.json()) == (409, {"stale": True})
    draft.refresh_from_db()
    assert draft.findings == "Mine"


def test_what_is_signed_is_not_saved_any_more(draft):
    """A tab that was left open changes no document."""
    Procedure.objects.filter(pk=draft.pk).update(
        record_status="signed", signed_by=draft.performer, signed_at=timezone.now()
    )
    answer = send(draft, findings="Later")
    assert answer.status_code == 409
    draft.refresh_from_db()
    assert draft.findings == ""
