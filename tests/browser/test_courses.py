"""A course of physical therapy, in a real browser: found, booked whole, changed together."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.messaging.models import Message
from scheduling.actions.series import CourseRequest, book_series
from scheduling.models import Appointment, AppointmentSeries
from tests import builders


@pytest.fixture
def gym(clinic):
    """A therapist who is there all day, every day."""
    therapist = builders.make_clinician(clinic["site"], ["therapy"])
    kind = builders.make_visit_type(
        45, [{"kind": "clinician", "capability": "therapy"}, "room"], rank=1
    )
    return {"site": clinic["site"], "therapist": therapist, "kind": kind}


def propose_by_keyboard(page, gym, patient):
    page.goto(f"/desk/book/?patient={patient.pk}")
    page.keyboard.press("s")
    page.wait_for_url("**/desk/series/new/**")
    page.select_option("#id_visit_type", gym["kind"].code)
    page.fill("#id_count", "12")
    page.press("#id_count", "Enter")
    page.wait_for_selector("#book-all:focus")


def test_twelve_visits_by_keyboard_one_moved_later_ones_cancelled(gym, sign_in):
    """The whole course of a course, without a mouse."""
    patient = builders.make_patient(email="ana@example.org")
    page = sign_in()
    propose_by_keyboard(page, gym, patient)
    assert page.locator("select[name=visit]").count() == 13
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/series/" in url and "/new/" not in url)
    series = AppointmentSeries.objects.get()
    visits = list(series.appointments.order_by("series_number"))
    assert len(visits) == 12
    assert len({v.start_at.astimezone(v.site.zone).time() for v in visits}) == 1
    assert Message.objects.count() == 1
    page.locator("#visit-3 a", has_text="Move").press("Enter")
    page.wait_for_url("**/move/")
    local = visits[2].start_at.astimezone(gym["site"].zone)
    page.locator("input[name=scope][value=one]").press("Space")
    page.fill("#id_clock", f"{local + timedelta(hours=2):%H:%M}")
    page.press("#id_clock", "Enter")
    page.wait_for_url(f"**/series/{series.pk}/")
    assert "moved" in page.inner_text("#visit-3")
    assert "moved" not in page.inner_text("#visit-4")
    page.locator("#visit-5 a", has_text="Cancel").press("Enter")
    page.wait_for_url("**/cancel/")
    assert page.locator("input[name=scope][value=later]").is_checked()
    page.locator("input[value=feeling_better]").press("Space")
    page.locator("button", has_text="Cancel").last.press("Enter")
    page.wait_for_url(f"**/series/{series.pk}/")
    statuses = list(series.appointments.order_by("series_number").values_list("status", flat=True))
    assert statuses == ["booked"] * 4 + ["cancelled"] * 8
    assert Message.objects.count() == 3
    page.goto(f"/desk/people/{patient.pk}/")
    page.wait_for_selector("text=4 of 12")


def test_a_clash_is_marked_and_nothing_that_was_chosen_is_lost(gym, sign_in):
    """Somebody else was faster: one row is marked, the other rows stay as they were."""
    patient, rival = builders.make_patient(), builders.make_patient()
    page = sign_in(java_script_enabled=False)
    page.goto(f"/desk/series/new/?patient={patient.pk}")
    page.select_option("#id_visit_type", gym["kind"].code)
    page.fill("#id_count", "4")
    page.get_by_role("button", name="Propose times").click()
    page.fill("#course-reason", "After the operation")
    page.select_option("#visit-1", index=2)
    page.get_by_role("button", name="Show again").click()
    kept = page.locator("#visit-1").input_value()
    third = page.locator("#visit-3").input_value().split("/")[0]
    start = timezone.datetime.fromisoformat(third)
    clerk = builders.make_user()
    wish = CourseRequest(rival, gym["kind"], gym["site"], [(start, gym["therapist"])], 1)
    book_series(request=wish, by=clerk, now=timezone.now())
    page.click("#book-all")
    assert "1 of 4 times is not free" in page.inner_text("main")
    assert "Not free" in page.inner_text("#note-3")
    assert page.locator("#visit-1").input_value() == kept
    assert page.input_value("#course-reason") == "After the operation"
    assert Appointment.objects.filter(patient=patient).count() == 0
    page.select_option("#visit-3", index=1)
    page.click("#book-all")
    page.wait_for_url(lambda url: "/new/" not in url)
    assert Appointment.objects.filter(patient=patient).count() == 4
    assert AppointmentSeries.objects.get(patient=patient).reason == "After the operation"


def test_visits_are_left_out_and_added(gym, sign_in):
    """Eleven instead of twelve, and later two more."""
    patient = builders.make_patient()
    page = sign_in()
    propose_by_keyboard(page, gym, patient)
    page.select_option("#visit-12", "")
    page.click("#book-all")
    page.wait_for_url(lambda url: "/new/" not in url)
    series = AppointmentSeries.objects.get()
    assert series.appointments.count() == 11
    page.keyboard.press("n")
    page.wait_for_url("**/series/new/**")
    page.fill("#id_count", "2")
    page.press("#id_count", "Enter")
    page.wait_for_selector("#book-all:focus")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/series/{series.pk}/")
    assert series.appointments.count() == 13
    assert "13 of 13" in page.inner_text("main")
