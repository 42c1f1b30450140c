"""A person's own diaries: of their pain day by day, and of a block hour by hour."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, Viewer
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from clinic.shared.prepared import first_row
from clinic.shared.tokens import TokenSpent, seal, unseal
from patients.models import Patient
from treatments.domain.block_hours import LASTS, Hour, ends_at, is_late, lines
from treatments.domain.instruments import Definition, Item, read_definition
from treatments.models import (
    Instrument,
    Occasion,
    PainDiaryEntry,
    Procedure,
    ProcedurePurpose,
    QuestionnaireResponse,
)

OWN = "patients.view_own"
_PURPOSE = "block-diary"

_DONE_SINCE = """
SELECT 1 FROM treatments_procedure
 WHERE patient_id = %(patient)s AND record_status = 'signed' AND performed_at > %(since)s
 LIMIT 1
"""


@dataclass(frozen=True)
class Line:
    """One line of a block diary on the phone: what was said, by whom, and whether it was late."""

    hour: Hour
    pain: int | None
    told_at: datetime | None
    was_late: bool

    @property
    def is_ours(self) -> bool:
        """Whether the clinic wrote it down; then it is the clinic's to correct."""
        return self.pain is not None and self.told_at is None


@dataclass(frozen=True)
class Block:
    """A block whose diary somebody keeps themselves; the one before the block is the first line."""

    procedure: Procedure
    patient: Patient
    instrument: Instrument
    definition: Definition
    begun: datetime
    lines: list[Line]

    @property
    def item(self) -> Item:
        """The question of each hour."""
        return self.definition.items[0]

    @property
    def answered(self) -> set[Decimal | None]:
        """The lines that say something."""
        return {line.hour.hour for line in self.lines if line.pain is not None}

    @property
    def ends_at(self) -> datetime:
        """Until when it takes answers."""
        return ends_at(self.begun)


def pain_days(
    viewer: Viewer, patient: Patient, *, since: date, until: date
) -> list[PainDiaryEntry]:
    """The diary of a person from `own_record`, oldest first. Raises `NotAllowed`."""
    require(viewer, OWN)
    return _days(patient, since, until)


def pain_days_in_chart(
    viewer: Viewer, patient: Patient, *, since: date, until: date
) -> list[PainDiaryEntry]:
    """The same for whoever has opened the person's chart. Raises `NotAllowed`."""
    require(viewer, "patients.view_chart")
    return _days(patient, since, until)


def pain_day(viewer: Viewer, patient: Patient, day: date) -> PainDiaryEntry | None:
    """What stands there about one day. Raises `NotAllowed`."""
    require(viewer, OWN)
    return PainDiaryEntry.objects.filter(patient=patient, local_date=day).first()


def open_blocks(viewer: Viewer, patient: Patient, *, now: datetime) -> list[Procedure]:
    """Blocks of a person from `own_record` whose diary may be written now, newest first."""
    require(viewer, OWN)
    if not done_since(viewer, patient, now - LASTS):
        return []
    return [row for row in _kept(now).filter(patient=patient) if row.has_diary]


def done_since(viewer: Viewer, patient: Patient, since: datetime) -> bool:
    """Whether anything was done after an instant: mostly nothing was, and nothing else is asked.

    For a person from `own_record`. Raises `NotAllowed`.
    """
    require(viewer, OWN)
    return first_row(_DONE_SINCE, {"patient": patient.pk, "since": since}) is not None


def own_block(viewer: Viewer, patient: Patient, procedure_id: int, *, now: datetime) -> Block:
    """The diary of one of their blocks, while it may be read or written. Raises `NotFound`."""
    require(viewer, OWN)
    found = _signed().filter(patient=patient, pk=procedure_id).first()
    return _block(found, now)


def diary_token(viewer: Viewer, block: Procedure, *, until: datetime) -> str:
    """What lets somebody keep one diary without signing in, until an instant."""
    _require_clinic(viewer)
    return seal(purpose=_PURPOSE, subject=block.pk.to_bytes(8, "big"), expires_at=until)


def block_of_token(viewer: Viewer, token: str, *, now: datetime) -> Block:
    """The diary that a link is for. Raises `NotFound` for a link that is over or not ours."""
    _require_clinic(viewer)
    try:
        said = unseal(purpose=_PURPOSE, token=token, now=now)
    except TokenSpent as spent:
        raise NotFound from spent
    found = _signed().filter(pk=int.from_bytes(said, "big")).first()
    block = _block(found, now)
    record_read(viewer, "own block diary", [block.patient.pk])
    return block


def _block(procedure: Procedure | None, now: datetime) -> Block:
    if procedure is None or procedure.performed_at is None or not procedure.has_diary:
        raise NotFound
    instrument, definition = _diary()
    said = _said(procedure, instrument)
    told = [
        _line(hour, said, procedure.performed_at) for hour in lines(procedure.performed_at, now)
    ]
    return Block(procedure, procedure.patient, instrument, definition, procedure.performed_at, told)


def _line(
    hour: Hour, said: Mapping[Decimal | None, QuestionnaireResponse], begun: datetime
) -> Line:
    row = said.get(hour.hour)
    if row is None or row.score is None:
        return Line(hour, None, None, was_late=False)
    was_late = row.told_at is not None and is_late(begun, hour.hour, row.told_at)
    return Line(hour, int(row.score), row.told_at, was_late)


def _said(
    procedure: Procedure, instrument: Instrument
) -> dict[Decimal | None, QuestionnaireResponse]:
    rows = QuestionnaireResponse.objects.filter(
        procedure=procedure,
        instrument=instrument,
        occasion__in=(Occasion.BASELINE, Occasion.DIARY),
        voided_at__isnull=True,
    )
    return {row.hours_after: row for row in rows}


def _diary() -> tuple[Instrument, Definition]:
    for row in Instrument.objects.filter(retired_at__isnull=True):
        definition = read_definition(row.definition)
        if definition.is_diary:
            return row, definition
    raise NotFound


def _days(patient: Patient, since: date, until: date) -> list[PainDiaryEntry]:
    rows = PainDiaryEntry.objects.filter(patient=patient, local_date__range=(since, until))
    return list(rows.select_related("written_by").order_by("local_date"))


def _signed() -> QuerySet[Procedure]:
    rows = Procedure.objects.done_here().exclude(purpose=ProcedurePurpose.THERAPEUTIC)
    return rows.select_related("patient", "treatment").order_by("-performed_at", "-id")


def _kept(now: datetime) -> QuerySet[Procedure]:
    return _signed().filter(performed_at__lte=now, performed_at__gt=now - LASTS)


def _require_clinic(viewer: Viewer) -> None:
    """Only a page that has read a token from its address comes in here."""
    if viewer is not THE_CLINIC:
        raise NotFound
