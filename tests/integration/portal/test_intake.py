"""Telling before a visit: saved as one goes, sent once, in versions, taken over by staff."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from clinic.accounts.roles import Role
from clinic.shared.errors import Invalid, NotAllowed, NotFound
from patients.models import AllergyIntolerance, Condition, MedicationStatement, PortalAccess
from patients.models.portal import Relationship
from patients.queries import access_chart, own_record
from tests import builders
from tests.privacy import NOW
from tests.record_builders import shipped_instruments
from treatments.actions.intakes import (
    Decided,
    DecidedAlready,
    NothingTold,
    OtherLine,
    PageChanged,
    SentMeanwhile,
    change_sent,
    decide_line,
    save_page,
    send_intake,
)
from treatments.domain.intake import Subject, items_of, print_of
from treatments.models import Intake, QuestionnaireResponse, Verdict
from treatments.queries.intakes import own_intake, read_intake, to_look_through

pytestmark = pytest.mark.django_db

LATEX = {"lines": [{"what": "Latex", "reaction": "Rash"}], "none": False}
DRUG = {"what": "Warfarin", "how_much": "5 mg", "thins": "yes"}


@pytest.fixture
def patient():
    return builders.make_patient()


@pytest.fixture
def user(patient):
    user = builders.make_user(Role.PATIENT)
    PortalAccess.objects.create(user=user, patient=patient, relationship=Relationship.SELF)
    return user


@pytest.fixture
def save(patient, user):
    def saved(subject, said, seen="", by=None, now=NOW):
        return save_page(
            patient=patient, subject=Subject(subject), said=said, seen=seen, by=by or user, now=now
        )

    return saved


@pytest.fixture
def send(patient, user):
    def sent(seen=None, by=None, now=NOW, visit=None):
        draft = Intake.objects.filter(patient=patient, submitted_at=None).first()
        seen = print_of(draft.answers) if seen is None else seen
        return send_intake(patient=patient, appointment_id=visit, seen=seen, by=by or user, now=now)

    return sent


def test_pages_are_saved_one_by_one(save):
    """A dead phone on page six must not lose pages one to five."""
    save("reason", {"words": "My back"})
    draft = save("allergies", LATEX)
    assert draft.answers == {"reason": {"words": "My back"}, "allergies": LATEX}
    assert Intake.objects.count() == 1


def test_two_phones_do_not_overwrite_each_other(save):
    """What another hand saved meanwhile is shown, not lost."""
    first = save("reason", {"words": "My back"})
    with pytest.raises(PageChanged):
        save("reason", {"words": "My neck"})
    assert save("reason", {"words": "My back"}).answers == first.answers
    seen = print_of(first.answers["reason"])
    assert save("reason", {"words": "My neck"}, seen).answers["reason"] == {"words": "My neck"}


def test_it_is_sent_once_and_then_stays(save, send, patient):
    """Staff must be able to rely on what was said when; a double tap is one sending."""
    draft = save("allergies", LATEX)
    seen = print_of(draft.answers)
    sent = send(seen)
    assert (sent.submitted_as, sent.version) == ("patient", 1)
    assert send(seen).pk == sent.pk
    with pytest.raises(DatabaseError), transaction.atomic():
        Intake.objects.filter(pk=sent.pk).update(answers={})
    with pytest.raises(DatabaseError), transaction.atomic():
        sent.delete()
    assert Intake.objects.filter(patient=patient).count() == 1


def test_only_what_was_looked_at_is_sent(save, send):
    """A page saved on another phone since must be read before it is sent."""
    seen = print_of(save("allergies", LATEX).answers)
    save("reason", {"words": "My back"})
    with pytest.raises(SentMeanwhile):
        send(seen)


def test_nothing_is_not_sent(save, send):
    """An empty sending would look like "no allergies" to a tired reader."""
    with pytest.raises(NothingTold):
        send("x" * 16)
    save("peg", {})
    with pytest.raises(NothingTold):
        send()


def test_a_change_is_a_new_version_and_the_old_one_stays(save, send, patient, user):
    """Who forgot a medicine adds it; what was read before can still be read."""
    save("allergies", LATEX)
    first = send()
    draft = change_sent(patient=patient, by=user, now=NOW)
    assert (draft.chain, draft.version, draft.answers) == (first.chain, 2, first.answers)
    assert change_sent(patient=patient, by=user, now=NOW).pk == draft.pk
    save("medicines", {"lines": [DRUG], "none": False})
    second = send(now=NOW + timedelta(hours=1))
    assert Intake.objects.get(pk=first.pk).answers == {"allergies": LATEX}
    assert set(second.answers) == {"allergies", "medicines"}


def test_next_time_what_lasts_is_shown_again_and_must_be_said_again(save, send, patient, user):
    """Old answers that nobody looked at must not pass as new ones; pain is asked anew."""
    save("allergies", LATEX)
    save("now", {"pain": 7})
    send()
    own = own_intake(user, own_record(user, patient.pk, now=NOW))
    assert own.said(Subject.ALLERGIES) is None
    assert own.before(Subject.ALLERGIES) == LATEX
    assert own.before(Subject.NOW) is None
    later = NOW + timedelta(days=90)
    save("reason", {"words": "Again"}, now=later)
    assert send(now=later).answers == {"reason": {"words": "Again"}}


def test_numbers_become_scores_of_the_patient_once(save, send, patient, user):
    """The story of a treatment is drawn from scores; a correction elsewhere is no second pain."""
    shipped_instruments()
    save("now", {"pain": 7})
    save("peg", {"pain": 6, "enjoyment": 5, "activity": 4})
    send()
    rows = QuestionnaireResponse.objects.filter(patient=patient)
    assert {(row.instrument.key, row.score) for row in rows} == {("nrs-now", 7), ("peg", 5)}
    assert {(row.respondent, row.entered_by) for row in rows} == {("patient", None)}
    change_sent(patient=patient, by=user, now=NOW)
    save("allergies", LATEX)
    send(now=NOW + timedelta(hours=1))
    assert rows.count() == 2


def test_a_mother_tells_as_a_mother(save, send, patient):
    """Who reads it must know whether the person said it themselves."""
    shipped_instruments()
    mother = builders.make_user(Role.PATIENT)
    PortalAccess.objects.create(user=mother, patient=patient, relationship=Relationship.CARER)
    save("now", {"pain": 7}, by=mother)
    assert send(by=mother).submitted_as == "proxy"
    assert QuestionnaireResponse.objects.get().respondent == "proxy"


def test_nobody_tells_for_a_stranger(save, send, patient):
    """An id that was guessed must lead nowhere, and staff do not speak for patients."""
    stranger = builders.make_user(Role.PATIENT)
    with pytest.raises(NotFound):
        save("reason", {"words": "x"}, by=stranger)
    with pytest.raises(NotAllowed):
        save("reason", {"words": "x"}, by=builders.make_user(Role.NURSE))
    save("reason", {"words": "x"})
    with pytest.raises(NotFound):
        send(by=stranger)


def decided(intake, number, verdict, by, reason=""):
    line = items_of(intake.answers)[number]
    return decide_line(
        intake=intake,
        subject=line.subject,
        item=line.key,
        decided=Decided(verdict, reason),
        by=by,
        now=NOW,
    )


def test_nothing_enters_the_record_by_itself_and_one_press_takes_a_line(save, send, patient):
    """What a patient types is theirs until a clinician has taken it over, with their own name."""
    nurse = builders.make_user(Role.NURSE)
    save("allergies", LATEX)
    save("medicines", {"lines": [DRUG], "none": False})
    save("surgeries", {"lines": [{"what": "Knee", "when": "2015"}], "none": False})
    sent = send()
    models = (AllergyIntolerance, MedicationStatement, Condition)
    assert not any(model.objects.filter(patient=patient).exists() for model in models)
    for number in range(3):
        assert decided(sent, number, Verdict.TAKEN, nurse).decided_by == nurse
    assert AllergyIntolerance.objects.get().text == "Latex (Rash)"
    drug = MedicationStatement.objects.get()
    assert (drug.text, drug.dosage, drug.source) == ("Warfarin", "5 mg", "said by the patient")
    assert (Condition.objects.get().text, Condition.objects.get().is_active) == (
        "Surgery: Knee (2015)",
        False,
    )


def test_a_line_is_decided_once_for_all_versions(save, send, patient, user):
    """Two nurses at once, or a second version, must not make two allergies of one."""
    nurse = builders.make_user(Role.NURSE)
    save("allergies", LATEX)
    first = send()
    decided(first, 0, Verdict.TAKEN, nurse)
    with transaction.atomic(), pytest.raises(DecidedAlready), transaction.atomic():
        decided(first, 0, Verdict.KNOWN, nurse)
    change_sent(patient=patient, by=user, now=NOW)
    save("reason", {"words": "More"})
    second = send(now=NOW + timedelta(hours=1))
    with transaction.atomic(), pytest.raises(DecidedAlready), transaction.atomic():
        decided(second, 0, Verdict.TAKEN, nurse)
    assert AllergyIntolerance.objects.count() == 1


def test_what_is_not_taken_says_why(save, send):
    """The next reader asks the same otherwise."""
    nurse = builders.make_user(Role.NURSE)
    save("allergies", LATEX)
    sent = send()
    with transaction.atomic(), pytest.raises(Invalid), transaction.atomic():
        decided(sent, 0, Verdict.REFUSED, nurse, " ")
    assert decided(sent, 0, Verdict.REFUSED, nurse, "Was a bee").reason == "Was a bee"
    assert not AllergyIntolerance.objects.exists()


def test_only_clinicians_take_over_and_only_what_was_said(save, send, user):
    """A forged line in the form would be a fact that nobody said."""
    save("allergies", LATEX)
    sent = send()
    for nobody in (user, builders.make_user(Role.FRONT_DESK), builders.make_user(Role.MANAGER)):
        with pytest.raises(NotAllowed):
            decided(sent, 0, Verdict.TAKEN, nobody)
    with pytest.raises(OtherLine):
        decide_line(
            intake=sent,
            subject="allergies",
            item="0" * 16,
            decided=Decided(Verdict.TAKEN),
            by=builders.make_user(Role.NURSE),
            now=NOW,
        )


def test_staff_read_it_as_said_and_find_what_is_left(save, send, patient):
    """A draft is nobody's business yet; what is sent waits until each line is decided."""
    nurse, other = builders.make_user(Role.NURSE), builders.make_user(Role.NURSE)
    builders.care_for(patient, nurse)
    save("allergies", LATEX)
    chart = access_chart(nurse, patient.pk, now=NOW)
    assert read_intake(nurse, chart) is None
    AllergyIntolerance.objects.create(patient=patient, text="Latex gloves")
    sent = send()
    found = read_intake(nurse, access_chart(nurse, patient.pk, now=NOW))
    assert (found.open_count, found.lines[0].alike) == (1, "Latex gloves")
    assert [left for _row, left in to_look_through(nurse, now=NOW)] == [1]
    assert to_look_through(other, now=NOW) == []
    decided(sent, 0, Verdict.KNOWN, nurse)
    assert to_look_through(nurse, now=NOW) == []
