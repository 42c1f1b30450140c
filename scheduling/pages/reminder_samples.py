"""What a person would read, shown to whoever sets reminders up. Nobody real is in it."""

from datetime import datetime, timedelta

from clinic.messaging.texts import Text
from patients.models import Patient
from scheduling.actions.visit_texts import visit_text
from scheduling.models import Appointment, Site, VisitType

LANGUAGES = (("en", "English"), ("es", "Spanish"))


def sample_texts(
    *, site: Site, visit_type: VisitType, start_at: datetime, link: str
) -> list[tuple[str, Text]]:
    """The reminder of such a visit in each language, by its name."""
    found = []
    for language, name in LANGUAGES:
        visit = Appointment(
            patient=Patient(given_names="Ana", family_name="Sample", language=language),
            site=site,
            visit_type=visit_type,
            start_at=start_at,
            end_at=start_at + timedelta(minutes=visit_type.duration_minutes),
        )
        template = "scheduling/messages/appointment_reminder"
        found.append((name, visit_text(template, visit, link=link)))
    return found
