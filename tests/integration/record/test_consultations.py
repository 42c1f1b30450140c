"""The life of a consultation: nothing written is lost, nothing signed is rewritten."""

from datetime import UTC, date, datetime, timedelta

import pytest

from clinic.accounts.roles import Role
from clinic.shared.errors import Invalid, NotAllowed
from patients.models import Condition
from tests.builders import care_for, make_patient, make_user
from tests.record_builders import make_code, make_consultation, make_flag, shipped_catalogue
from treatments.actions import consultations as actions
from treatments.actions import diagnoses
from treatments.actions.diagnoses import DiagnosisWish
from treatments.actions.documents import NotADraft, StaleDraft
from treatments.models import Consultation, DiagnosedCondition, Diagnosis
from treatments.queries import consultations as queries

NOW = datetime(2026, 6, 1, 15, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
READY = {"text-reason": "Leg pain", "text-plan": "Exercise"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def physician():
    shipped_catalogue()
    return make_user(Role.PHYSICIAN)


@pytest.fixture
def patient(physician):
    person = make_patient()
    care_for(person, physician)
    return person


@pytest.fixture
def draft(patient, physician):
    return make_consultation(patient, physician, at=NOW)


def save(draft, by, revision=1, **pieces):
    named = {name.replace("_", "-", 1): text for name, text in pieces.items()}
    return actions.save_consultation(
        consultation=draft, pieces=named, revision=revision, by=by, now=LATER
    )


def diagnose(draft, by, **wish):
    return diagnoses.write_diagnosis(
        consultation=draft, wish=DiagnosisWish(**wish), by=by, now=LATER
    )


def signed(draft, by, **wish):
    revision = Consultation.objects.get(pk=draft.pk).revision
    actions.save_consultation(consultation=draft, pieces=READY, revision=revision, by=by, now=LATER)
    if wish:
        diagnose(draft, by, **wish)
    return actions.sign_consultation(consultation=draft, by=by, now=LATER)


def test_nonsense_is_left_out_and_the_rest_is_saved(draft, physician):
    """One slip of the finger must not cost the paragraph beside it."""
    saved = actions.save_consultation(
        consultation=draft,
        pieces={"text-plan": "Rest", "exam-strength-L4-left": "9"},
        revision=1,
        by=physician,
        now=LATER,
    )
    assert saved.consultation.plan == "Rest"
    assert saved.consultation.examination == {}
    assert saved.refused == {"exam-strength-L4-left": "9 is not between 0 and 5."}
    with pytest.raises(Invalid):
        save(draft, physician, 2, text_signed_by="me")
    with pytest.raises(Invalid):
        save(draft, physician, 2, flag_nobody_knows_it="yes")


def test_two_writers_in_two_cells_of_one_table_both_stay(draft, physician):
    """The examination is one column, but not one thought."""
    colleague = make_user(Role.PHYSICIAN)
    one = {"exam-strength-L4-left": "4"}
    other = {"exam-strength-L5-left": "3", "exam-strength-L4-left": ""}
    actions.save_consultation(consultation=draft, pieces=one, revision=1, by=physician, now=NOW)
    saved = actions.save_consultation(
        consultation=draft, pieces=other, revision=1, by=colleague, now=LATER
    )
    assert saved.consultation.examination["strength"] == {"L4": {"left": 4}, "L5": {"left": 3}}
    assert saved.others == {"exam-strength-L4-left": "4"}


def test_the_same_piece_is_shown_to_the_second_with_all_they_had(draft, physician):
    """They choose; until then nothing of either is gone."""
    actions.save_consultation(
        consultation=draft, pieces={"text-plan": "Rest"}, revision=1, by=physician, now=NOW
    )
    mine = {"text-plan": "Exercise", "text-history": "Since May"}
    with pytest.raises(StaleDraft) as refusal:
        actions.save_consultation(
            consultation=draft, pieces=mine, revision=1, by=physician, now=LATER
        )
    details = refusal.value.details
    assert details["fields"] == {"text-plan": {"yours": "Exercise", "theirs": "Rest"}}
    assert details["pieces"] == mine
    row = Consultation.objects.get()
    assert (row.plan, row.history) == ("Rest", "")


def test_a_follow_up_takes_over_what_is_safe(draft, patient, physician):
    """A finding that was copied was never found."""
    make_flag("fever")
    actions.save_consultation(
        consultation=draft,
        pieces={"exam-strength-L4-left": "4", "flag-fever": "no", "pain-0-worst": "8"},
        revision=1,
        by=physician,
        now=NOW,
    )
    signed(draft, physician, text="Stenosis", side="left")
    after = actions.begin_consultation(
        patient=patient, kind="follow_up", occurred_at=LATER, by=physician, now=LATER
    )
    assert after.reason == "Leg pain"
    assert (after.plan, after.examination, after.red_flags, after.pain_map) == ("", {}, {}, [])
    assert [(d.text, d.side) for d in after.diagnoses.all()] == [("Stenosis", "left")]
    with pytest.raises(Invalid):
        actions.begin_consultation(
            patient=patient,
            kind="new",
            occurred_at=LATER + timedelta(hours=1),
            by=physician,
            now=LATER,
        )


def test_what_is_missing_is_said_before_signing(draft, physician):
    """An empty document with a signature is worth nothing."""
    with pytest.raises(actions.NotReady) as refusal:
        actions.sign_consultation(consultation=draft, by=physician, now=LATER)
    assert refusal.value.sentence == "Say why they came. Write an assessment or a plan."
    row = signed(draft, physician)
    with pytest.raises(NotADraft):
        save(row, physician, row.revision, text_plan="Rest")
    with pytest.raises(NotADraft):
        diagnose(row, physician, text="One more")


def test_a_diagnosis_is_on_the_problem_list_once(draft, patient, physician):
    """A list that grows with every visit is read by nobody."""
    code = make_code("M54.16", "Radiculopathy, lumbar region")
    signed(draft, physician, code=code, side="left")
    condition = Condition.objects.get()
    assert (condition.text, condition.code) == ("Radiculopathy, lumbar region, left", "M54.16")
    after = actions.begin_consultation(
        patient=patient, kind="follow_up", occurred_at=LATER, by=physician, now=LATER
    )
    signed(after, physician)
    assert Condition.objects.get() == condition
    assert DiagnosedCondition.objects.filter(condition=condition).count() == 2


def test_a_correction_takes_back_what_only_the_error_had_said(draft, patient, physician):
    """A wrong diagnosis must not outlive its correction; one from elsewhere must."""
    Condition.objects.create(patient=patient, text="Diabetes", source="other", source_id="1")
    diagnose(draft, physician, text="Diabetes")
    first = signed(draft, physician, text="Stenosis")
    second = actions.amend_consultation(
        consultation=first, reason="Wrong diagnosis", by=physician, now=LATER
    )
    assert [d.text for d in second.diagnoses.all()] == ["Diabetes", "Stenosis"]
    for row in second.diagnoses.all():
        diagnoses.remove_diagnosis(consultation=second, diagnosis=row, by=physician, now=LATER)
    signed(second, physician, text="Disc herniation")
    standing = {c.text: c.status for c in Condition.objects.all()}
    assert standing == {"Diabetes": "active", "Stenosis": "inactive", "Disc herniation": "active"}
    read = queries.read_consultation(physician, second.pk, now=LATER)
    told = {d.label: (d.before, d.after) for d in queries.changes(physician, read, now=LATER)}
    assert told == {"Diagnoses": ("Diabetes; Stenosis", "Disc herniation")}
    assert queries.read_consultation(physician, first.pk, now=LATER).replaced_by == second


def test_what_was_entered_in_error_leaves_the_list_and_comes_back(draft, patient, physician):
    """Withdrawn, then found after all: one row, not two."""
    row = signed(draft, physician, text="Stenosis")
    actions.withdraw_consultation(consultation=row, reason="Wrong person", by=physician, now=LATER)
    assert Condition.objects.get().verification == "entered-in-error"
    signed(make_consultation(patient, physician, at=NOW), physician, text="Stenosis")
    assert (Condition.objects.get().status, Condition.objects.count()) == ("active", 1)


def test_diagnoses_keep_their_order(draft, physician):
    """The first is what the visit was for."""
    rows = [diagnose(draft, physician, text=text) for text in ("One", "Two", "Three")]
    diagnoses.raise_diagnosis(consultation=draft, diagnosis=rows[2], by=physician, now=LATER)
    assert [d.text for d in Diagnosis.objects.order_by("rank")] == ["One", "Three", "Two"]
    diagnoses.raise_diagnosis(consultation=draft, diagnosis=rows[0], by=physician, now=LATER)
    assert [d.text for d in Diagnosis.objects.order_by("rank")] == ["One", "Three", "Two"]


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"text": "  "},
        {"text": "Stenosis", "onset_date": date(2026, 6, 3)},
    ],
)
def test_a_diagnosis_that_says_nothing_is_refused(draft, physician, wish):
    """Nor one that begins after today."""
    with pytest.raises(Invalid):
        diagnose(draft, physician, **wish)


def test_a_heading_is_no_diagnosis_and_none_is_said_twice(draft, physician):
    """Payers refuse a heading; a reader wonders about a double."""
    heading = make_code("M54", "Dorsalgia", is_billable=False)
    with pytest.raises(Invalid):
        diagnose(draft, physician, code=heading)
    diagnose(draft, physician, text="Stenosis", side="left")
    diagnose(draft, physician, text="Stenosis", side="right")
    with pytest.raises(diagnoses.DiagnosedAlready):
        diagnose(draft, physician, text="stenosis", side="left")


def test_a_draft_is_its_writers(draft, physician):
    """Somebody else may write in it, but neither sign nor discard it."""
    colleague = make_user(Role.PHYSICIAN)
    save(draft, colleague, text_plan="Rest")
    with pytest.raises(actions.NotYours):
        actions.discard_draft(consultation=draft, by=colleague, now=LATER)
    with pytest.raises(actions.NotYours):
        actions.sign_consultation(consultation=draft, by=colleague, now=LATER)
    with pytest.raises(NotAllowed):
        save(draft, make_user(Role.NURSE), 2, text_plan="Ice")
    assert queries.own_drafts(colleague, now=LATER) == []
    assert queries.own_drafts(physician, now=LATER) == [draft]
    actions.discard_draft(consultation=draft, by=physician, now=LATER)
    assert not Consultation.objects.exists()
