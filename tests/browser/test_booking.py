"""The main job, in a real browser: a person on the phone, a visit today, no mouse."""

import tarfile
from pathlib import Path

import pytest
from django.core.management import call_command

from clinic.accounts.roles import Role
from clinic.messaging.models import Message
from patients.models import Patient
from scheduling.models import Appointment, Reservation
from tests import builders

BUNDLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "synthea-r4.tar.xz"


@pytest.fixture
def imported(tmp_path, clinic):
    """Real synthetic records, brought in by the command that a clinic would use."""
    if not BUNDLES.exists():
        pytest.skip("the shared FHIR bundles are not beside this repository")
    with tarfile.open(BUNDLES) as archive:
        members = [m for m in archive.getmembers() if m.name.endswith(".json")][:5]
        archive.extractall(tmp_path, members, filter="data")
    call_command("import_fhir", str(tmp_path), verbosity=0)
    return Patient.objects.order_by("record_number").first()


def test_an_imported_person_is_booked_today_by_keyboard_alone(imported, clinic, sign_in):
    """Three steps while the phone rings: find, choose, booked."""
    page = sign_in(layout="list")
    page.keyboard.press("b")
    page.wait_for_url("**/desk/book/")
    page.keyboard.type(imported.family_name)
    page.wait_for_selector(f"#person-{imported.pk}")
    page.keyboard.press("Enter")
    page.wait_for_selector("#earliest:focus")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/?*")
    row = page.locator(".board-row", has_text=imported.family_name)
    assert row.count() == 1
    assert "Booked" in row.inner_text()
    assert imported.name in page.locator("#undo-place").inner_text()
    visit = Appointment.objects.get(patient=imported)
    assert (
        visit.start_at.astimezone(clinic["site"].zone).date()
        == visit.created_at.astimezone(clinic["site"].zone).date()
    )
    assert Reservation.objects.filter(appointment=visit).count() == 2
    assert Message.objects.filter(about=f"appointment:{visit.pk}").count() == 1


def test_quick_typing_never_opens_the_wrong_person(clinic, sign_in):
    """Enter before the answer came must not take the first person of an earlier word."""
    wrong = builders.make_patient("Anna", "Aaronson")
    right = builders.make_patient("Berta", "Bbronson")
    page = sign_in(layout="list")
    page.goto("/desk/book/")
    page.keyboard.type("aaronson")
    page.wait_for_selector(f"#person-{wrong.pk}")
    page.fill("#q", "")
    page.keyboard.type("bbronson")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#person-{right.pk}:focus")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**patient={right.pk}")
    assert "Berta" in page.inner_text(".person-card")


def test_the_second_of_two_desks_is_told_and_offered_other_times(clinic, sign_in):
    """Two clerks look at the same time; the slower one loses nothing but the slot."""
    first, second = builders.make_patient("Ana", "Uno"), builders.make_patient("Bea", "Dos")
    pages = [sign_in(layout="list") for _ in range(2)]
    for page, patient in zip(pages, (first, second), strict=True):
        page.goto(f"/desk/book/?patient={patient.pk}")
        page.wait_for_selector("#earliest")
    pages[0].press("#earliest", "Enter")
    pages[0].wait_for_url("**/desk/?*")
    pages[1].press("#earliest", "Enter")
    pages[1].wait_for_selector(".flag")
    assert "not free any more" in pages[1].inner_text("main")
    pages[1].press("#earliest", "Enter")
    pages[1].wait_for_url("**/desk/?*")
    assert Appointment.objects.count() == 2


def test_another_kind_of_visit_shows_its_own_times(clinic, sign_in):
    """The times, and what is booked, must follow the kind that is chosen."""
    builders.make_visit_type(60, [{"kind": "clinician", "capability": "consultation"}], rank=5)
    patient = builders.make_patient()
    page = sign_in(layout="list")
    page.goto(f"/desk/book/?patient={patient.pk}")
    with page.expect_response("**/desk/book/?*"):
        page.locator("[name=visit_type][type=radio]").nth(1).check()
    page.wait_for_selector("#times:not([aria-busy]) #earliest")
    page.press("#earliest", "Enter")
    page.wait_for_url("**/desk/?*")
    visit = Appointment.objects.get()
    assert (visit.end_at - visit.start_at).total_seconds() == 3600


def test_times_of_the_kind_chosen_before_are_not_taken(clinic, sign_in):
    """A fast hand presses Enter before the new times are there: the old ones are not meant."""
    builders.make_visit_type(60, [{"kind": "clinician", "capability": "consultation"}], rank=5)
    patient = builders.make_patient()
    page = sign_in(layout="list")
    page.goto(f"/desk/book/?patient={patient.pk}")
    asked = []
    page.route("**/desk/book/?*", lambda route: asked.append(route))
    page.locator("[name=visit_type][type=radio]").nth(1).check()
    page.wait_for_selector("#times[aria-busy]")
    page.press("#earliest", "Enter")
    page.click("#earliest")
    asked.pop().continue_()
    page.wait_for_selector("#times:not([aria-busy]) #earliest")
    assert not Appointment.objects.exists()
    page.press("#earliest", "Enter")
    page.wait_for_url("**/desk/?*")
    visit = Appointment.objects.get()
    assert (visit.end_at - visit.start_at).total_seconds() == 3600


def test_everything_works_without_javascript(clinic, sign_in):
    """A blocked script must not stop the clinic."""
    patient = builders.make_patient("Carla", "Scriptless")
    page = sign_in(java_script_enabled=False, layout="list")
    page.goto("/desk/book/")
    page.fill("#q", "scriptless")
    page.get_by_role("button", name="Find", exact=True).click()
    page.click(f"#person-{patient.pk}")
    page.click("#earliest")
    assert "Scriptless" in page.inner_text("main")
    page.locator(".board-row .primary").click()
    assert Appointment.objects.get().status == "arrived"


def test_the_day_is_moved_on_by_one_button_a_row(clinic, sign_in):
    """Receive, room, start, complete: each swaps the row in place."""
    patient = builders.make_patient()
    desk = sign_in(layout="list")
    desk.goto(f"/desk/book/?patient={patient.pk}")
    desk.press("#earliest", "Enter")
    desk.wait_for_url("**/desk/?*")
    for label, word in (("Arrived", "Arrived"), ("To room", "In a room")):
        desk.locator(".board-row .primary", has_text=label).click()
        desk.wait_for_selector(f".board-row .chip:has-text('{word}')")
    nurse = sign_in(Role.NURSE, layout="list")
    nurse.goto("/desk/")
    for label, word in (("Start", "In progress"), ("Complete", "Completed")):
        nurse.locator(".board-row .primary", has_text=label).click()
        nurse.wait_for_selector(f".board-row .chip:has-text('{word}')")
    assert Appointment.objects.get().status == "completed"
