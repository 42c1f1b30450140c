"""Results that another laboratory sends close the order and the follow-up that waited for them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from clinic.accounts.roles import Role
from patients.models import Patient
from tests import fhir_samples as fhir
from tests.builders import care_for, make_user
from tests.integration.import_runs import load
from tests.record_builders import ibuprofen, make_course, shipped_catalogue
from tests.security.clients import client_of
from treatments.actions.orders import Findings, OrderWish, enter_report, order_test
from treatments.domain.imported_results import answered
from treatments.models import (
    CatalogueCode,
    CatalogueEntry,
    DiagnosticReport,
    FollowUp,
    OrderStatus,
    ServiceRequest,
)
from treatments.queries.orders import results_to_review

pytestmark = pytest.mark.django_db
STARTED = datetime(2026, 6, 16, 15, tzinfo=UTC)
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture
def doctor():
    shipped_catalogue()
    return make_user(Role.PHYSICIAN)


@pytest.fixture
def patient(doctor):
    load(fhir.bundle(fhir.patient("1"), fhir.patient("2", birthDate="1950-01-01")))
    found = Patient.objects.get(source_id="MR-1")
    care_for(found, doctor)
    return found


def value(number, text, amount, unit="mg/dL", *, on="2026-06-25", person="1", **changes):
    coded = changes.pop("code", f"X-{number}")
    return fhir.observation(
        number,
        person,
        code=fhir.concept(coded, text),
        category=[{"coding": [{"code": "laboratory"}]}],
        effectiveDateTime=f"{on}T14:00:00Z",
        valueQuantity={"value": amount, "unit": unit},
        **changes,
    )


CREATININE = "Creatinine [Mass/volume] in Serum or Plasma"
HEMOGLOBIN = "Hemoglobin [Mass/volume] in Blood"
PLATELETS = "Platelets [#/volume] in Blood by Automated count"


def bring(*values, person="1"):
    years = {"1": "1961-04-23", "2": "1950-01-01"}
    load(fhir.bundle(fhir.patient(person, birthDate=years[person]), *values))


def order(patient, doctor, test="kidney-function", now=STARTED):
    wish = OrderWish(CatalogueEntry.objects.get(pk=test), "NSAID")
    return order_test(patient=patient, wish=wish, by=doctor, now=now)


def labs(patient, doctor):
    course = make_course(patient, doctor, treatment="nsaid", detail=ibuprofen(doctor), now=STARTED)
    return FollowUp.objects.get(course=course, step="labs-2w")


def test_a_lab_check_closes_with_the_last_value_it_needs(doctor, patient):
    """Creatinine alone is half of it; nobody calls somebody in whose blood was drawn."""
    due = labs(patient, doctor)
    bring(value("1", CREATININE, 1.1))
    due.refresh_from_db()
    assert due.closed_at is None
    bring(value("2", HEMOGLOBIN, 13.2, "g/dL"), value("3", PLATELETS, 240, "10*3/uL"))
    due.refresh_from_db()
    assert due.closed_at == NOW
    assert "Kidney function of Jun 25, 2026" in due.result
    assert "Blood count of Jun 25, 2026" in due.result


@pytest.mark.parametrize(
    "values",
    [
        [value("1", CREATININE, 1.1, on="2026-06-01")],
        [value("1", CREATININE, 1.1, status="preliminary")],
        [value("1", "Creatinine [Mass/volume] in Urine", 110)],
        [value("1", "Microalbumin Creatinine Ratio", 3)],
        [value("1", HEMOGLOBIN, 13)],
    ],
    ids=["before", "preliminary", "urine", "ratio", "another"],
)
def test_what_does_not_answer_closes_nothing(values, doctor, patient):
    """An order that closes by another test is a test that is never made."""
    asked = order(patient, doctor)
    bring(*values)
    asked.refresh_from_db()
    assert asked.status == OrderStatus.ACTIVE


def test_what_is_somebody_elses_closes_nothing(doctor, patient):
    """Two people have their blood drawn on the same morning."""
    asked = order(patient, doctor)
    bring(value("1", CREATININE, 1.1, person="2"), person="2")
    asked.refresh_from_db()
    assert asked.status == OrderStatus.ACTIVE


def test_an_order_closes_and_its_result_waits_for_review(doctor, patient):
    """Nothing is taken off the list of what is waited for without somebody reading it."""
    asked = order(patient, doctor)
    bring(value("1", CREATININE, 1.1), value("2", HEMOGLOBIN, 13.2, "g/dL"))
    asked.refresh_from_db()
    report = DiagnosticReport.objects.get()
    assert (asked.status, report.effective_date) == (OrderStatus.COMPLETED, date(2026, 6, 25))
    assert (report.conclusion, report.entered_by) == (f"{CREATININE}: 1.1 mg/dL", None)
    assert results_to_review(doctor, now=NOW) == [report]
    page = client_of(doctor).get("/physician/results/").content.decode()
    assert "by an import from another system" in page
    told = client_of(doctor).get(f"/api/v1/diagnostic-reports/{report.pk}/").json()
    assert told["entered_by"] is None


def test_a_value_that_its_source_corrects_is_reviewed_anew(doctor, patient):
    """1.1 that was 4.1 all along must not stay behind somebody's “reviewed”."""
    order(patient, doctor)
    bring(value("1", CREATININE, 1.1))
    bring(value("1", CREATININE, 1.1))
    assert DiagnosticReport.objects.count() == 1
    bring(value("1", CREATININE, 4.1, status="corrected"))
    last = DiagnosticReport.objects.order_by("-pk").first()
    assert last.conclusion == f"{CREATININE}: 4.1 mg/dL"
    assert DiagnosticReport.objects.count() == 2


def test_a_code_of_the_clinic_names_the_test(doctor, patient):
    """A laboratory with names of its own is understood by the codes the clinic has attached."""
    entry = CatalogueEntry.objects.get(pk="kidney-function")
    CatalogueCode.objects.create(entry=entry, system=fhir.CODES, code="L-7")
    asked = order(patient, doctor)
    bring(value("1", "Krea i.S.", 1.1, code="L-7"))
    asked.refresh_from_db()
    assert asked.status == OrderStatus.COMPLETED


def test_a_report_of_ours_and_an_imported_value_close_together(doctor, patient):
    """Half of it was drawn here, the other half in the hospital."""
    due = labs(patient, doctor)
    bring(value("1", CREATININE, 1.1))
    asked = order(patient, doctor, "blood-count")
    findings = Findings(effective_date=date(2026, 6, 26), conclusion="Normal")
    enter_report(order=asked, findings=findings, by=doctor, now=NOW)
    due.refresh_from_db()
    assert due.closed_at is not None


def test_what_somebody_wrote_down_is_not_written_over(doctor, patient):
    """A report of a person stands; the same value that comes again a day later adds nothing."""
    asked = order(patient, doctor)
    findings = Findings(effective_date=date(2026, 6, 25), conclusion="Creatinine normal")
    enter_report(order=asked, findings=findings, by=doctor, now=NOW - timedelta(hours=1))
    bring(value("1", CREATININE, 1.1))
    assert DiagnosticReport.objects.get().entered_by == doctor
    assert ServiceRequest.objects.get().status == OrderStatus.COMPLETED


def test_names_of_laboratories():
    """What is told apart: a sugar of three months is no hemoglobin, half a blood count no count."""
    assert answered(["Hemoglobin A1c/Hemoglobin.total in Blood"]) == {"hba1c"}
    assert answered([HEMOGLOBIN]) == frozenset()
    assert answered([HEMOGLOBIN, PLATELETS]) == {"blood-count"}
    assert answered(["CBC panel"]) == {"blood-count"}
    assert answered(["INR in Platelet poor plasma by Coagulation assay"]) == {"clotting"}
    assert answered(["ALT", "AST"]) == {"liver-function"}
    assert answered(["Salt craving"]) == frozenset()
