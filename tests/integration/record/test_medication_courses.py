"""Courses of a medication: what is refused, the list of medicines, and another dose."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from clinic.shared.errors import Invalid
from patients.models import MedicationStatement
from tests.course_steps import NOW, TODAY, WEEK, field_of, step
from tests.record_builders import ibuprofen, make_course
from tests.security.clients import client_of
from treatments.actions.course_changes import CourseChange, change_course
from treatments.actions.course_rows import OverMaximum
from treatments.actions.course_steps import CourseStepRefused
from treatments.actions.courses import change_dose
from treatments.domain.amounts import Amount, Unit
from treatments.models import (
    TreatmentCourse,
)

# A reason is for a decision; nobody decides on this.
HUGE = {
    "strength": Amount(Decimal(100_000), Unit.MILLIGRAM),
    "dose": Amount(Decimal(100_000), Unit.MILLIGRAM),
    "over_maximum_reason": "On purpose",
}

pytestmark = pytest.mark.django_db


def test_a_medication_follows_into_the_list_of_what_a_person_takes(patient, physician):
    """The next prescriber reads the list, not our courses."""
    course = make_course(patient, physician, treatment="nsaid", now=NOW, begins=False)
    assert not MedicationStatement.objects.exists()
    step(course, "active", physician)
    line = MedicationStatement.objects.get()
    assert (line.text, line.status) == ("Ibuprofen 200 mg", "active")
    assert line.dosage == "400 mg oral, 3 times a day"
    assert (line.patient, line.start_date, line.end_date) == (patient, TODAY, None)
    for to, status in (("paused", "on-hold"), ("active", "active"), ("completed", "completed")):
        step(course, to, physician, reason="x")
        line.refresh_from_db()
        assert line.status == status
    assert line.end_date == TODAY
    assert MedicationStatement.objects.count() == 1


def test_what_goes_onto_the_skin_is_ordered_as_it_is_sold(patient, physician):
    """A gel of one per cent by the gram, a patch by the patch: nothing has to be made up."""
    gel = replace(
        ibuprofen(physician, "4"),
        drug="diclofenac-gel",
        strength=Amount(Decimal(1), Unit.PERCENT),
        dose=Amount(Decimal(4), Unit.GRAM),
        route="topical",
        quantity=Decimal(100),
    )
    make_course(patient, physician, treatment="topical-analgesic", detail=gel, now=NOW)
    line = MedicationStatement.objects.get()
    assert (line.text, line.dosage) == ("Diclofenac gel 1 %", "4 g topical, 3 times a day")
    patch = replace(
        gel,
        drug="lidocaine-patch",
        strength=Amount(Decimal(5), Unit.PERCENT),
        dose=Amount(Decimal(1), Unit.PATCH),
        quantity=Decimal(30),
    )
    make_course(patient, physician, treatment="topical-analgesic", detail=patch, now=NOW)
    assert MedicationStatement.objects.get(text="Lidocaine patch 5 %").dosage.startswith("1 patch")
    wrong = replace(gel, dose=Amount(Decimal(4), Unit.MILLIGRAM))
    with pytest.raises(Invalid, match="cannot be made of 1 %"):
        make_course(patient, physician, treatment="topical-analgesic", detail=wrong, now=NOW)


def test_the_form_and_a_program_order_a_gel(patient, physician):
    """The list of drugs has it in the strengths of the catalogue, and REST takes the same."""
    client = client_of(physician)
    page = f"/physician/people/{patient.pk}/courses/new/?treatment=topical-analgesic"
    form = client.get(page).content.decode()
    assert 'value="diclofenac-gel|1 %"' in form
    assert 'value="lidocaine-patch|5 %"' in form
    said = {
        "patient": str(patient.pk),
        "treatment": "topical-analgesic",
        "detail": {
            "drug": "diclofenac-gel",
            "strength": {"value": "1", "unit": "%"},
            "dose": {"value": "2", "unit": "g"},
            "doses_per_day": "4",
            "route": "topical",
        },
    }
    json = {"content_type": "application/json"}
    answer = client.post("/api/v1/treatment-courses/", said, **json)
    assert answer.status_code == 201, answer.content
    assert answer.json()["detail"]["strength"] == {"value": "1.0000", "unit": "%"}


def test_a_dose_above_the_maximum_needs_a_reason_that_stays(patient, physician):
    """A slip of a zero must not pass; a decision must, and says why."""
    much = ibuprofen(physician, "1200", quantity=None)
    with pytest.raises(OverMaximum) as error:
        make_course(patient, physician, treatment="nsaid", detail=much, now=NOW)
    assert (error.value.details["daily"], error.value.details["maximum"]) == ("3600 mg", "3200 mg")
    reasoned = replace(much, over_maximum_reason="Rheumatologist asks for it")
    course = make_course(patient, physician, treatment="nsaid", detail=reasoned, now=NOW)
    assert course.medication.over_maximum_reason == "Rheumatologist asks for it"
    # Without a prescription the limit is lower.
    bought = replace(ibuprofen(physician, "600"), is_over_the_counter=True, prescriber_id=None)
    with pytest.raises(OverMaximum, match="1200 mg"):
        make_course(patient, physician, treatment="nsaid", detail=bought, now=NOW)
    # A reason that is not needed is not kept.
    idle = ibuprofen(physician, over_maximum_reason="just in case")
    course = make_course(patient, physician, treatment="nsaid", detail=idle, now=NOW)
    assert course.medication.over_maximum_reason == ""


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("dose", {"dose": Amount(Decimal(2), Unit.MILLILITRE)}),
        ("dose", {"dose": Amount(Decimal(400), Unit.GRAM)}),
        ("dose", {"doses_per_day": Decimal(90)}),
        ("dose", HUGE),
        ("dose", {"doses_per_day": Decimal(24), "dose": Amount(Decimal(2000), Unit.MILLIGRAM)}),
        ("dose", {"quantity": Decimal(5000), "refills": 5}),
        ("dose", {"quantity": None, "refills": 2}),
        ("route", {"route": "epidural"}),
        ("drug", {"drug": "triamcinolone"}),
        ("drug", {"drug": "no-such-drug"}),
        ("prescriber", {"prescriber_id": None}),
    ],
)
def test_a_prescription_that_makes_no_sense_is_refused(field, change, patient, physician):
    """Each of these has been written somewhere, and read as it stood."""
    order = replace(ibuprofen(physician), **change)
    with pytest.raises(Invalid) as error:
        make_course(patient, physician, treatment="nsaid", detail=order, now=NOW)
    assert field_of(error) == field
    assert not TreatmentCourse.objects.exists()


def test_a_new_dose_is_a_new_course_that_follows_the_old(patient, physician):
    """What was given until yesterday stays as it was given."""
    old = make_course(patient, physician, treatment="nsaid", now=NOW, start_date=TODAY - WEEK)
    new = change_dose(
        course=old, order=ibuprofen(physician, "600"), on=TODAY, today=TODAY, by=physician, now=NOW
    )
    old.refresh_from_db()
    assert (old.status, old.status_reason) == ("stopped", "Dose changed")
    assert (old.end_date, new.start_date) == (TODAY - timedelta(days=1), TODAY)
    assert (new.follows, new.status, new.medication.dose) == (old, "active", 600)
    lines = MedicationStatement.objects.order_by("id").values_list("status", "dosage")
    assert list(lines) == [
        ("stopped", "400 mg oral, 3 times a day"),
        ("active", "600 mg oral, 3 times a day"),
    ]
    with pytest.raises(CourseStepRefused):
        change_dose(
            course=old, order=ibuprofen(physician), on=TODAY, today=TODAY, by=physician, now=NOW
        )


def test_a_refused_dose_leaves_the_old_one_running(patient, physician):
    """Half of it done would leave the person without any."""
    old = make_course(patient, physician, treatment="nsaid", now=NOW)
    with pytest.raises(OverMaximum):
        change_dose(
            course=old,
            order=ibuprofen(physician, "1600"),
            on=TODAY,
            today=TODAY,
            by=physician,
            now=NOW,
        )
    old.refresh_from_db()
    assert (old.status, TreatmentCourse.objects.count()) == ("active", 1)


def test_a_running_dose_is_not_rewritten(patient, physician):
    """Editing it would say that another dose had been given all along."""
    course = make_course(patient, physician, treatment="nsaid", now=NOW)
    change = CourseChange(ibuprofen(physician, "600"), start_date=TODAY)
    with pytest.raises(Invalid, match="Change the dose"):
        change_course(
            course=course,
            change=change,
            revision=course.revision,
            today=TODAY,
            by=physician,
            now=NOW,
        )
