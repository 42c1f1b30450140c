"""Whom a text message comes from, what it is about, and what the desk has to read."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.messaging.models import Channel, Message, MessageStatus
from clinic.shared.errors import NotAllowed, NotFound
from clinic.shared.paging import Pager, in_line
from patients.models import Patient
from patients.queries import people_with_phone
from scheduling.domain.states import MOVABLE, AppointmentStatus
from scheduling.models import Appointment, Site, TextToAnswer, WhyAsked

PERMISSION = "scheduling.book"
# What was told longer ago is not what somebody answers.
TOLD_WITHIN = timedelta(days=90)
# Missed visits stay on the desk's list for so long.
REBOOK_WITHIN = timedelta(days=14)
_OUT = [MessageStatus.SENT, MessageStatus.DELIVERED]


@dataclass(frozen=True)
class Told:
    """A visit to come that was told about by text message, and whether it is still as told."""

    visit: Appointment
    is_as_told: bool


@dataclass(frozen=True)
class ToAnswer:
    """One text message for the desk, with everybody whom its number belongs to."""

    item: TextToAnswer
    people: list[Patient]


def next_told(viewer: Viewer, person: Patient, number: str, *, now: datetime) -> Told | None:
    """The next visit of the person that a text message to this number was about.

    For the clinic alone. Raises `NotAllowed` for a person.
    """
    if viewer is not THE_CLINIC:
        raise NotAllowed
    messages = Message.objects.filter(
        patient_id=person.pk,
        channel=Channel.SMS,
        to_address=number,
        status__in=_OUT,
        about__startswith="appointment:",
        sent_at__gte=now - TOLD_WITHIN,
    )
    # The newest message about each visit is the one that counts.
    told = dict(messages.order_by("sent_at", "id").values_list("about", "valid_until"))
    ids = [UUID(about.removeprefix("appointment:")) for about in told]
    visits = Appointment.objects.filter(pk__in=ids, status__in=MOVABLE, start_at__gt=now)
    parts = visits.select_related("patient", "site", "visit_type")
    visit = parts.order_by("start_at", "id").first()
    if visit is None:
        return None
    until = told[f"appointment:{visit.pk}"]
    return Told(visit, until in {visit.start_at, visit.end_at})


def texts_to_answer(viewer: Viewer) -> list[ToAnswer]:
    """What nobody has settled yet: dangers first, then the oldest. Raises `NotAllowed`."""
    return texts_page(viewer, lambda rows: list(rows.order_by("stands_at", "id")))


def texts_page(viewer: Viewer, page: Pager, *, newest_first: bool = False) -> list[ToAnswer]:
    """One page of the same, in the order of `stands_at`; downwards if the newest come first.

    Raises `NotAllowed`.
    """
    require(viewer, PERMISSION)
    rows = TextToAnswer.objects.filter(done_at__isnull=True).annotate(
        stands_at=in_line("asked_at", first=Q(why=WhyAsked.ALARM), newest_first=newest_first)
    )
    items = page(rows.select_related("inbound", "appointment__site", "appointment__visit_type"))
    found = [
        ToAnswer(item, people_with_phone(THE_CLINIC, item.inbound.from_phone)) for item in items
    ]
    ids = {person.pk for entry in found for person in entry.people}
    record_read(viewer, "text messages", ids, kind=ReadKind.LIST)
    return found


def count_texts_to_answer(viewer: Viewer) -> int:
    """How many of them there are. Raises `NotAllowed`."""
    require(viewer, PERMISSION)
    return TextToAnswer.objects.filter(done_at__isnull=True).count()


def access_text(viewer: Viewer, text_id: int) -> TextToAnswer:
    """One of them. Raises `NotFound`, `NotAllowed`."""
    require(viewer, PERMISSION)
    found = TextToAnswer.objects.filter(pk=text_id, done_at__isnull=True).first()
    if found is None:
        raise NotFound
    return found


def missed_to_rebook(viewer: Viewer, *, now: datetime) -> list[Appointment]:
    """Visits that were missed lately, of people who have no such visit to come; newest first.

    At the viewer's sites. Raises `NotAllowed`.
    """
    user = require(viewer, PERMISSION)
    missed = Appointment.objects.filter(
        site__in=Site.objects.open_to(user),
        status=AppointmentStatus.NO_SHOW,
        start_at__gt=now - REBOOK_WITHIN,
        start_at__lte=now,
    )
    rows = list(
        missed.select_related("patient", "site", "visit_type")
        .prefetch_related("patient__contacts")
        .order_by("-start_at")
    )
    later = Appointment.objects.filter(
        patient__in={visit.patient_id for visit in rows}, start_at__gt=now - REBOOK_WITHIN
    ).exclude(status__in=[AppointmentStatus.CANCELLED, AppointmentStatus.NO_SHOW])
    have = list(later.values_list("patient_id", "visit_type_id", "start_at"))
    found = [
        visit
        for visit in rows
        if not any(
            (person, kind) == (visit.patient_id, visit.visit_type_id) and start > visit.start_at
            for person, kind, start in have
        )
    ]
    record_read(viewer, "missed visits", {v.patient_id for v in found}, kind=ReadKind.LIST)
    return found
