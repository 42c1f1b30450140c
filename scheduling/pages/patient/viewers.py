"""The portal: who looked at the record."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from clinic.accounts.guards import SignedInRequest, patient_page
from clinic.audit.models import ReadEvent, ReadKind
from patients.queries import own_record
from patients.queries.oversight import viewers_of_own_record
from scheduling.pages.patient.clock import clock_of


@dataclass
class Looks:
    """What somebody looked at on a day for one reason; `last_at` is when they did so last."""

    who: str
    role: str
    why: str
    last_at: datetime
    what: dict[str, None] = field(default_factory=dict)


@require_GET
@patient_page("patients.view_own")
def viewers(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Who looked at the record, when (by the clock of their place), and why."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    events = viewers_of_own_record(request.user, patient, now=now)
    clock = clock_of(patient.pk)
    context = {"patient": patient, "days": _by_day(events, clock.zone), "clock": clock}
    with timezone.override(clock.zone):
        return render(request, "scheduling/patient/viewers.html", context)


def _by_day(events: Iterable[ReadEvent], zone: ZoneInfo) -> list[tuple[date, list[Looks]]]:
    """The newest day first; ten looks of one person at one thing are one line."""
    days: dict[date, dict[tuple[int, str, str], Looks]] = {}
    for event in events:
        looks = days.setdefault(event.occurred_at.astimezone(zone).date(), {})
        role, why = _(event.get_role_display()), _(event.get_purpose_display())
        key = (event.user_id, role, why)
        found = looks.setdefault(key, Looks(event.user.name, role, why, event.occurred_at))
        found.what[_what(event)] = None
    return [(day, list(looks.values())) for day, looks in days.items()]


def _what(event: ReadEvent) -> str:
    """What was looked at; and how, if it left the screen."""
    what, taken = _(event.what), event.kind in {ReadKind.PRINT, ReadKind.EXPORT}
    return f"{what} ({_(event.get_kind_display())})" if taken else what
