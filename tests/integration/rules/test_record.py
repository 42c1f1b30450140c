"""The rules where clinicians work: ordering, signing, the inbox."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.roles import Role
from clinic.shared.errors import Conflict, NotAllowed
from patients.models import Condition, MedicationStatement
from scheduling.actions.steps import take_step
from scheduling.domain.states import Step
from scheduling.models import Appointment, WorklistItem
from tests import builders, record_builders
from tests.integration.rules.test_booking import Epidurals
from tests.record_builders import ibuprofen, make_course, make_procedure
from tests.rule_builders import CAP, DIABETES, TWO_NSAIDS, file_rules, make_finding
from tests.security.procedure_forms import TICKED
from tests.security.world import client_of
from treatments.actions.findings import acknowledge_finding, override_finding
from treatments.actions.limits import NotAllowedByRules
from treatments.actions.procedures import NotReady, sign_procedure
from treatments.models import Finding, Override, TreatmentCourse

pytestmark = pytest.mark.django_db


@pytest.fixture
def doctor():
    record_builders.shipped_catalogue()
    file_rules()
    return builders.make_user(Role.PHYSICIAN)


@pytest.fixture
def patient(doctor):
    patient = builders.make_patient()
    builders.care_for(patient, doctor)
    return patient


def full_year(patient, doctor):
    for days in (60, 120, 200, 300):
        then = timezone.now() - timedelta(days=days)
        make_procedure(patient, doctor, at=then, status="signed")


def draft(patient, doctor):
    drugs = [("dexamethasone", "10")]
    now = timezone.now() - timedelta(minutes=5)
    return make_procedure(
        patient,
        doctor,
        at=now,
        drugs=drugs,
        checklist=TICKED,
        guidance="fluoroscopy",
        pain_before=7,
        pain_after=3,
    )


def sign(row, doctor, **reasons):
    told = {lack["code"]: "Seen to it" for lack in lacks_of(row, doctor)}
    told |= {key.replace("_", "-"): text for key, text in reasons.items()}
    told = {key: text for key, text in told.items() if text}
    return sign_procedure(procedure=row, reasons=told, by=doctor, now=timezone.now())


def lacks_of(row, doctor):
    with pytest.raises(NotReady) as missing:
        sign_procedure(procedure=row, reasons={}, by=doctor, now=timezone.now())
    return missing.value.details["lacks"]


def test_a_procedure_that_a_rule_stops_is_signed_only_with_a_reason(patient, doctor):
    """It was done: what is written must say that somebody knew."""
    full_year(patient, doctor)
    row = draft(patient, doctor)
    code = f"rule-{CAP['id']}"
    found = {lack["code"]: lack for lack in lacks_of(row, doctor)}
    assert found[code]["may_explain"]
    assert CAP["message"] in found[code]["sentence"]
    sign(row, doctor)
    finding = Finding.objects.get(subject_kind="procedure")
    assert (finding.state, finding.subject_key) == ("overridden", str(row.pk))
    assert Override.objects.get().reason == "Seen to it"


def test_what_was_seen_on_the_form_is_acknowledged_by_the_signature(patient, doctor):
    """Who signs has the list before their eyes."""
    Condition.objects.create(patient=patient, text="Diabetes mellitus")
    sign(draft(patient, doctor), doctor)
    finding = Finding.objects.get()
    assert (finding.rule_key, finding.state) == (DIABETES["id"], "acknowledged")
    assert finding.acknowledged_by == doctor


def test_a_second_anti_inflammatory_is_not_ordered_without_a_reason(patient, doctor):
    """Two of them bleed twice as often and help no more."""
    MedicationStatement.objects.create(patient=patient, text="Naproxen 500 MG Oral Tablet")
    with pytest.raises(NotAllowedByRules) as refused:
        make_course(patient, doctor, treatment="nsaid", detail=ibuprofen(doctor))
    assert TWO_NSAIDS["message"] in refused.value.sentence
    assert not TreatmentCourse.objects.exists()
    course = make_course(
        patient,
        doctor,
        treatment="nsaid",
        detail=ibuprofen(doctor),
        override_reason="Naproxen stops today",
    )
    finding = Finding.objects.get()
    assert (finding.subject_key, finding.state) == (str(course.pk), "overridden")


def test_the_order_page_shows_the_refusal_and_takes_the_reason(patient, doctor):
    """A refusal that loses the form is answered by not using the form."""
    full_year(patient, doctor)
    address = reverse("physician:course-new", args=[patient.pk])
    form = {
        "treatment": "epidural-steroid-injection",
        "begins": "now",
        "region": "lumbar",
        "levels": "L4-L5",
        "laterality": "midline",
        "approach": "interlaminar",
        "planned_procedures": "1",
        "goal": "Walk to the lake",
        "do": "order",
    }
    client = client_of(doctor)
    answer = client.post(address, form)
    page = answer.content.decode()
    assert answer.status_code == 409, page
    assert "At most four" in page
    assert 'name="override_reason"' in page
    assert "Walk to the lake" in page
    answer = client.post(address, form | {"override_reason": "New herniation"})
    assert answer.status_code == 302
    assert Override.objects.get().reason == "New herniation"


def test_the_procedure_form_lists_what_the_rules_say_as_it_is_filled_in(patient, doctor):
    """After the needle is out it is too late to hear it."""
    full_year(patient, doctor)
    row = draft(patient, doctor)
    client = client_of(doctor)
    page = client.get(reverse("physician:procedure", args=[row.pk])).content.decode()
    assert "At most four" in page
    answer = client.post(reverse("physician:procedure-limits", args=[row.pk]), {"region": "x"})
    assert answer.status_code == 200
    assert "At most four" in answer.content.decode()


def test_the_inbox_shows_what_stops_first_and_only_ones_own_people(patient, doctor):
    """A list of everybody is nobody's list."""
    make_finding(patient, record=DIABETES, on=timezone.now().date())
    make_finding(patient, on=timezone.now().date() + timedelta(days=9))
    stranger = make_finding(builders.make_patient(), message="Somebody else")
    page = client_of(doctor).get(reverse("physician:findings")).content.decode()
    assert page.index("At most four") < page.index("blood sugar")
    assert "Test policy" in page
    assert stranger.message not in page


def test_a_finding_is_seen_or_gone_on_in_spite_of(patient, doctor):
    """Each leaves the inbox, and each says who."""
    client = client_of(doctor)
    mild, hard = make_finding(patient, record=DIABETES), make_finding(patient)
    client.post(reverse("physician:finding-seen", args=[mild.pk]), {"next": "list"})
    short = client.post(reverse("physician:finding-override", args=[hard.pk]), {"reason": "x"})
    assert short.status_code == 422
    reason = {"reason": "Progressive weakness"}
    client.post(reverse("physician:finding-override", args=[hard.pk]), reason)
    mild.refresh_from_db()
    hard.refresh_from_db()
    assert (mild.state, mild.acknowledged_by, hard.state) == ("acknowledged", doctor, "overridden")
    assert Override.objects.get().role == "physician"
    page = client.get(reverse("physician:finding", args=[hard.pk])).content.decode()
    assert "Progressive weakness" in page


def test_a_nurse_sees_and_cannot_override(patient, doctor):
    """The permission is the physician's alone."""
    finding = make_finding(patient)
    nurse = builders.make_user(Role.NURSE)
    with pytest.raises(NotAllowed):
        override_finding(finding=finding, reason="Long enough", by=nurse, now=timezone.now())
    acknowledge_finding(finding=finding, by=nurse, now=timezone.now())
    Finding.objects.update(state="cleared", cleared_at=timezone.now())
    with pytest.raises(Conflict):
        acknowledge_finding(finding=finding, by=nurse, now=timezone.now())


def test_at_check_in_the_rules_are_asked_once_more_and_nobody_is_sent_away():
    """What became known since the booking must be told before the needle, not after."""
    clinic = Epidurals()
    clinic.patient = builders.make_patient()
    visit = clinic.book()
    Condition.objects.create(patient=clinic.patient, text="Diabetes mellitus")
    take_step(appointment=visit, step=Step.ARRIVE, by=clinic.clerk, now=visit.start_at)
    assert Appointment.objects.get().status == "arrived"
    assert Finding.objects.get().stage == "check_in"
    assert WorklistItem.objects.get().kind == "rule"
