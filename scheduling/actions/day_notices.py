"""What patients are told on the day itself. No message carries a clinical word."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.template.loader import render_to_string
from django.utils import formats, timezone, translation

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.messaging.actions import Recipient, queue_message
from clinic.messaging.models import MessageKind
from clinic.shared.actions import action
from patients.queries import email_address
from scheduling.models import Appointment
from scheduling.queries.check_in import visit_link


@dataclass(frozen=True)
class Notice:
    """A message about a visit: its template gets `words` as they are, `instants` as local times."""

    kind: MessageKind
    appointment: Appointment
    dedupe_key: str
    words: Mapping[str, str] = field(default_factory=dict)
    instants: Mapping[str, datetime] = field(default_factory=dict)


@action
def send_notice(*, notice: Notice, by: User, now: datetime) -> None:
    """Write the message in the person's language; the same `dedupe_key` again changes nothing."""
    appointment = notice.appointment
    patient, site = appointment.patient, appointment.site
    instants = {"clock": appointment.start_at, **notice.instants}
    with translation.override(patient.language), timezone.override(site.zone):
        clocks = {
            name: formats.time_format(instant.astimezone(site.zone))
            for name, instant in instants.items()
        }
        context = {"patient": patient, "site": site, **notice.words, **clocks}
        name = f"scheduling/messages/{notice.kind}.{patient.language}.txt"
        text = render_to_string(name, context)
    # The first line of a message's template is its subject.
    subject, _, body = text.strip().partition("\n")
    queue_message(
        kind=notice.kind,
        to=Recipient(name=patient.name, address=email_address(by, patient, now=now)),
        subject=subject,
        body=body.strip() + "\n",
        about=f"appointment:{appointment.pk}",
        patient_id=patient.pk,
        dedupe_key=notice.dedupe_key,
        by=by,
        now=now,
    )


@action
def send_check_in_link(*, appointment: Appointment, by: User, now: datetime) -> None:
    """Mail the person a link by which they check in, for as long as it works.

    Raises `Conflict` for a visit that cannot be checked in by phone, `NotAllowed`.
    """
    require(by, "scheduling.receive")
    link = visit_link(by, appointment, now=now)
    notice = Notice(
        kind=MessageKind.CHECK_IN_LINK,
        appointment=appointment,
        dedupe_key=f"check_in_link:{appointment.pk}:{now.isoformat()}",
        words={"link": link.url},
        instants={"until": link.expires_at},
    )
    send_notice(notice=notice, by=by, now=now)
