"""What patients are told on the day itself. No message carries a clinical word."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import formats, translation

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.messaging.actions import queue_message
from clinic.messaging.models import MessageKind
from clinic.messaging.texts import render
from clinic.shared.actions import action
from patients.queries import recipient
from scheduling.actions.visit_texts import short_clock
from scheduling.models import Appointment
from scheduling.queries.check_in import visit_link


@dataclass(frozen=True)
class Notice:
    """A message about a visit: its template gets `words` as they are, `instants` as local times.

    It is about this very day, so it does not wait for quiet hours to end; at `valid_until` it is
    of no use any more.
    """

    kind: MessageKind
    appointment: Appointment
    dedupe_key: str
    words: Mapping[str, str] = field(default_factory=dict)
    instants: Mapping[str, datetime] = field(default_factory=dict)
    valid_until: datetime | None = None


@action
def send_notice(*, notice: Notice, by: User, now: datetime) -> None:
    """Write the message in the person's language; the same `dedupe_key` again changes nothing."""
    appointment = notice.appointment
    patient, site = appointment.patient, appointment.site
    instants = {"clock": appointment.start_at, **notice.instants}
    language = patient.language
    context = {"patient": patient, "site": site, **notice.words}
    for name, instant in instants.items():
        with translation.override(language):
            context[name] = formats.time_format(instant.astimezone(site.zone))
        context[f"short_{name}"] = short_clock(instant, site.zone, language)
    text = render(f"scheduling/messages/{notice.kind}", language, context)
    queue_message(
        kind=notice.kind,
        to=recipient(by, patient, zone=site.zone, now=now),
        text=text,
        about=f"appointment:{appointment.pk}",
        patient_id=patient.pk,
        dedupe_key=notice.dedupe_key,
        valid_until=notice.valid_until,
        urgent=True,
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
        valid_until=link.expires_at,
    )
    send_notice(notice=notice, by=by, now=now)
