"""What a valid form says on the pages where people tell, sign and send, and where staff decide."""

from clinic.accounts.roles import Role
from patients.domain.consent_texts import TEXTS
from tests.security.happenings import scan
from treatments.domain.intake import items_of, print_of
from treatments.models import Intake

WHO = "patient_a"


def posted(world):
    """For each page its form, as in `valid_forms`."""

    def seen():
        draft = Intake.objects.get(patient=world.own.patient, submitted_at=None)
        return {"seen": print_of(draft.answers)}

    def page():
        draft = Intake.objects.get(patient=world.own.patient, submitted_at=None)
        return {"words": "My back", "seen": print_of(draft.answers["reason"]), "do": "next"}

    def line():
        sent = Intake.objects.get(pk=world.own.ids["intake_id"])
        item = items_of(sent.answers)[0]
        return {"subject": item.subject.value, "item": item.key, "verdict": "taken", "reason": ""}

    signed = {"name": "Quill Ownwell", "agree": "on", "version": TEXTS["messages"].version}
    return {
        "patient:intake": lambda: (WHO, seen(), {}),
        "patient:intake-page": lambda: (WHO, page(), {}),
        "patient:consent": lambda: (WHO, signed, {}),
        "patient:send-file": lambda: (WHO, {"file": scan()}, {}),
        "physician:intake-decide": lambda: (Role.NURSE, line(), {}),
        "desk:sent-file-decide": lambda: (Role.FRONT_DESK, {"do": "file"}, {}),
    }
