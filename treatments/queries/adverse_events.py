"""Harm: of one person, and counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from clinic.shared.paging import Pager
from patients.models import Patient
from patients.queries import access_chart
from treatments.models import AdverseEvent, CatalogueEntry, CtcaeGrade, Procedure, Section

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


@dataclass(frozen=True)
class CountRow:
    """How often, and how many of those were serious.

    `per_thousand` is among 1,000 procedures of the same days, None if there were none.
    """

    name: str
    count: int
    serious: int
    per_thousand: Decimal | None


@dataclass(frozen=True)
class EventReport:
    """The events of a period, counted three ways. `procedures` is what rates are based on."""

    procedures: int
    total: int
    serious: int
    by_risk: list[CountRow]
    by_grade: list[CountRow]
    by_treatment: list[CountRow]


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
    """Everything bad that happened to a person. Raises as `access_chart` does."""
    require(viewer, "treatments.record_adverse_events")
    patient = access_chart(viewer, patient_id, now=now)
    return page(_rows().filter(patient=patient))


def event_rows(viewer: Viewer, patient: Patient) -> list[EventRow]:
    """The events of a person whose chart is open, newest first."""
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


def event_report(viewer: Viewer, *, first_date: date, last_date: date) -> EventReport:
    """Counts of the events that began on these days. Raises `NotAllowed`."""
    require(viewer, "treatments.view_effects")
    events = AdverseEvent.objects.filter(onset_at__date__range=(first_date, last_date))
    done = Procedure.objects.counted().filter(
        performed_at__date__range=(first_date, last_date), treatment__isnull=False, source=""
    )
    by_treatment = {
        row["treatment__name"]: row["n"]
        for row in done.values("treatment__name").annotate(n=Count("id")).order_by()
    }
    procedures = sum(by_treatment.values())
    words = dict(CtcaeGrade.choices)
    grades = [(words[row[0]], *row[1:]) for row in _counted(events, "grade")]
    after = events.filter(procedure__treatment__isnull=False)
    return EventReport(
        procedures=procedures,
        total=events.count(),
        serious=events.filter(grade__gte=SERIOUS).count(),
        by_risk=_lines(_counted(events, "risk__name"), {}, procedures),
        by_grade=_lines(grades, {}, procedures),
        by_treatment=_lines(_counted(after, "procedure__treatment__name"), by_treatment, 0),
    )


def event_people(
    viewer: Viewer, *, first_date: date, last_date: date, now: datetime
) -> list[EventRow]:
    """The events of these days of those people whose charts the viewer may open, newest first."""
    user = require(viewer, "treatments.view_effects")
    require(viewer, "patients.view_chart")
    people = Patient.objects.current().cared_for_by(user, now=now)
    rows = _rows().filter(
        onset_at__date__range=(first_date, last_date), patient__in=people.values("pk")
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
        "patient", "risk", "procedure", "procedure__treatment", "course__treatment", "recorded_by"
    )


def _row(event: AdverseEvent) -> EventRow:
    begun = event.procedure.performed_at if event.procedure else None
    days = (event.onset_at - begun).days if begun else None
    return EventRow(event, days, event.grade >= SERIOUS)


def _counted(events: QuerySet[AdverseEvent], by: str) -> list[tuple[Any, int, int]]:
    counted = events.values(by).annotate(n=Count("id"), bad=Count("id", Q(grade__gte=SERIOUS)))
    return [(row[by], row["n"], row["bad"]) for row in counted.order_by("-n", by)]


def _lines(
    rows: list[tuple[Any, int, int]], among: Mapping[str, int], otherwise: int
) -> list[CountRow]:
    return [
        CountRow(str(name), count, serious, _rate(count, among.get(str(name), otherwise)))
        for name, count, serious in rows
    ]


def _rate(count: int, among: int) -> Decimal | None:
    return round(Decimal(count) * 1000 / Decimal(among), 1) if among else None
