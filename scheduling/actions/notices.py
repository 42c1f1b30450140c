"""What patients are told about their visits. No message carries a clinical word."""

from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats, timezone, translation

from clinic.accounts.models import THE_CLINIC, User
from clinic.messaging.actions import Recipient, queue_message, withdraw_messages
from clinic.messaging.models import MessageKind
from clinic.shared.actions import action
from patients.queries import email_address
from scheduling.models import Appointment, WaitlistOffer


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


@action
def announce_offer(*, offer: WaitlistOffer, secret: str, by: User | None, now: datetime) -> None:
    """Write the message that asks somebody whether they want a time; it carries the secret.

    Without an address it carries no link, and waits for somebody at the desk who calls.
    """
    hold = offer.hold
    patient, site = hold.patient, hold.site
    address = email_address(by or THE_CLINIC, patient, now=now)
    link = settings.PUBLIC_URL.rstrip("/") + reverse("public:offer", args=[secret])
    with translation.override(patient.language), timezone.override(site.zone):
        local = hold.start_at.astimezone(site.zone)
        until = hold.expires_at.astimezone(site.zone)
        context = {
            "patient": patient,
            "site": site,
            "what": hold.visit_type.public_name,
            "day": f"{formats.date_format(local, 'l')}, {formats.date_format(local)}",
            "clock": formats.time_format(local),
            "until_day": formats.date_format(until, "l"),
            "until_clock": formats.time_format(until),
            "link": link if address else "",
        }
        template = f"scheduling/messages/{MessageKind.WAITLIST_OFFER}.{patient.language}.txt"
        text = render_to_string(template, context)
    subject, _, body = text.strip().partition("\n")
    queue_message(
        kind=MessageKind.WAITLIST_OFFER,
        to=Recipient(name=patient.name, address=address),
        subject=subject,
        body=body.strip() + "\n",
        about=f"offer:{offer.pk}",
        patient_id=patient.pk,
        dedupe_key=f"offer:{offer.pk}",
        by=by,
        now=now,
    )
