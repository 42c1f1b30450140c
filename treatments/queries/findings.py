"""Findings of the clinical rules, for whoever reads charts."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Case, IntegerField, Prefetch, QuerySet, Value, When

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from clinic.shared.paging import Pager
from patients.models import Patient
from patients.queries import access_chart
from treatments.domain import rules
from treatments.domain.course_orders import Detail
from treatments.domain.procedures import Content
from treatments.domain.rules import Rule
from treatments.domain.rules.facts import Stage
from treatments.domain.rules_states import MAY_ACKNOWLEDGE, FindingState
from treatments.facts.assess import (
    Assessment,
    assess,
    proposal_of_order,
    proposal_of_procedure,
    with_checklist,
)
from treatments.facts.known import known, rule_of
from treatments.facts.people import clinic_zone
from treatments.models import CatalogueEntry, Finding, Override, Procedure

_WEIGHT = Case(
    When(severity="block", then=Value(0)),
    When(severity="warn", then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


@dataclass(frozen=True)
class Wanted:
    """A choice of findings; "" means any weight, "all" any state."""

    severity: str = ""
    state: str = "open"


@dataclass(frozen=True)
class Explained:
    """A finding, the rule in the version that found it, and what was said to it."""

    finding: Finding
    rule: Rule
    overrides: list[Override]

    @property
    def evidence(self) -> list[tuple[str, str, str, date | None]]:
        """The rows that were counted, by day: kind, key, words, day."""
        rows = [
            (row["kind"], row["key"], row["label"], row["on"] and date.fromisoformat(row["on"]))
            for row in self.finding.evidence
        ]
        return sorted(rows, key=lambda row: row[3] or date.min)


def inbox(viewer: Viewer, wanted: Wanted, *, page: Pager, now: datetime) -> list[Finding]:
    """Findings about people whose charts the viewer may open: what stops first, then by day.

    Raises `NotAllowed`.
    """
    user = require(viewer, MAY_ACKNOWLEDGE)
    people = Patient.objects.current().cared_for_by(user, now=now)
    rows = _rows().filter(patient__in=people.values("pk"))
    if wanted.severity:
        rows = rows.filter(severity=wanted.severity)
    if wanted.state != "all":
        rows = rows.filter(state=wanted.state)
    found: list[Finding] = page(rows.order_by(_WEIGHT, "subject_date", "id"))
    record_read(viewer, "findings", [row.patient_id for row in found], kind=ReadKind.LIST)
    return found


def explained_findings(viewer: Viewer, patient: Patient) -> list[Explained]:
    """What is open about a person whose chart is open; nothing for whoever does not answer it."""
    user = require(viewer, "patients.view_chart")
    if not user.has_perm(MAY_ACKNOWLEDGE):
        return []
    rows = _rows().filter(patient=patient, state=FindingState.OPEN)
    return [explain(viewer, row) for row in rows.order_by(_WEIGHT, "subject_date", "id")]


def access_finding(viewer: Viewer, finding_id: UUID, *, now: datetime) -> Finding:
    """One of them. Raises `NotFound`, and as `access_chart` does."""
    require(viewer, MAY_ACKNOWLEDGE)
    found = _rows().filter(pk=finding_id).first()
    if found is None:
        raise NotFound
    access_chart(viewer, found.patient_id, now=now)
    return found


def explain(viewer: Viewer, finding: Finding) -> Explained:
    """What was counted, in which window, and what the source says. Raises `NotAllowed`."""
    require(viewer, MAY_ACKNOWLEDGE)
    return Explained(finding, rule_of(finding.rule), list(finding.overrides.all()))


def findings_about_order(
    viewer: Viewer,
    patient: Patient,
    treatment: CatalogueEntry,
    detail: Detail,
    days: tuple[date, date | None],
) -> list[rules.Finding]:
    """What the rules say about an order that is being written; the caller has opened the chart."""
    require(viewer, "treatments.manage_courses")
    told = known()
    proposal = proposal_of_order(told, treatment.pk, detail, days, Stage.ORDER)
    found = assess(patient.pk, proposal, days[0], zone=clinic_zone(), known_now=told)
    return list(found.on(days[0]))


def findings_about_procedure(
    viewer: Viewer, procedure: Procedure, content: Content, *, now: datetime
) -> list[rules.Finding]:
    """What the rules say about a procedure as it is being written; the chart is open."""
    require(viewer, "patients.view_chart")
    told, zone = known(), clinic_zone()
    on = (content.performed_at or procedure.performed_at or now).astimezone(zone).date()
    proposal = proposal_of_procedure(
        told, str(procedure.treatment_id), content, Stage.RECORD, key=str(procedure.pk)
    )
    found = assess(procedure.patient_id, proposal, on, zone=zone, known_now=told)
    found = Assessment(with_checklist(found.facts, content, on), found.proposal, found.known)
    return list(found.without(str(procedure.replaces_id)).on(on))


def _rows() -> QuerySet[Finding]:
    overrides = Override.objects.select_related("by")
    return Finding.objects.select_related(
        "patient", "rule", "found_by", "acknowledged_by"
    ).prefetch_related(Prefetch("overrides", overrides))
