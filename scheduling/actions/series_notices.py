"""What patients are told about a course: one message with all its dates."""

from collections.abc import Sequence
from datetime import datetime

from django.template.loader import render_to_string
from django.utils import formats, timezone, translation

from clinic.accounts.models import THE_CLINIC, User
from clinic.messaging.actions import Recipient, queue_message, withdraw_messages
from clinic.messaging.models import MessageKind
from clinic.shared.actions import action
from patients.queries import email_address
from scheduling.models import Appointment, AppointmentSeries, Site

# What kind of message each text is.
KINDS = {
    "booked": MessageKind.SERIES_BOOKED,
    "moved": MessageKind.APPOINTMENT_MOVED,
    "cancelled": MessageKind.APPOINTMENT_CANCELLED,
}


@action
def announce_series(
    *,
    text: str,
    series: AppointmentSeries,
    visits: Sequence[Appointment],
    by: User,
    now: datetime,
) -> None:
    """Write one message about these visits of a course: they were booked, moved or cancelled.

    Unsent messages about one of them alone are withdrawn, because they are no longer so. What was
    said about the course before goes out all the same: other visits stand in it too.
    """
    if text != "booked":
        for visit in visits:
            withdraw_messages(about=f"appointment:{visit.pk}", by=by, now=now)
    patient, site = series.patient, series.site
    with translation.override(patient.language), timezone.override(site.zone):
        context = {
            "patient": patient,
            "site": site,
            "public_name": series.visit_type.public_name,
            "lines": [_line(visit, site) for visit in sorted(visits, key=lambda v: v.start_at)],
        }
        name = f"scheduling/messages/series_{text}.{patient.language}.txt"
        written = render_to_string(name, context)
    # The first line of a message's template is its subject.
    subject, _, body = written.strip().partition("\n")
    about = f"series:{series.pk}"
    queue_message(
        kind=KINDS[text],
        to=Recipient(name=patient.name, address=email_address(by or THE_CLINIC, patient, now=now)),
        subject=subject,
        body=body.strip() + "\n",
        about=about,
        patient_id=patient.pk,
        dedupe_key=f"{about}:{text}:{visits[0].pk}:{now.isoformat()}",
        by=by,
        now=now,
    )


def _line(visit: Appointment, usual: Site) -> str:
    """When one visit is; and where, if that is not where the others are."""
    local = visit.start_at.astimezone(visit.site.zone)
    day = f"{formats.date_format(local, 'l')}, {formats.date_format(local)}"
    line = f"{day}, {formats.time_format(local)}"
    return line if visit.site == usual else f"{line}, {visit.site}"
