"""What patients are told about a course: one message with all its dates."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import formats, timezone, translation

from clinic.accounts.models import THE_CLINIC, User
from clinic.messaging.actions import queue_message, withdraw_messages
from clinic.messaging.models import MessageKind
from clinic.messaging.texts import render
from clinic.shared.actions import action
from patients.queries import recipient
from scheduling.actions.notices import SOON
from scheduling.actions.visit_texts import short_clock, short_day, unaccented
from scheduling.models import Appointment, AppointmentSeries, Site
from scheduling.queries.visit_links import answer_address

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
    language, told = patient.language, sorted(visits, key=lambda visit: visit.start_at)
    first = told[0].start_at
    with translation.override(language), timezone.override(site.zone):
        lines = [_line(visit, site) for visit in told]
        links = [answer_address(by or THE_CLINIC, visit) for visit in told]
        context = {
            "patient": patient,
            "site": site,
            "short_site": unaccented(site.name),
            "short_first": f"{short_day(first, site.zone, language)}, "
            f"{short_clock(first, site.zone, language)}",
            "public_name": series.visit_type.message_name(language),
            "lines": lines,
            # Each has a link of its own: who cannot come on one day comes on the others.
            "visits": list(zip(lines, links, strict=True)),
            "first_link": links[0],
        }
        written = render(f"scheduling/messages/series_{text}", language, context)
    about = f"series:{series.pk}"
    queue_message(
        kind=KINDS[text],
        to=recipient(by or THE_CLINIC, patient, zone=site.zone, now=now),
        text=written,
        about=about,
        patient_id=patient.pk,
        dedupe_key=f"{about}:{text}:{visits[0].pk}:{now.isoformat()}",
        urgent=text == "booked" or min(visit.start_at for visit in visits) <= now + SOON,
        by=by,
        now=now,
    )


def _line(visit: Appointment, usual: Site) -> str:
    """When one visit is; and where, if that is not where the others are."""
    local = visit.start_at.astimezone(visit.site.zone)
    day = f"{formats.date_format(local, 'l')}, {formats.date_format(local)}"
    line = f"{day}, {formats.time_format(local)}"
    return line if visit.site == usual else f"{line}, {visit.site}"
