"""Living with it, on a phone: from the number of today to the chart, in both languages."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from patients.models import Condition, MedicationStatement, Patient, PortalAccess
from tests import builders
from tests.browser.looks import look, violations
from tests.outcome_builders import block
from tests.record_builders import (
    make_course,
    make_follow_up,
    make_procedure,
    make_response,
    shipped_catalogue,
    shipped_instruments,
)
from treatments.domain.aftercare import aftercare_for
from treatments.models import PainDiaryEntry, QuestionnaireResponse

WORDS = {
    "en": {"save": "Save", "pain": "My pain", "done": "Shot in your lower back", "year": "Year"},
    "es": {
        "save": "Guardar",
        "pain": "Mi dolor",
        "done": "Inyección en la parte baja de la espalda",
        "year": "Año",
    },
}


@pytest.fixture
def ana(clinic):
    """Somebody with a month of diary, a shot of last week, a block of today and a therapy."""
    shipped_catalogue()
    shipped_instruments()
    doctor, now = builders.make_user(Role.PHYSICIAN), timezone.now()
    person = builders.make_patient("Ana", "Novak", email="ana@example.org")
    builders.care_for(person, doctor)
    user = builders.make_user(Role.PATIENT)
    PortalAccess.objects.create(user=user, patient=person)
    today = now.astimezone(clinic["site"].zone).date()
    for back in [*range(1, 12), *range(15, 60)]:
        PainDiaryEntry.objects.create(
            patient=person,
            local_date=today - timedelta(days=back),
            nrs=min(10, 3 + back % 4 + (2 if back > 7 else 0)),
            took=["acetaminophen", "heat_or_cold"] if back % 3 else [],
            activity="usual" if back % 2 else "",
            written_as="patient",
            written_by=user,
            written_at=now,
            changed_at=now,
        )
    make_procedure(
        person,
        doctor,
        at=now - timedelta(days=6),
        status="signed",
        aftercare=aftercare_for("epidural"),
        drugs=[("triamcinolone", "40")],
    )
    block(person, doctor, at=now - timedelta(minutes=65))
    make_course(person, doctor, goal="Walk a mile", instructions="Ten slow squats each morning.")
    make_course(person, doctor, treatment="home-exercise", instructions="Bird dog, ten times.")
    make_course(person, doctor, treatment="nsaid")
    make_course(person, doctor, treatment="epidural-steroid-injection")
    make_response(person, 6, at=now - timedelta(days=20))
    make_response(person, 4, at=now - timedelta(days=2))
    make_follow_up(person, due_at=now + timedelta(hours=9), kind="questionnaire")
    Condition.objects.create(patient=person, text="Lumbar stenosis", code="M48.062")
    MedicationStatement.objects.create(patient=person, text="Metformin", dosage="500 mg at night")
    return person, user


@pytest.mark.parametrize(("language", "java_script"), [("en", True), ("es", False)])
def test_two_taps_from_home_and_the_chart_is_there(ana, sign_in, language, java_script):
    """A number on the first page, Save, and the chart with what was done on it."""
    person, user = ana
    words = WORDS[language]
    Patient.objects.update(language=language)
    locale = {"en": "en-US", "es": "es-US"}[language]
    phone = sign_in(user=user, size="phone", locale=locale, java_script_enabled=java_script)
    phone.goto(f"/patient/{person.pk}/")
    look(phone, f"home-{language}")
    phone.locator(".pain-links a", has_text="7").click()
    look(phone, f"diary-{language}")
    save = phone.get_by_role("button", name=words["save"], exact=True)
    assert save.bounding_box()["height"] >= 44
    save.click()
    phone.wait_for_selector(f"h1:has-text('{words['pain']}')")
    assert words["done"] in phone.inner_text("main")
    look(phone, f"pain-month-{language}")
    phone.get_by_role("link", name=words["year"], exact=True).click()
    phone.locator("main details summary").first.click()
    look(phone, f"pain-year-{language}")
    assert PainDiaryEntry.objects.filter(patient=person).first().nrs == 7
    for name, address in {
        "pain-week": "pain/?show=week",
        "care": "care/",
        "learn": "learn/",
        "topic": "learn/epidural-shot/",
        "block": f"block-diary/{person.procedures.get(treatment='medial-branch-block').pk}/",
    }.items():
        phone.goto(f"/patient/{person.pk}/{address}")
        look(phone, f"{name}-{language}")
        if java_script:
            assert violations(phone) == [], name
    phone.locator(".pain-numbers label").nth(2).click()
    phone.get_by_role("button", name=words["save"], exact=True).click()
    phone.wait_for_selector(".block-hours small, .block-hours a")
    look(phone, f"block-saved-{language}")
    assert QuestionnaireResponse.objects.get(occasion="diary").score == 2
