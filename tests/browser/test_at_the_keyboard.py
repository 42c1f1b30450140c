"""What the scripts add: keys, rows swapped in place, and a sentence when something is refused."""

import pytest
from django.contrib.sessions.models import Session

from clinic.accounts.roles import Role
from scheduling.models import Appointment
from tests import builders


@pytest.fixture
def booked(clinic, sign_in):
    """A clerk's board with one visit on it, booked by keyboard."""
    patient = builders.make_patient("Ana", "Booked")
    page = sign_in(layout="list")
    page.goto(f"/desk/book/?patient={patient.pk}")
    page.press("#earliest", "Enter")
    page.wait_for_url("**/desk/?*")
    return page


def focused(page):
    return page.evaluate("document.activeElement.id")


def test_every_menu_entry_has_a_key_and_the_list_of_keys_says_so(clinic, sign_in):
    """A key that nobody can look up is a key that nobody uses."""
    page = sign_in(layout="list")
    for key, address in (("b", "/desk/book/"), ("p", "/desk/people/"), ("r", "/desk/people/new/")):
        page.goto("/desk/")
        page.keyboard.press(key)
        page.wait_for_url(f"**{address}")
    page.goto("/desk/")
    page.keyboard.press("?")
    words = page.inner_text("dialog[open]")
    for entry in ("Book", "People", "Register"):
        assert entry in words
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0


def test_keys_are_letters_while_somebody_types(clinic, sign_in):
    """Bob Trapp is found, not booked and registered."""
    page = sign_in(layout="list")
    page.goto("/desk/people/")
    page.keyboard.type("bob trapp?")
    assert page.input_value("#q") == "bob trapp?"
    assert page.url.endswith("/desk/people/")


def test_arrows_walk_the_people_and_lead_back_to_the_search(clinic, sign_in):
    """Two of the same name: the second is one key away."""
    people = [builders.make_patient("Ana", f"Walker{letter}") for letter in "ab"]
    page = sign_in(layout="list")
    page.goto("/desk/book/")
    page.keyboard.type("walker")
    page.wait_for_selector(f"#person-{people[1].pk}")
    page.keyboard.press("ArrowDown")
    assert focused(page) == f"person-{people[0].pk}"
    page.keyboard.press("ArrowDown")
    assert focused(page) == f"person-{people[1].pk}"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert focused(page) == "q"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**patient={people[1].pk}")


def test_a_refused_step_says_why_and_leaves_the_row_alone(booked):
    """A colleague was faster: the row must not turn into an error page."""
    Appointment.objects.update(status="completed")
    booked.locator(".board-row .primary").click()
    booked.wait_for_selector("#toasts .tone-bad")
    assert "Completed" in booked.inner_text("#toasts .tone-bad")
    assert booked.locator(".board-row").count() == 1
    assert "Ana" in booked.inner_text(".board-row")


def test_a_session_that_ended_leads_to_sign_in_and_back(booked):
    """Never a sign-in form inside a row of the table."""
    Session.objects.all().delete()
    booked.locator(".board-row .primary").click()
    booked.wait_for_url("**/accounts/login/**")
    assert Appointment.objects.get().status == "booked"


def test_a_lost_connection_is_said(booked):
    """Pressing a button and seeing nothing happen is the worst of answers."""
    booked.context.set_offline(True)
    booked.locator(".board-row .primary").click()
    booked.wait_for_selector("#toasts .tone-bad")
    booked.context.set_offline(False)
    booked.locator(".board-row .primary").click()
    booked.wait_for_selector(".board-row .chip:has-text('Arrived')")
    assert Appointment.objects.get().status == "arrived"


def test_the_other_steps_are_reached_by_keyboard(booked):
    """Cancel and no-show live in a menu that opens, closes and works without a mouse."""
    menu = booked.locator(".board-row summary")
    menu.focus()
    booked.keyboard.press("Enter")
    assert booked.locator(".board-row details[open]").count() == 1
    booked.keyboard.press("Escape")
    assert booked.locator(".board-row details[open]").count() == 0
    booked.keyboard.press("Enter")
    booked.keyboard.press("Tab")
    booked.keyboard.press("Enter")
    booked.locator(".board-row .chip:has-text('Booked')").wait_for(state="detached")


def test_the_keyboard_stays_on_the_row_after_a_step(booked):
    """Whoever moved a visit on by keyboard must not start again at the top of the page."""
    booked.locator(".board-row .primary").focus()
    booked.keyboard.press("Enter")
    booked.wait_for_selector(".board-row .chip:has-text('Arrived')")
    visit = Appointment.objects.get()
    assert focused(booked) == f"next-{visit.pk}"


def test_a_physician_works_through_the_own_day(clinic, sign_in):
    """From the list to the chart and back, and on to the next state."""
    user = builders.make_user(Role.PHYSICIAN, password=builders.PASSWORD)
    clinic["clinician"].user = user
    clinic["clinician"].save()
    patient = builders.make_patient("Ana", "Patient")
    builders.care_for(patient, user)
    page = sign_in(Role.PHYSICIAN, user=user, layout="list")
    page.goto(f"/desk/book/?patient={patient.pk}")
    page.press("#earliest", "Enter")
    page.wait_for_url("**/desk/?*")
    page.goto("/physician/")
    page.locator(".board-row a").first.click()
    page.wait_for_url(f"**/physician/people/{patient.pk}/")
    page.wait_for_selector("text=Booked")
    page.go_back()
    page.locator(".board-row .primary").click()
    page.wait_for_selector(".board-row .chip:has-text('Arrived')")
    assert Appointment.objects.get().status == "arrived"
