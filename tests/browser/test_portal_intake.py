"""Telling before a visit, on a phone: in Spanish by keyboard and by touch, up to the nurse."""

import re

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from patients.models import AllergyIntolerance, PortalAccess
from patients.models.document import DocumentKind
from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.models import VisitType
from scheduling.queries.availability import SlotSearch, free_slots
from tests import builders
from tests.browser.looks import look, shot, violations
from tests.record_builders import shipped_instruments
from treatments.models import Intake, QuestionnaireResponse

SPANISH = {"locale": "es-MX"}


@pytest.fixture
def visit(clinic):
    """Somebody is booked for today, and must prepare for it."""
    shipped_instruments()
    kind, clerk, now = VisitType.objects.get(), builders.make_user(), timezone.now()
    kind.needs_fasting = kind.needs_driver = True
    kind.save()
    end = now + timezone.timedelta(hours=8)
    slot = free_slots(clerk, SlotSearch(kind, [clinic["site"]], now, end), now=now)[0]
    patient = builders.make_patient("Ana", "Novak", email="ana@example.org")
    patient.language = "es"
    patient.save()
    request = BookingRequest(patient, kind, clinic["site"], slot.start_at)
    return book_appointment(request=request, by=clerk, now=now)


@pytest.fixture
def patient_user(visit):
    user = builders.make_user(Role.PATIENT)
    PortalAccess.objects.create(user=user, patient=visit.patient)
    return user


def see(page, name, *, is_fit=True):
    """Nothing is wider than the phone, and everybody can use it; a picture for whoever looks."""
    look(page, f"intake-{name}")
    if is_fit:
        assert violations(page) == []


def go_on(page, name):
    """Press the big button by the keyboard, and wait for the page after it."""
    page.get_by_role("button", name=name, exact=True).focus()
    page.keyboard.press("Enter")


def test_it_is_told_by_keyboard_in_spanish(visit, patient_user, sign_in):
    """Who cannot use a finger or a screen can tell all the same, up to the scores of the chart."""
    page = sign_in(user=patient_user, size="phone", **SPANISH)
    page.goto(f"/patient/{visit.patient_id}/")
    see(page, "home-es")
    page.get_by_role("link", name="Qué hacer antes").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Antes de su cita')")
    see(page, "before-es")
    page.get_by_role("link", name=re.compile("^Cuéntenos sobre usted")).focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Cuéntenos sobre usted')")
    see(page, "intake-es")
    page.get_by_role("link", name="Empezar").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('¿Por qué viene a vernos?')")
    page.get_by_label("En sus palabras").focus()
    page.keyboard.type("Me duele la espalda desde enero.")
    # What was typed is saved by itself, before any button.
    page.wait_for_selector("[data-save-state]:has-text('Guardado a las')")
    see(page, "reason-es")
    go_on(page, "Guardar y seguir")
    page.wait_for_selector("h1:has-text('¿Dónde le duele?')")
    page.get_by_role("checkbox", name="Espalda baja izquierda, por detrás").focus()
    page.keyboard.press("Space")
    see(page, "body-es")
    go_on(page, "Guardar y seguir")
    page.wait_for_selector("h1:has-text('¿Qué tan fuerte es el dolor ahora?')")
    page.get_by_role("radio", name="0", exact=True).focus()
    for _press in range(7):
        page.keyboard.press("ArrowRight")
    see(page, "now-es")
    go_on(page, "Guardar y seguir")
    page.wait_for_selector("h1:has-text('¿Cómo estuvo la última semana?')")
    see(page, "peg-es")
    go_on(page, "Guardar y parar por ahora")
    page.wait_for_selector("h1:has-text('Cuéntenos sobre usted')")
    see(page, "half-es")
    go_on(page, "Enviar a mi equipo médico")
    page.wait_for_selector("text=Su equipo médico ya tiene sus respuestas")
    see(page, "sent-es")
    sent = Intake.objects.get()
    assert sent.appointment_id == visit.pk
    assert sent.answers["where"] == {"parts": ["back-low-back-left"]}
    assert QuestionnaireResponse.objects.get().score == 7


def test_it_is_told_by_touch_and_taken_over_by_the_nurse(visit, patient_user, sign_in):
    """From the thumb of the person to the record, with a nurse's press in between."""
    page = sign_in(user=patient_user, size="phone", has_touch=True, **SPANISH)
    page.goto(f"/patient/{visit.patient_id}/intake/where/")
    page.get_by_role("checkbox", name="Mano derecha, por delante").tap()
    page.get_by_role("checkbox", name="Cuello, por delante").tap()
    page.get_by_role("checkbox", name="Cuello, por delante").tap()
    page.get_by_role("button", name="Guardar y seguir").tap()
    page.wait_for_selector("h1:has-text('¿Qué tan fuerte')")
    page.goto(f"/patient/{visit.patient_id}/intake/medicines/")
    page.get_by_label("Nombre del medicamento").first.fill("Warfarina")
    page.get_by_role("radio", name="Sí").first.check(force=True)
    see(page, "medicines-es")
    page.get_by_role("button", name="Guardar y seguir").tap()
    page.wait_for_selector("h1:has-text('¿A qué tiene alergia?')")
    page.get_by_label("Alergia a").first.fill("Látex")
    page.get_by_label("No tengo alergias que yo sepa").check()
    page.get_by_role("button", name="Guardar y revisar todo").tap()
    page.wait_for_selector("text=Elija una de las dos cosas")
    see(page, "allergies-es")
    page.get_by_label("No tengo alergias que yo sepa").uncheck()
    page.get_by_role("button", name="Guardar y revisar todo").tap()
    page.get_by_role("button", name="Enviar a mi equipo médico").tap()
    page.wait_for_selector("text=Su equipo médico ya tiene sus respuestas")
    assert Intake.objects.get().answers["where"] == {"parts": ["front-hand-right"]}

    nurse = builders.make_user(Role.NURSE)
    builders.care_for(visit.patient, nurse)
    desk = sign_in(user=nurse)
    desk.goto(f"/physician/people/{visit.patient_id}/intake/")
    shot(desk, "intake-staff")
    assert violations(desk) == []
    desk.locator("[id^=line-allergies]").get_by_role("button", name="Take into the record").click()
    desk.wait_for_selector("text=Látex: taken into the record.")
    assert AllergyIntolerance.objects.get().text == "Látex"
    desk.goto(f"/physician/people/{visit.patient_id}/")
    shot(desk, "intake-chart")
    desk.goto("/desk/worklist/")
    assert "Intakes: 1 to look through" in desk.inner_text("main")
    desk.goto(f"/desk/visits/{visit.pk}/")
    assert "Intake" in desk.inner_text("main")
    shot(desk, "intake-visit")


def test_it_is_signed_and_a_card_is_sent_in_spanish(visit, patient_user, sign_in):
    """A name, a tick and a photo; the desk files it, and the person reads that."""
    page = sign_in(user=patient_user, size="phone", **SPANISH)
    page.goto(f"/patient/{visit.patient_id}/consents/")
    see(page, "consents-es")
    page.get_by_role("link", name=re.compile("Recibir atención aquí")).click()
    see(page, "consent-es")
    page.get_by_label("Escriba su nombre completo").fill("Ana Novak")
    page.get_by_label("He leído esto y lo acepto.").check()
    page.get_by_role("button", name="Firmar").click()
    page.wait_for_selector("text=Quedó firmado")
    page.goto(f"/patient/{visit.patient_id}/files/")
    page.get_by_role("link", name="Su tarjeta del seguro").click()
    file = page.locator("input[type=file]")
    big = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff" + b"x" * 10_500_000}
    file.set_input_files(big)
    page.wait_for_selector("[data-file-says]:has-text('demasiado grande')")
    see(page, "file-es")
    file.set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 x"})
    page.get_by_role("button", name="Enviar", exact=True).click()
    page.wait_for_selector("text=Lo recibimos y lo revisaremos pronto")
    see(page, "files-es")
    desk = sign_in()
    desk.goto("/desk/sent-files/")
    shot(desk, "intake-sent-files")
    assert violations(desk) == []
    desk.get_by_role("button", name="File it").click()
    desk.wait_for_selector("text=Nothing to look at")
    assert visit.patient.documents.get().kind == DocumentKind.INSURANCE_CARD
