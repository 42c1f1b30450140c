"""Writing to the clinic on a phone: warned, sent, answered, read; in both languages."""

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from patients.models import PortalAccess, ThreadMessage
from tests import builders, record_builders
from tests.browser.looks import look
from treatments.models import WellBeing

WORDS = {
    "en": {
        "topic": "My treatment",
        "subject": "After the shot",
        "danger": "I can't hold my urine since noon.",
        "send": "Send",
        "urgent": "This sounds urgent",
        "called": "I have called. Send it too",
        "told": "We have told a clinician",
        "new": "You have a new answer from us",
    },
    "es": {
        "topic": "Mi tratamiento",
        "subject": "Después de la inyección",
        "danger": "No aguanto la orina desde el mediodía.",
        "send": "Enviar",
        "urgent": "Esto parece urgente",
        "called": "Ya llamé. Enviarlo también",
        "told": "Ya avisamos a un médico",
        "new": "Tiene una respuesta nueva de nosotros",
    },
}


@pytest.mark.parametrize("language", ["en", "es"])
def test_written_warned_sent_answered_read(clinic, sign_in, language):
    """The journey that must not lose anybody: danger is named, and a clinician knows at once."""
    words = WORDS[language]
    record_builders.shipped_catalogue()
    clinic["site"].phone = "+1 212-555-0100"
    clinic["site"].save()
    patient = builders.make_patient(email="ana@example.org")
    patient.language = language
    patient.save()
    user = builders.make_user(Role.PATIENT, password=builders.PASSWORD)
    PortalAccess.objects.create(user=user, patient=patient)
    doctor = builders.make_user(Role.PHYSICIAN, password=builders.PASSWORD)
    builders.care_for(patient, doctor)
    phone = sign_in(Role.PATIENT, "phone", user=user)
    phone.goto(f"/patient/{patient.pk}/messages/")
    look(phone, f"talk-list-{language}")
    phone.goto(f"/patient/{patient.pk}/messages/new/")
    phone.get_by_label(words["topic"]).check()
    phone.fill("[name=subject]", words["subject"])
    phone.fill("[name=body]", words["danger"])
    look(phone, f"talk-new-{language}")
    phone.get_by_role("button", name=words["send"], exact=True).click()
    phone.wait_for_selector(f"h1:has-text('{words['urgent']}')")
    assert not ThreadMessage.objects.exists()
    assert phone.locator("a[href='tel:911']").first.is_visible()
    assert phone.input_value("[name=body]") == words["danger"]
    look(phone, f"talk-urgent-{language}")
    phone.get_by_role("button", name=words["called"]).click()
    phone.wait_for_selector(f"text={words['told']}")
    look(phone, f"talk-sent-{language}")
    assert WellBeing.objects.get().urgency == "emergency"
    desk = sign_in(Role.PHYSICIAN, user=doctor)
    desk.goto("/desk/letters/")
    look(desk, f"talk-desk-list-{language}")
    desk.get_by_role("link", name=words["subject"]).click()
    desk.fill("[name=body]", "Please come in now. <b>Dr. Reyes</b>")
    look(desk, f"talk-desk-{language}")
    desk.get_by_role("button", name="Send the answer").click()
    desk.wait_for_selector("text=is told that something came")
    phone.goto(f"/patient/{patient.pk}/")
    look(phone, f"talk-home-{language}")
    phone.get_by_role("link", name=words["new"]).click()
    phone.get_by_role("link", name=words["subject"]).click()
    phone.wait_for_selector("text=<b>Dr. Reyes</b>")
    look(phone, f"talk-read-{language}")
    assert ThreadMessage.objects.get(from_patient=False).read_at is not None
    phone.goto(f"/patient/{patient.pk}/papers/")
    look(phone, f"talk-papers-{language}")
    row = record_builders.make_procedure(
        patient, doctor, at=timezone.now(), status="signed", aftercare="Rest today."
    )
    phone.goto(f"/patient/{patient.pk}/papers/procedures/{row.pk}/")
    assert "Rest today." in phone.inner_text("main")
    look(phone, f"talk-paper-{language}")
    phone.goto(f"/patient/{patient.pk}/my-data/")
    look(phone, f"talk-data-{language}")
