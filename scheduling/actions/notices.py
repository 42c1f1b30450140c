"""What patients are told about their visits. No message carries a clinical word."""

from datetime import datetime

from django.template.loader import render_to_string
from django.utils import formats, timezone, translation

from clinic.accounts.models import THE_CLINIC, User
from clinic.messaging.actions import Recipient, queue_message, withdraw_messages
from clinic.messaging.models import MessageKind
from clinic.shared.actions import action
from patients.queries import email_address
from scheduling.models import Appointment


@action
def announce(
    *,
    kind: MessageKind,
    appointment: Appointment,
    is_first: bool = False,
    by: User | None,
    now: datetime,
) -> None:
    """Write the message about a booked or cancelled visit.

    What an earlier message said is no longer so: if it has not gone out yet, it stays here. The
    message about a visit that was not there before `is_first`.
    """
    about = f"appointment:{appointment.pk}"
    if not is_first:
        withdraw_messages(about=about, by=by, now=now)
    patient, site = appointment.patient, appointment.site
    with translation.override(patient.language), timezone.override(site.zone):
        local = appointment.start_at.astimezone(site.zone)
        context = {
            "patient": patient,
            "appointment": appointment,
            "site": site,
            "day": f"{formats.date_format(local, 'l')}, {formats.date_format(local)}",
            "clock": formats.time_format(local),
        }
        text = render_to_string(f"scheduling/messages/{kind}.{patient.language}.txt", context)
    # The first line of a message's template is its subject.
    subject, _, body = text.strip().partition("\n")
    queue_message(
        kind=kind,
        to=Recipient(name=patient.name, address=email_address(by or THE_CLINIC, patient, now=now)),
        subject=subject,
        body=body.strip() + "\n",
        about=about,
        patient_id=patient.pk,
        dedupe_key=f"{about}:{kind}:{now.isoformat()}",
        by=by,
        now=now,
    )
