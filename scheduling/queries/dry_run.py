"""What would go out next, if nothing changes: nothing is sent by looking."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.messaging.models import Message, MessageKind, MessageStatus, PausedKind
from scheduling.models import Appointment
from scheduling.queries.nightly import OPERATE
from scheduling.queries.reminders import due_reminders

AHEAD = timedelta(hours=24)
LISTED = 200
MOST_REMINDERS = 5000
_APPOINTMENT = "appointment:"


@dataclass(frozen=True)
class Coming:
    """So many messages of a kind about visits at a site ("" where no visit is meant)."""

    kind: str
    site: str
    count: int
    is_paused: bool


@dataclass(frozen=True)
class DryRun:
    """What is due until `until`: how much of what, and the first of them.

    `total` messages are written already; `unwritten` reminders will be, when their moment comes.
    """

    until: datetime
    counts: Sequence[Coming]
    messages: Sequence[Message]
    total: int
    unwritten: int


def dry_run(viewer: Viewer, *, now: datetime) -> DryRun:
    """What would go out within a day, late ones included. Raises `NotAllowed`."""
    require(viewer, OPERATE)
    due = Message.objects.filter(status=MessageStatus.DUE, due_at__lt=now + AHEAD)
    about = list(due.values_list("kind", "about"))
    sites = _sites({text for _kind, text in about})
    paused = set(PausedKind.objects.filter(resumed_at__isnull=True).values_list("kind", flat=True))
    numbers = Counter((kind, sites.get(text, "")) for kind, text in about)
    unwritten = _reminders_to_come(now)
    numbers.update((MessageKind.APPOINTMENT_REMINDER, site) for site in unwritten)
    counts = [
        Coming(MessageKind(kind).label, site, number, kind in paused)
        for (kind, site), number in sorted(numbers.items())
    ]
    first = list(due.order_by("due_at", "pk")[:LISTED])
    shown = [message.patient_id for message in first if message.patient_id]
    record_read(viewer, "messages to come", shown, kind=ReadKind.LIST)
    return DryRun(now + AHEAD, counts, first, len(about), len(unwritten))


def _reminders_to_come(now: datetime) -> list[str]:
    """The site of each visit of which somebody will be reminded, as the calendar stands now.

    A reminder is written when its moment comes; so it is asked for each of the coming hours.
    """
    hours = range(1, AHEAD // timedelta(hours=1) + 1)
    found = {
        reminder
        for hour in hours
        for reminder in due_reminders(
            THE_CLINIC, limit=MOST_REMINDERS, now=now + timedelta(hours=hour)
        )
    }
    visits = Appointment.objects.filter(pk__in={pk for pk, _rule in found})
    sites = dict(visits.values_list("pk", "site__name"))
    return [sites[pk] for pk, _rule in found]


def _sites(about: set[str]) -> dict[str, str]:
    """At which site the visit is that a message is about."""
    keys = {}
    for text in about:
        if text.startswith(_APPOINTMENT):
            try:
                keys[UUID(text.removeprefix(_APPOINTMENT))] = text
            except ValueError:
                continue
    visits = Appointment.objects.filter(pk__in=keys).values_list("pk", "site__name")
    return {keys[pk]: name for pk, name in visits}
