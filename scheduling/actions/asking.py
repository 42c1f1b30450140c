"""Asking people how they are after a treatment, and what to do at home: written as messages."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import formats, translation

from clinic.accounts.models import THE_CLINIC
from clinic.messaging.actions import queue_message
from clinic.messaging.models import Message, MessageKind
from clinic.messaging.texts import Text, render
from clinic.shared.actions import action
from clinic.shared.addresses import public_address
from patients.models import Patient
from patients.queries import recipient
from scheduling.models import Site
from scheduling.queries.places import place_of
from treatments.actions.asking import claim_to_ask, link_works_until, times_asked
from treatments.domain.aftercare import aftercare_in
from treatments.models import FollowUp, Procedure
from treatments.queries.alarms import answer_token

# What was signed longer ago than this is told by whoever calls.
AFTERCARE_WITHIN = timedelta(hours=24)


@action
def ask_due(*, limit: int, by: None, now: datetime) -> int:
    """Write a link to everybody who is due to be asked; how many there were.

    The row and its message are one transaction: a worker that dies leaves both or neither.
    """
    rows = claim_to_ask(limit=limit, by=by, now=now)
    for row in rows:
        site = place_of(THE_CLINIC, row.patient_id)
        if site is not None:
            _ask(row, site, now)
    return len(rows)


@action
def send_aftercare(*, limit: int, by: None, now: datetime) -> int:
    """Write to everybody whose procedure was signed today what to do at home; once each."""
    done = (
        Procedure.objects.done_here()
        .filter(signed_at__gt=now - AFTERCARE_WITHIN, signed_at__lte=now, replaces__isnull=True)
        .exclude(aftercare="")
        .filter(patient__replaced_by__isnull=True, patient__deceased_date__isnull=True)
    )
    keys = {_aftercare_key(pk): pk for pk in done.values_list("pk", flat=True)}
    told = set(Message.objects.filter(dedupe_key__in=keys).values_list("dedupe_key", flat=True))
    wanted = [pk for key, pk in keys.items() if key not in told][:limit]
    rows = Procedure.objects.filter(pk__in=wanted).select_related("patient", "treatment")
    # Of two workers the second waits for the unique key of the message, and writes nothing.
    for row in rows.order_by("pk"):
        site = place_of(THE_CLINIC, row.patient_id)
        if site is not None:
            _tell_aftercare(row, site, now)
    return len(wanted)


def _ask(row: FollowUp, site: Site, now: datetime) -> None:
    until = link_works_until(row, now)
    token = answer_token(THE_CLINIC, row, until=until)
    done_at = row.procedure.performed_at if row.procedure else None
    text = _text(
        "how_are_you",
        row.patient,
        site,
        done_at or row.created_at,
        link=public_address("public:answers", token),
        until=until,
    )
    queue_message(
        kind=MessageKind.QUESTIONNAIRE,
        to=recipient(THE_CLINIC, row.patient, zone=site.zone, now=now),
        text=text,
        about=f"follow-up:{row.pk}",
        patient_id=row.patient_id,
        dedupe_key=f"follow-up:{row.pk}:asked:{times_asked(row)}",
        valid_until=until,
        by=None,
        now=now,
    )


def _tell_aftercare(row: Procedure, site: Site, now: datetime) -> None:
    protocol = row.treatment.details.get("protocol", "") if row.treatment else ""
    language = row.patient.language
    text = _text(
        "aftercare",
        row.patient,
        site,
        row.performed_at or now,
        aftercare=aftercare_in(language, row.aftercare, protocol),
    )
    queue_message(
        kind=MessageKind.AFTERCARE,
        to=recipient(THE_CLINIC, row.patient, zone=site.zone, now=now),
        text=text,
        about=f"procedure:{row.pk}",
        patient_id=row.patient_id,
        dedupe_key=_aftercare_key(row.pk),
        urgent=True,
        by=None,
        now=now,
    )


def _text(
    template: str,
    patient: Patient,
    site: Site,
    day: datetime,
    *,
    until: datetime | None = None,
    **more: str,
) -> Text:
    context = more | {
        "given_names": patient.given_names,
        "site": site.name,
        "phone": site.phone or site.name,
    }
    with translation.override(patient.language):
        context["day"] = _day(day, site.zone)
        context["until_day"] = _day(until, site.zone) if until else ""
    return render(f"scheduling/messages/{template}", patient.language, context)


def _day(at: datetime, zone: ZoneInfo) -> str:
    return str(formats.date_format(at.astimezone(zone)))


def _aftercare_key(procedure_id: int) -> str:
    return f"procedure:{procedure_id}:aftercare"
