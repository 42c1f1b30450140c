"""Newsletters, and people who want them."""

from datetime import UTC, datetime

from patients.models import Consent
from treatments.models import Newsletter

LETTER = {
    "title_en": "News for your back",
    "body_en": "Walk a little every day.",
    "title_es": "Noticias para su espalda",
    "body_es": "Camine un poco cada día.",
}


def make_newsletter(user, **values):
    """A letter to everybody who agreed, not sent yet."""
    now = datetime.now(UTC)
    return Newsletter.objects.create(**(LETTER | {"created_at": now, "created_by": user} | values))


def decide(patient, user, decision="permit", **values):
    """They want news, or no more of them."""
    fields = {
        "kind": "newsletter",
        "decision": decision,
        "method": "paper",
        "given_by": "They",
        "decided_date": datetime.now(UTC).date(),
        "recorded_by": user,
    }
    return Consent.objects.create(patient=patient, **(fields | values))
