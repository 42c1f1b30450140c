"""Reading what people told before a visit: their own, and for those who treat them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from patients.models import Patient, Recorded
from treatments.domain.instruments import Definition, read_definition
from treatments.domain.intake import LASTING, Item, Subject, items_of
from treatments.models import Instrument, Intake, IntakeDecision

# How far back nurses are shown what nobody has looked through.
LOOKED_THROUGH_WITHIN = timedelta(days=30)
MOST_LISTED = 50


@dataclass(frozen=True)
class OwnIntake:
    """What a person told and tells: the draft, if one is begun, and what was sent last."""

    draft: Intake | None
    sent: Intake | None

    @property
    def answers(self) -> Mapping[str, Any]:
        """What was saved in the draft."""
        return self.draft.answers if self.draft else {}

    def said(self, subject: Subject) -> Mapping[str, Any] | None:
        """What was saved about a subject, None if nothing was."""
        return self.answers.get(subject)

    def before(self, subject: Subject) -> Mapping[str, Any] | None:
        """What was sent about it last time, if that may still be true."""
        if self.sent is None or subject not in LASTING:
            return None
        return self.sent.answers.get(subject)

    def is_told_for(self, appointment_id: UUID) -> bool:
        """Whether what was sent last is for this visit."""
        return self.sent is not None and self.sent.appointment_id == appointment_id


@dataclass(frozen=True)
class Line:
    """One line of an intake, what became of it, and whether the record seems to have it."""

    item: Item
    decision: IntakeDecision | None
    alike: str


@dataclass(frozen=True)
class ReadIntake:
    """What was sent, its lines, and the other versions of it and older ones."""

    intake: Intake
    lines: list[Line]
    others: list[Intake]

    @property
    def open_count(self) -> int:
        """How many lines wait for somebody."""
        return sum(line.decision is None for line in self.lines)


def own_intake(viewer: Viewer, patient: Patient) -> OwnIntake:
    """What the person told and tells; `patient` comes from `own_record`. Raises `NotAllowed`."""
    require(viewer, "patients.view_own")
    # One at most is a draft, and stands before what was sent.
    newest_first = (F("submitted_at").desc(nulls_first=True), "-version")
    rows = list(Intake.objects.filter(patient=patient).order_by(*newest_first)[:2])
    draft = rows.pop(0) if rows and rows[0].submitted_at is None else None
    return OwnIntake(draft, rows[0] if rows else None)


def scales(viewer: Viewer, key: str) -> Definition | None:
    """The questions of a questionnaire that is asked here; None if the clinic does not have it."""
    require(viewer, "patients.view_own")
    found = Instrument.objects.filter(key=key, retired_at__isnull=True).order_by("-version").first()
    return read_definition(found.definition) if found else None


def read_intake(
    viewer: Viewer, patient: Patient, intake_id: UUID | None = None
) -> ReadIntake | None:
    """What a person told: the newest, or a certain one; None if nothing was sent.

    `patient` comes from a chart's door. Raises `NotFound` for an intake of somebody else,
    `NotAllowed`.
    """
    require(viewer, "patients.view_chart")
    sent = Intake.objects.filter(patient=patient, submitted_at__isnull=False)
    rows = list(sent.select_related("submitted_by").order_by("-submitted_at", "-version")[:20])
    if intake_id is not None:
        chosen = [row for row in rows if row.pk == intake_id]
        if not chosen:
            raise NotFound
    else:
        chosen = rows[:1]
    if not chosen:
        return None
    (intake,) = chosen
    lines = _lines(patient, intake)
    return ReadIntake(intake, lines, [row for row in rows if row.pk != intake.pk])


def told_for_visit(viewer: Viewer, appointment_id: UUID) -> datetime | None:
    """When something was sent for a visit; None if nothing was.

    For the board, which learns no more than that. Raises `NotAllowed`.
    """
    require(viewer, "scheduling.view_board")
    rows = Intake.objects.filter(appointment_id=appointment_id, submitted_at__isnull=False)
    return rows.order_by("-version").values_list("submitted_at", flat=True).first()


def to_look_through(viewer: Viewer, *, now: datetime) -> list[tuple[Intake, int]]:
    """What was sent lately and has lines nobody decided on, newest first, with how many.

    Only of people whom the viewer looks after. Raises `NotAllowed`.
    """
    user = require(viewer, "patients.take_over_said")
    theirs = Patient.objects.current().cared_for_by(user, now=now)
    rows = Intake.objects.filter(
        patient__in=theirs.values("pk"), submitted_at__gte=now - LOOKED_THROUGH_WITHIN
    )
    newest: dict[UUID, Intake] = {}
    for row in rows.select_related("patient").order_by("-version")[: MOST_LISTED * 2]:
        newest.setdefault(row.chain, row)
    decided = _decided(newest)
    found = []
    for row in sorted(newest.values(), key=lambda one: one.submitted_at or now, reverse=True):
        keys = {(item.subject, item.key) for item in items_of(row.answers)}
        if left := len(keys - decided.get(row.chain, set())):
            found.append((row, left))
    record_read(viewer, "intakes", [row.patient_id for row, _left in found], kind=ReadKind.LIST)
    return found[:MOST_LISTED]


def _decided(chains: Iterable[UUID]) -> dict[UUID, set[tuple[str, str]]]:
    found: dict[UUID, set[tuple[str, str]]] = {}
    rows = IntakeDecision.objects.filter(chain__in=list(chains))
    for chain, subject, item in rows.values_list("chain", "subject", "item"):
        found.setdefault(chain, set()).add((subject, item))
    return found


def _lines(patient: Patient, intake: Intake) -> list[Line]:
    decisions = IntakeDecision.objects.filter(chain=intake.chain).select_related("decided_by")
    by_line = {(row.subject, row.item): row for row in decisions}
    return [
        Line(item, by_line.get((item.subject, item.key)), _alike(patient, item))
        for item in items_of(intake.answers)
    ]


def _alike(patient: Patient, item: Item) -> str:
    """What stands in the record and says nearly the same, "" if nothing does.

    Reads what the chart's door has brought along.
    """
    there: Iterable[Recorded]
    if item.subject == Subject.MEDICINES:
        there = patient.medications.all()
    elif item.subject == Subject.ALLERGIES:
        there = patient.allergies.all()
    else:
        there = patient.conditions.all()
    said = item.what.casefold()
    for row in there:
        text = str(row).casefold()
        if said in text or text in said:
            return str(row)
    return ""
