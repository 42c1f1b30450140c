"""Harm: of one person, and of the people one looks after."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from clinic.shared.paging import Pager
from patients.models import Patient
from patients.queries import access_chart
from treatments.models import AdverseEvent, CatalogueEntry, CtcaeGrade, Section

SERIOUS = CtcaeGrade.SEVERE
LONGEST = 500


@dataclass(frozen=True)
class EventRow:
    """An event, with what is computed from it.

    `days` counts from the procedure, None without one; `is_serious` from grade 3 on.
    """

    event: AdverseEvent
    days: int | None
    is_serious: bool


def risks(viewer: Viewer) -> list[CatalogueEntry]:
    """The risks that may be chosen. Raises `NotAllowed`."""
    require(viewer, "treatments.record_adverse_events")
    return list(CatalogueEntry.objects.offered(Section.RISK))


def access_risk(viewer: Viewer, key: str) -> CatalogueEntry:
    """One of them, retired or not. Raises `NotFound`."""
    require(viewer, "treatments.record_adverse_events")
    found = CatalogueEntry.objects.filter(section=Section.RISK, pk=key).first()
    if found is None:
        raise NotFound
    return found


def adverse_events(
    viewer: Viewer, patient_id: UUID, *, page: Pager, now: datetime
) -> list[AdverseEvent]:
    """Everything bad that happened to a person, with what was entered in error.

    Raises as `access_chart` does.
    """
    require(viewer, "treatments.record_adverse_events")
    patient = access_chart(viewer, patient_id, now=now)
    return page(_rows().filter(patient=patient))


def event_rows(viewer: Viewer, patient: Patient) -> list[EventRow]:
    """The events of a person whose chart is open, newest first, with what was in error."""
    require(viewer, "patients.view_chart")
    return [_row(event) for event in _rows().filter(patient=patient)[:LONGEST]]


def access_event(viewer: Viewer, event_id: UUID, *, now: datetime) -> AdverseEvent:
    """One event. Raises `NotFound`, and as `access_chart` does."""
    require(viewer, "treatments.record_adverse_events")
    found = _rows().filter(pk=event_id).first()
    if found is None:
        raise NotFound
    access_chart(viewer, found.patient_id, now=now)
    return found


def event_people(
    viewer: Viewer, *, first_date: date, last_date: date, now: datetime
) -> list[EventRow]:
    """The events of these days of those people whose charts the viewer may open, newest first."""
    user = require(viewer, "treatments.view_effects")
    require(viewer, "patients.view_chart")
    people = Patient.objects.current().cared_for_by(user, now=now)
    rows = _rows().filter(
        error_at__isnull=True,
        onset_at__date__range=(first_date, last_date),
        patient__in=people.values("pk"),
    )
    found = list(rows[:LONGEST])
    record_read(viewer, "adverse events", [event.patient_id for event in found], kind=ReadKind.LIST)
    return [_row(event) for event in found]


def seen_event(viewer: Viewer, event: AdverseEvent) -> EventRow:
    """An event that was reached through `access_event`, with what is computed from it."""
    require(viewer, "treatments.record_adverse_events")
    return _row(event)


def _rows() -> QuerySet[AdverseEvent]:
    return AdverseEvent.objects.select_related(
        "patient",
        "risk",
        "procedure",
        "procedure__treatment",
        "course__treatment",
        "recorded_by",
        "error_by",
    )


def _row(event: AdverseEvent) -> EventRow:
    begun = event.procedure.performed_at if event.procedure else None
    days = (event.onset_at - begun).days if begun else None
    return EventRow(event, days, event.grade >= SERIOUS)
