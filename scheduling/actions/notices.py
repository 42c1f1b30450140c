"""What patients are told about their visits. No message carries a clinical word."""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import formats, translation

from clinic.accounts.models import THE_CLINIC, User
from clinic.messaging.actions import queue_message, withdraw_messages
from clinic.messaging.models import MessageKind
from clinic.messaging.recipients import is_reachable
from clinic.messaging.texts import render
from clinic.shared.actions import action
from patients.queries import recipient
from scheduling.actions.visit_texts import short_clock, short_day, visit_text, visit_words
from scheduling.models import Appointment, WaitlistOffer
from scheduling.queries.visit_links import answer_address

# News of a visit that is as near as this does not wait for the morning.
SOON = timedelta(days=1)


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
    message about a visit that was not there before `is_first`. Who has just booked, or comes within
    a day, is told even in their quiet hours.
    """
    about = f"appointment:{appointment.pk}"
    if not is_first:
        withdraw_messages(about=about, by=by, now=now)
    patient, site = appointment.patient, appointment.site
    link = answer_address(by or THE_CLINIC, appointment)
    text = visit_text(f"scheduling/messages/{kind}", appointment, link=link)
    queue_message(
        kind=kind,
        to=recipient(by or THE_CLINIC, patient, zone=site.zone, now=now),
        text=text,
        about=about,
        patient_id=patient.pk,
        dedupe_key=f"{about}:{kind}:{now.isoformat()}",
        valid_until=appointment.end_at,
        urgent=is_first or appointment.start_at <= now + SOON,
        by=by,
        now=now,
    )


@action
def announce_offer(*, offer: WaitlistOffer, secret: str, by: User | None, now: datetime) -> None:
    """Write the message that asks somebody whether they want a time; it carries the secret.

    Where nothing reaches them it carries no link, and waits for somebody at the desk who calls.
    It does not wait for the morning: the time is held for a short while only.
    """
    hold = offer.hold
    patient, site = hold.patient, hold.site
    to = recipient(by or THE_CLINIC, patient, zone=site.zone, now=now)
    link = settings.PUBLIC_URL.rstrip("/") + reverse("public:offer", args=[secret])
    language, until = patient.language, hold.expires_at
    with translation.override(language):
        told = until.astimezone(site.zone)
        context = {
            **visit_words(hold.start_at, site, language),
            "patient": patient,
            "site": site,
            "what": hold.visit_type.message_name(language),
            "until_day": formats.date_format(told, "l"),
            "until_clock": formats.time_format(told),
            "short_until": f"{short_day(until, site.zone, language)} "
            f"{short_clock(until, site.zone, language)}",
            "link": link if is_reachable(to) else "",
        }
    text = render(f"scheduling/messages/{MessageKind.WAITLIST_OFFER}", language, context)
    queue_message(
        kind=MessageKind.WAITLIST_OFFER,
        to=to,
        text=text,
        about=f"offer:{offer.pk}",
        patient_id=patient.pk,
        dedupe_key=f"offer:{offer.pk}",
        valid_until=hold.expires_at,
        urgent=True,
        by=by,
        now=now,
    )
