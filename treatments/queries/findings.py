"""Findings of the clinical rules, for whoever reads charts."""

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Case, Prefetch, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Concat

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer, as_user
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
from treatments.domain.rules.finding import PRESSING, Severity
from treatments.domain.rules.unrecorded import gathered, not_recorded
from treatments.domain.rules_states import MAY_ACKNOWLEDGE, FindingState, SubjectKind
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

# What cannot wait stands first, whatever else a rule stops; then by the day it is for.
_URGENCY = Case(
    When(urgency="emergency", then=Value("0")),
    When(urgency="same_day", then=Value("1")),
    When(severity="block", then=Value("2")),
    When(severity="warn", then=Value("3")),
    default=Value("4"),
    output_field=TextField(),
)
# One word to sort by, so that a page of a list can begin after any row.
_BY_URGENCY = Concat(
    _URGENCY, Value(" ", output_field=TextField()), Cast("subject_date", TextField())
)
BY_URGENCY = ("by_urgency", "pk")


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
    def about(self) -> str:
        """What it is about, in a few words; its day stands beside it."""
        if self.finding.rule.record.get("family") == "red_flag":
            return "Red flags"
        return ABOUT[SubjectKind(self.finding.subject_kind)]

    @property
    def evidence(self) -> list[tuple[str, str, str, date | None]]:
        """The rows that were counted, by day: kind, key, words, day."""
        rows = [
            (row["kind"], row["key"], row["label"], row["on"] and date.fromisoformat(row["on"]))
            for row in self.finding.evidence
        ]
        return sorted(rows, key=lambda row: row[3] or date.min)


@dataclass(frozen=True)
class Line:
    """A line of a list: one finding, or all about one thing that wait for what is not recorded."""

    rows: tuple[Explained, ...]

    @property
    def first(self) -> Explained:
        """The one that stands for all."""
        return self.rows[0]

    @property
    def is_good_to_know(self) -> bool:
        """Whether it only informs, and can wait."""
        finding = self.first.finding
        return finding.severity == Severity.INFO and finding.urgency not in PRESSING

    @property
    def count(self) -> int:
        """How often the same is said."""
        return len(self.rows) if self._is_of_one_rule else 1

    @property
    def words(self) -> str:
        """What it says."""
        if self._is_of_one_rule:
            return self.first.finding.message
        return not_recorded([row.finding for row in self.rows])

    @property
    def _is_of_one_rule(self) -> bool:
        return len({(row.finding.rule_key, row.finding.message) for row in self.rows}) == 1


ABOUT = {
    SubjectKind.APPOINTMENT: "Booked visit",
    SubjectKind.PROCEDURE: "Procedure",
    SubjectKind.COURSE: "Course of treatment",
    SubjectKind.ORDER: "Order",
    SubjectKind.PATIENT: "Medicines",
}


def lines(viewer: Viewer, findings: Iterable[Finding]) -> list[Line]:
    """Findings as a list shows them, in the same order. Raises `NotAllowed`."""
    together = gathered(
        findings,
        of=lambda row: row,
        about=lambda row: (row.patient_id, row.subject_kind, row.subject_key, row.state),
        alike=_alike,
    )
    return [Line(tuple(explain(viewer, row) for row in several)) for several in together]


def _alike(row: Finding) -> Hashable:
    """What makes findings one line: the same words of a rule about one person.

    What stops a visit keeps a line for each: each is gone on with by itself.
    """
    is_a_visit = row.severity == Severity.BLOCK and row.subject_kind == SubjectKind.APPOINTMENT
    subject = row.subject_key if is_a_visit else ""
    return row.patient_id, row.rule_key, row.severity, row.message, row.state, subject


def inbox(viewer: Viewer, wanted: Wanted, *, page: Pager, now: datetime) -> list[Finding]:
    """Findings about people whose charts the viewer may open: what cannot wait first, then what
    stops, then by day.

    Raises `NotAllowed`.
    """
    user = require(viewer, MAY_ACKNOWLEDGE)
    people = Patient.objects.current().cared_for_by(user, now=now)
    rows = _wanted(_rows().filter(patient__in=people.values("pk")), wanted)
    found: list[Finding] = page(rows.order_by(*BY_URGENCY))
    record_read(viewer, "findings", [row.patient_id for row in found], kind=ReadKind.LIST)
    return found


def findings_of(
    viewer: Viewer, patient_id: UUID, wanted: Wanted, *, page: Pager, now: datetime
) -> list[Finding]:
    """Findings about one person. Raises as `access_chart` does."""
    require(viewer, MAY_ACKNOWLEDGE)
    patient = access_chart(viewer, patient_id, now=now)
    found: list[Finding] = page(_wanted(_rows().filter(patient=patient), wanted))
    return found


def explained_findings(viewer: Viewer, patient: Patient, *, today: date) -> list[Line]:
    """What is open about a person whose chart is open; nothing for whoever does not answer it.

    And what somebody went on in spite of, until the day it is about is over: whoever treats the
    person then reads the reason.
    """
    user = require(viewer, "patients.view_chart")
    if not user.has_perm(MAY_ACKNOWLEDGE):
        return []
    gone_on = Q(state=FindingState.OVERRIDDEN, subject_date__gte=today)
    rows = _rows().filter(Q(state=FindingState.OPEN) | gone_on, patient=patient)
    rows = rows.order_by(*BY_URGENCY)
    return lines(viewer, rows)


def access_finding(viewer: Viewer, finding_id: UUID, *, now: datetime) -> Finding:
    """One of them. Raises `NotFound`, and as `access_chart` does."""
    require(viewer, MAY_ACKNOWLEDGE)
    found = _rows().filter(pk=finding_id).first()
    if found is None:
        raise NotFound
    access_chart(viewer, found.patient_id, now=now)
    return found


def may_read_findings(viewer: Viewer, patient: Patient, *, now: datetime) -> bool:
    """Whether somebody is told in clinical words what the rules say about a person.

    They are words of the chart: whoever may open it reads them, and it is noted that they did.
    """
    user = as_user(viewer)
    if user is None or not user.has_perm(MAY_ACKNOWLEDGE):
        return False
    may = Patient.objects.filter(pk=patient.pk).cared_for_by(user, now=now).exists()
    if may:
        record_read(viewer, "limits", [patient.pk])
    return bool(may)


def access_findings(
    viewer: Viewer, first: UUID, others: Collection[UUID], *, now: datetime
) -> list[Finding]:
    """One of them, and others about the same thing, or in the same words.

    Raises as `access_finding` does.
    """
    found = access_finding(viewer, first, now=now)
    same_thing = Q(subject_kind=found.subject_kind, subject_key=found.subject_key)
    same_words = Q(rule_key=found.rule_key, message=found.message)
    if found.severity == Severity.BLOCK:
        same_words &= ~Q(subject_kind=SubjectKind.APPOINTMENT)
    alike = _rows().filter(same_thing | same_words, patient=found.patient_id)
    return [found, *alike.filter(pk__in=others).exclude(pk=found.pk)]


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


def _wanted(rows: QuerySet[Finding], wanted: Wanted) -> QuerySet[Finding]:
    if wanted.severity:
        rows = rows.filter(severity=wanted.severity)
    if wanted.state != "all":
        rows = rows.filter(state=wanted.state)
    return rows


def _rows() -> QuerySet[Finding]:
    overrides = Override.objects.select_related("by")
    rows = Finding.objects.annotate(by_urgency=_BY_URGENCY)
    return rows.select_related("patient", "rule", "found_by", "acknowledged_by").prefetch_related(
        Prefetch("overrides", overrides)
    )
