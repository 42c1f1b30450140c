"""Answering the message about a visit on a phone: no sign-in, no script needed, one press."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.messaging.models import Message
from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.actions.steps import take_step
from scheduling.domain.states import Step
from scheduling.models import Appointment, ReminderRule, VisitType
from scheduling.queries.availability import SlotSearch, free_slots
from scheduling.tasks import remind
from tests import builders
from tests.browser.looks import look


@pytest.fixture
def visit(clinic):
    """Booked a week ago for in three days; its kind says how to prepare."""
    now = timezone.now()
    kind, site, clerk = VisitType.objects.get(), clinic["site"], builders.make_user()
    kind.needs_fasting = kind.needs_driver = True
    kind.public_name = "Appointment"
    kind.save()
    ReminderRule.objects.create(before=timedelta(days=4))
    begin = now + timedelta(days=3)
    slot = free_slots(clerk, SlotSearch(kind, [site], begin, begin + timedelta(days=1)), now=now)[0]
    patient = builders.make_patient("Lena", "Leaver", email="lena@example.org")
    request = BookingRequest(patient, kind, site, slot.start_at)
    return book_appointment(request=request, by=clerk, now=now - timedelta(days=7))


def link_in(kind):
    body = Message.objects.filter(kind=kind).latest("id").body
    return re.search(r"/public/visit/[\w~-]+/", body)[0]


@pytest.mark.parametrize("java_script", [True, False])
def test_a_reminder_is_answered_on_a_phone(visit, open_page, java_script):
    """From the message to “we expect you”, in two presses."""
    remind()
    phone = open_page("phone", java_script_enabled=java_script)
    phone.goto(link_in("appointment_reminder"))
    assert "Will you come?" in phone.inner_text("h1")
    assert "Before you come" in phone.inner_text("main")
    look(phone, f"asked-{java_script}")
    phone.get_by_role("button", name="Yes, I will come").click()
    phone.wait_for_selector("h1:has-text('We expect you')")
    look(phone, f"confirmed-{java_script}")
    assert Appointment.objects.get().status == "confirmed"


def test_another_time_is_chosen_and_then_the_visit_cancelled(visit, open_page):
    """Each message has a link of its own; the newest speaks of the newest time."""
    person = visit.patient
    person.language = "es"
    person.save()
    phone = open_page("phone")
    phone.goto(link_in("appointment_booked"))
    look(phone, "asked-es")
    phone.get_by_role("link", name="Elegir otra hora").click()
    phone.wait_for_selector("h1:has-text('Elegir otra hora')")
    look(phone, "times-es")
    phone.locator("button[name=time]").last.click()
    phone.wait_for_selector("h1:has-text('Su cita tiene ahora otra hora')")
    look(phone, "moved-es")
    assert Appointment.objects.get().start_at != visit.start_at
    phone.goto(link_in("appointment_moved"))
    phone.get_by_text("No puedo venir").click()
    look(phone, "cancel-es")
    phone.get_by_role("button", name="Cancelar esta cita").click()
    phone.wait_for_selector("h1:has-text('Esta cita está cancelada')")
    assert Appointment.objects.get().status == "cancelled"


def test_after_a_missed_visit_a_new_time_is_chosen(visit, open_page):
    """A missed visit is not the end of the treatment."""
    Appointment.objects.filter(pk=visit.pk).update(
        start_at=timezone.now() - timedelta(hours=2), end_at=timezone.now() - timedelta(hours=1)
    )
    visit.refresh_from_db()
    take_step(appointment=visit, step=Step.NO_SHOW, by=builders.make_user(), now=timezone.now())
    phone = open_page("phone")
    phone.goto(link_in("no_show"))
    look(phone, "missed")
    phone.get_by_role("link", name="Show free times").click()
    phone.locator("button[name=time]").first.click()
    phone.wait_for_selector("h1:has-text('Your new visit is booked')")
    look(phone, "booked-again")
    assert Appointment.objects.filter(status="booked").count() == 1


def test_a_link_that_is_over_gives_a_phone_number(clinic, open_page):
    """Whoever finds an old message is not left alone."""
    phone = open_page("phone")
    answer = phone.goto("/public/visit/nonsense/")
    assert answer.status == 404
    look(phone, "gone")
