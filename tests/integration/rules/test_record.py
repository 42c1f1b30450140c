"""The rules where clinicians work: ordering, signing, the inbox."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.roles import Role
from clinic.shared.errors import Conflict, Invalid, NotAllowed
from patients.models import Condition, MedicationStatement
from scheduling.actions.steps import take_step
from scheduling.domain.states import Step
from scheduling.models import Appointment, WorklistItem
from tests import builders, record_builders
from tests.integration.rules.test_booking import Epidurals
from tests.record_builders import ibuprofen, make_course, make_procedure
from tests.rule_builders import CAP, DIABETES, TWO_NSAIDS, file_rules, make_finding
from tests.security.clients import client_of
from tests.security.procedure_forms import TICKED
from treatments.actions.course_steps import take_course_step
from treatments.actions.findings import acknowledge_findings, override_finding
from treatments.actions.limits import NotAllowedByRules
from treatments.actions.procedures import NotReady, sign_procedure
from treatments.domain.states import CourseStatus
from treatments.models import Finding, Override, TreatmentCourse
from treatments.queries.findings import explained_findings

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


def planned_epidurals(patient, doctor):
    return make_course(patient, doctor, treatment="epidural-steroid-injection", begins=False)


def begin(course, doctor, **values):
    today = timezone.localdate()
    return take_course_step(
        course=course,
        to=CourseStatus.ACTIVE,
        on=today,
        today=today,
        by=doctor,
        now=timezone.now(),
        **values,
    )


def test_a_planned_course_is_asked_about_when_it_begins(patient, doctor):
    """Between plan and beginning four injections may have been given."""
    course = planned_epidurals(patient, doctor)
    full_year(patient, doctor)
    with pytest.raises(NotAllowedByRules) as refused:
        begin(course, doctor)
    assert CAP["message"] in refused.value.sentence
    course.refresh_from_db()
    assert course.status == "planned"
    with pytest.raises(Invalid):
        begin(course, doctor, override_reason="ok")
    assert begin(course, doctor, override_reason="New herniation").status == "active"
    finding = Finding.objects.get()
    assert (finding.subject_key, finding.state) == (str(course.pk), "overridden")


def test_what_was_said_to_the_plan_is_not_asked_again(patient, doctor):
    """Asked twice the same, people type anything; asked about something new, they read."""
    full_year(patient, doctor)
    course = make_course(
        patient,
        doctor,
        treatment="epidural-steroid-injection",
        begins=False,
        override_reason="New herniation",
    )
    assert begin(course, doctor).status == "active"
    assert Override.objects.count() == 1


def test_the_course_page_and_the_api_begin_it_with_a_reason(patient, doctor):
    """Whoever is refused must be able to say why it goes on, in the same place."""
    first, second = planned_epidurals(patient, doctor), planned_epidurals(patient, doctor)
    full_year(patient, doctor)
    client = client_of(doctor)
    page = reverse("physician:course-step", args=[first.pk])
    answer = client.post(page, {"to": "active"})
    assert answer.status_code == 409
    assert "At most four" in answer.content.decode()
    assert 'name="override_reason"' in answer.content.decode()
    answer = client.post(page, {"to": "active", "override_reason": "New herniation"})
    assert answer.status_code == 302
    steps = reverse("api:treatment-course-steps", args=[second.pk])
    answer = client.post(steps, {"to": "active"}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_allowed_by_rules")
    said = {"to": "active", "override_reason": "New herniation"}
    answer = client.post(steps, said, content_type="application/json")
    assert (answer.status_code, answer.json()["status"]) == (200, "active")


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


def test_the_page_of_another_dose_shows_the_refusal_and_takes_the_reason(patient, doctor):
    """A second drug may have come since the first dose was ordered."""
    course = make_course(patient, doctor, treatment="nsaid", detail=ibuprofen(doctor))
    MedicationStatement.objects.create(patient=patient, text="Naproxen 500 MG Oral Tablet")
    address = reverse("physician:course-dose", args=[course.pk])
    form = {
        "product": "ibuprofen|200 mg",
        "strength": "",
        "dose": "600",
        "dose_unit": "mg",
        "doses_per_day": "3",
        "route": "oral",
        "refills": "0",
        "prescriber": str(doctor.pk),
        "on": timezone.localdate().isoformat(),
        "reason": "Too little",
    }
    client = client_of(doctor)
    answer = client.post(address, form)
    page = answer.content.decode()
    assert answer.status_code == 409, page
    assert TWO_NSAIDS["message"] in page
    assert 'name="override_reason"' in page
    assert "Too little" in page
    answer = client.post(address, form | {"override_reason": "Naproxen stops today"})
    assert answer.status_code == 302, answer.content.decode()
    assert Override.objects.get().reason == "Naproxen stops today"
    assert TreatmentCourse.objects.get(follows=course).detail.dose == 600


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


def test_what_is_not_recorded_is_one_line_and_one_answer(patient, doctor):
    """Six warnings a visit are read by nobody: those that lack a fact are told together."""
    visit = str(uuid4())
    waiting = [
        make_finding(
            patient,
            record=DIABETES | {"id": f"needs-{fact}"},
            subject_key=visit,
            missing=["when the pain began", fact],
        )
        for fact in ("conservative-care", "who-pays")
    ]
    certain = make_finding(patient, record=DIABETES, subject_key=visit)
    client = client_of(doctor)
    page = client.get(reverse("physician:findings")).content.decode()
    told = "Not recorded: when the pain began, conservative-care, who-pays (2 rules wait for it)."
    assert f"<summary>{told}</summary>" in page
    assert page.count('data-label="Weight"') == 2
    also = [row.pk for row in waiting]
    client.post(reverse("physician:finding-seen", args=[also[0]]), {"also": also})
    states = {row.pk: row.state for row in Finding.objects.all()}
    assert [states[pk] for pk in also] == ["acknowledged", "acknowledged"]
    assert states[certain.pk] == "open"


def test_one_answer_is_about_one_thing(patient, doctor):
    """Findings about another visit, or another person, are not answered with it."""
    other = builders.make_patient()
    mine, theirs = make_finding(patient, record=DIABETES), make_finding(other, record=DIABETES)
    elsewhere = make_finding(patient, record=DIABETES, message="In other words.")
    also = {"also": [theirs.pk, elsewhere.pk]}
    client_of(doctor).post(reverse("physician:finding-seen", args=[mine.pk]), also)
    assert set(Finding.objects.filter(state="open")) == {theirs, elsewhere}
    wrong = {"also": ["not-an-id"]}
    answer = client_of(doctor).post(reverse("physician:finding-seen", args=[mine.pk]), wrong)
    assert answer.status_code == 400


def test_the_page_of_a_finding_names_whom_and_what_it_is_about(patient, doctor):
    """“Patient of November 21” told neither."""
    finding = make_finding(patient)
    page = client_of(doctor).get(reverse("physician:finding", args=[finding.pk])).content.decode()
    assert f"Booked visit of {patient.name}" in page


def test_a_nurse_sees_and_cannot_override(patient, doctor):
    """The permission is the physician's alone."""
    finding = make_finding(patient)
    nurse = builders.make_user(Role.NURSE)
    with pytest.raises(NotAllowed):
        override_finding(finding=finding, reason="Long enough", by=nurse, now=timezone.now())
    with pytest.raises(Conflict):
        acknowledge_findings(findings=[finding], by=nurse, now=timezone.now())
    warning = make_finding(patient, record=DIABETES)
    acknowledge_findings(findings=[warning], by=nurse, now=timezone.now())
    Finding.objects.update(state="cleared", cleared_at=timezone.now())
    with pytest.raises(Conflict):
        acknowledge_findings(findings=[warning], by=nurse, now=timezone.now())


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


def test_what_cannot_wait_stands_first_in_the_inbox_and_in_the_api(patient, doctor):
    """An emergency that stands sixth is read after lunch."""
    today = timezone.localdate()
    for days, weight, urgency in (
        (1, "info", ""),
        (2, "warn", ""),
        (3, "block", ""),
        (4, "warn", "same_day"),
        (5, "block", "emergency"),
    ):
        make_finding(
            patient,
            on=today + timedelta(days=days),
            severity=weight,
            urgency=urgency,
            message=f"Number {days}.",
        )
    wanted = [f"Number {days}." for days in (5, 4, 3, 2, 1)]
    client = client_of(doctor)
    page = client.get(reverse("physician:findings")).content.decode()
    assert sorted(wanted, key=page.index) == wanted
    assert "Emergency now" in page
    rows = client.get("/api/v1/findings/", {"page_size": 2}).json()
    told = [row["message"] for row in rows["results"]]
    while rows["next"]:
        rows = client.get(rows["next"]).json()
        told += [row["message"] for row in rows["results"]]
    assert told == wanted


def test_the_same_said_of_one_person_is_one_line_with_a_count(patient, doctor):
    """Eleven equal lines hide the twelfth."""
    told = [make_finding(patient, severity="warn", subject_kind="course") for _ in range(3)]
    other = builders.make_patient()
    builders.care_for(other, doctor)
    make_finding(other, severity="warn", subject_kind="course")
    client = client_of(doctor)
    page = client.get(reverse("physician:findings")).content.decode()
    assert page.count(f"<summary>{CAP['message']}") == 2
    assert "3 times" in page
    body = {"next": "list", "also": [row.pk for row in told]}
    client.post(reverse("physician:finding-seen", args=[told[0].pk]), body)
    assert Finding.objects.filter(patient=patient, state="open").count() == 0
    assert Finding.objects.filter(patient=other, state="open").count() == 1


def test_what_stops_two_visits_keeps_two_lines(patient, doctor):
    """Each is gone on with by itself, with a reason of its own."""
    make_finding(patient)
    make_finding(patient)
    page = client_of(doctor).get(reverse("physician:findings")).content.decode()
    assert page.count(f"<summary>{CAP['message']}") == 2


@pytest.mark.parametrize("end", [CourseStatus.STOPPED, CourseStatus.COMPLETED])
def test_a_course_that_ended_warns_no_more(end, patient, doctor):
    """A chart full of warnings about what is over is a chart that nobody reads."""
    course = make_course(patient, doctor)
    finding = make_finding(patient, subject_kind="course", subject_key=str(course.pk))
    other = make_finding(patient, subject_kind="course", subject_key=str(uuid4()))
    today = timezone.localdate()
    step = {"course": course, "on": today, "today": today, "by": doctor, "now": timezone.now()}
    take_course_step(to=CourseStatus.PAUSED, reason="Vacation", **step)
    finding.refresh_from_db()
    assert finding.state == "open", "it goes on"
    take_course_step(to=CourseStatus.ACTIVE, **step)
    take_course_step(to=end, reason="No more pain", **step)
    finding.refresh_from_db()
    other.refresh_from_db()
    assert (finding.state, other.state) == ("cleared", "open")
    shown = explained_findings(doctor, patient, today=timezone.localdate())
    assert [line.first.finding for line in shown] == [other]


def test_why_it_goes_on_is_read_by_who_treats_the_person_until_it_is_over(patient, doctor):
    """The nurse who prepares the fifth one asks why; the desk knows only that it is booked."""
    today = timezone.localdate()
    rows = [make_finding(patient, on=today + timedelta(days=days)) for days in (-1, 0, 1)]
    for row in rows:
        override_finding(finding=row, reason="New herniation", by=doctor, now=timezone.now())
    nurse = builders.make_user(Role.NURSE)
    builders.care_for(patient, nurse)
    for viewer in (doctor, nurse):
        shown = explained_findings(viewer, patient, today=today)
        assert [line.first.finding for line in shown] == rows[1:]
        page = client_of(viewer).get(reverse("physician:chart", args=[patient.pk]))
        assert page.content.decode().count("Goes on all the same: “New herniation”") == 2
    clerk = client_of(builders.make_user())
    person = clerk.get(reverse("desk:person", args=[patient.pk])).content.decode()
    assert "herniation" not in person
    assert clerk.get(reverse("physician:chart", args=[patient.pk])).status_code in {403, 404}
