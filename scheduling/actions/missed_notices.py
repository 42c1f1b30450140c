"""What somebody is told who did not come."""

from datetime import datetime, timedelta

from clinic.accounts.models import THE_CLINIC, User
from clinic.messaging.actions import queue_message
from clinic.messaging.models import MessageKind
from clinic.shared.actions import action
from patients.queries import recipient
from scheduling.actions.visit_texts import visit_text
from scheduling.models import Appointment
from scheduling.queries.visit_links import again_address

# Long enough for the desk to say that they came after all.
PAUSE = timedelta(hours=1)


@action
def announce_missed(*, appointment: Appointment, by: User | None, now: datetime) -> None:
    """Write a kind word, with a link to choose another time; taking the step back withdraws it.

    A visit marked long afterwards, when the books are put in order, is told to nobody.
    """
    about = f"appointment:{appointment.pk}"
    if now - appointment.end_at > timedelta(days=2):
        return
    name = f"scheduling/messages/{MessageKind.NO_SHOW}"
    link = again_address(by or THE_CLINIC, appointment, now=now)
    queue_message(
        kind=MessageKind.NO_SHOW,
        to=recipient(by or THE_CLINIC, appointment.patient, zone=appointment.site.zone, now=now),
        text=visit_text(name, appointment, link=link),
        about=about,
        patient_id=appointment.patient_id,
        dedupe_key=f"{about}:{MessageKind.NO_SHOW}:{appointment.start_at:%Y%m%dT%H%MZ}",
        due_at=now + PAUSE,
        valid_until=now + timedelta(days=3),
        by=by,
        now=now,
    )
