"""Courses of treatment in a real browser: a drug with its arithmetic, a therapy with its visits."""

import pytest
from playwright.sync_api import expect

from clinic.accounts.roles import Role
from tests import builders
from tests.record_builders import make_course, shipped_catalogue
from treatments.models import TherapyVisit, TreatmentCourse


@pytest.fixture
def patient(transactional_db):
    shipped_catalogue()
    builders.make_site()
    return builders.make_patient()


def signed_in(sign_in, role, patient, size="desk", **options):
    user = builders.make_user(role, password=builders.PASSWORD)
    builders.care_for(patient, user)
    return sign_in(role, size, user=user, **options)


def test_a_drug_is_found_reckoned_refused_and_ordered(patient, sign_in):
    """What a physician does many times a day; nothing that was typed is lost on the way."""
    page = signed_in(sign_in, Role.PHYSICIAN, patient)
    page.goto(f"/physician/people/{patient.pk}/courses/new/")
    page.fill("#treatment-search", "nsaid")
    page.locator("#treatment-epidural-steroid-injection").wait_for(state="detached")
    page.locator("#treatment-nsaid").press("Enter")
    page.select_option("#id_product", "ibuprofen|200 mg")
    page.fill("#id_dose", "1200")
    page.select_option("#id_doses_per_day", "3")
    page.fill("#id_quantity", "90")
    page.press("#id_quantity", "Tab")
    expect(page.locator("#sums")).to_contain_text("3600 mg")
    expect(page.locator("#sums")).to_contain_text("6 × 200 mg")
    page.locator("button[value=order]").press("Enter")
    expect(page.locator("main")).to_contain_text("above the maximum for adults, 3200 mg a day")
    assert page.input_value("#id_dose") == "1200"
    assert not TreatmentCourse.objects.exists()
    page.fill("#id_dose", "400")
    page.locator("button[value=order]").press("Enter")
    page.wait_for_url("**/physician/courses/*/")
    course = TreatmentCourse.objects.get()
    assert (course.status, course.medication.dose, course.medication.quantity) == (
        "active",
        400,
        90,
    )
    expect(page.locator("main")).to_contain_text("1200 mg")
    page.get_by_role("link", name="Change the dose").press("Enter")
    page.fill("#id_dose", "200")
    page.get_by_role("button", name="Change the dose").press("Enter")
    expect(page.locator("main")).to_contain_text("600 mg")
    assert list(
        TreatmentCourse.objects.order_by("ordered_at").values_list("status", flat=True)
    ) == ["stopped", "active"]


def test_a_visit_is_recorded_in_two_taps(patient, sign_in):
    """Between two people a therapist has ten seconds."""
    page = signed_in(sign_in, Role.THERAPIST, patient)
    make_course(patient, builders.make_user(Role.PHYSICIAN))
    page.goto("/physician/")
    page.get_by_role("link", name="Therapies").click()
    page.locator("button[value=attended]").click()
    expect(page.locator("main")).to_contain_text("11 of 12 authorized left")
    assert TherapyVisit.objects.get().outcome == "attended"
    page.locator("button[value=attended]").click()
    expect(page.locator("main")).to_contain_text("recorded already")
    assert TherapyVisit.objects.count() == 1


def test_a_course_is_ordered_without_scripts(patient, sign_in):
    """A broken script must not stand between a person and their treatment."""
    page = signed_in(sign_in, Role.PHYSICIAN, patient, java_script_enabled=False)
    page.goto(f"/physician/people/{patient.pk}/courses/new/?treatment=epidural-steroid-injection")
    page.locator("label", has_text="L4-L5").click()
    page.locator("label", has_text="Left").click()
    page.locator("button[value=order]").click()
    page.wait_for_url("**/physician/courses/*/")
    detail = TreatmentCourse.objects.get().procedural
    assert (detail.region, detail.levels, detail.laterality) == ("lumbar", ["L4-L5"], "left")
