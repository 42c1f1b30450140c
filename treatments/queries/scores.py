"""Scores of one person: as a list, as a picture, and the diary of a block."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.shared.errors import NotFound
from clinic.shared.paging import Pager
from patients.models import Patient
from patients.queries import access_chart
from treatments.domain.block_hours import is_late
from treatments.domain.instruments import Definition, read_definition
from treatments.domain.outcomes import (
    DIARY_HOURS,
    BlockResult,
    DiaryEntry,
    Reading,
    Relief,
    baseline_of,
    block_result,
    matters,
    relief,
)
from treatments.domain.states import RecordStatus
from treatments.models import (
    DrugRole,
    Instrument,
    Occasion,
    Procedure,
    QuestionnaireResponse,
    TreatmentCourse,
)

LONGEST = 300
RECENT = 20


@dataclass(frozen=True)
class ScoreRow:
    """An answered questionnaire, and what it says beside the one from before.

    `matters` is whether the change is one that people notice, None if there is nothing to compare.
    """

    response: QuestionnaireResponse
    definition: Definition
    before: Reading | None
    relief: Relief
    matters: bool | None

    @property
    def band(self) -> str:
        """The word for the score, if the instrument has one."""
        score = self.response.score
        return self.definition.band_of(score) if score is not None else ""


@dataclass(frozen=True)
class DiaryLine:
    """One line of a diary: so many hours after, what was answered.

    `told_at` is when the person wrote it themselves, None for what the clinic wrote down.
    """

    hours: Decimal
    score: Decimal | None
    told_at: datetime | None = None
    was_late: bool = False


@dataclass(frozen=True)
class Diary:
    """The diary of a block: its lines, and what they say together."""

    procedure: Procedure
    patient: Patient
    instrument: Instrument
    definition: Definition
    before: Decimal | None
    lines: list[DiaryLine]
    agents: list[str]
    result: BlockResult
    told_before_at: datetime | None = None

    @property
    def told(self) -> list[DiaryLine]:
        """The lines that the person wrote themselves."""
        return [line for line in self.lines if line.told_at is not None]

    @property
    def said(self) -> dict[Decimal | None, int | None]:
        """Pain by hours after, before the block under None; None where nobody has answered."""
        scores = {None: self.before} | {line.hours: line.score for line in self.lines}
        return {hour: None if score is None else int(score) for hour, score in scores.items()}


def instruments(viewer: Viewer) -> list[Instrument]:
    """Those that may be filled in, in their order. Raises `NotAllowed`."""
    require(viewer, "treatments.record_outcomes")
    return sorted(Instrument.objects.filter(retired_at__isnull=True), key=_place)


def access_instrument(viewer: Viewer, instrument_id: int) -> Instrument:
    """One, retired or not. Raises `NotFound`, `NotAllowed`."""
    require(viewer, "treatments.record_outcomes")
    found = Instrument.objects.filter(pk=instrument_id).first()
    if found is None:
        raise NotFound
    return found


def definition_of(viewer: Viewer, instrument: Instrument) -> Definition:
    """Its definition, typed."""
    require(viewer, "treatments.record_outcomes")
    return _definition(instrument)


def responses(
    viewer: Viewer, patient_id: UUID, *, page: Pager, now: datetime
) -> list[QuestionnaireResponse]:
    """What a person answered, voided ones included. Raises as `access_chart` does."""
    require(viewer, "treatments.record_outcomes")
    patient = access_chart(viewer, patient_id, now=now)
    return page(QuestionnaireResponse.objects.filter(patient=patient).select_related("instrument"))


def access_response(viewer: Viewer, response_id: UUID, *, now: datetime) -> QuestionnaireResponse:
    """One answered questionnaire. Raises `NotFound`, and as `access_chart` does."""
    require(viewer, "treatments.record_outcomes")
    rows = QuestionnaireResponse.objects.select_related("instrument", "patient")
    found = rows.filter(pk=response_id).first()
    if found is None:
        raise NotFound
    access_chart(viewer, found.patient_id, now=now)
    return found


def score_rows(viewer: Viewer, patient: Patient) -> list[ScoreRow]:
    """The scores of a person whose chart is open, newest first, each beside its baseline.

    The baseline of a score after a procedure is the one taken before that procedure; otherwise it
    is the first score on the same instrument and version.
    """
    require(viewer, "treatments.record_outcomes")
    found = list(_counting(patient)[:LONGEST])
    return [_row(response, found) for response in found]


def recent_procedures(viewer: Viewer, patient: Patient) -> list[Procedure]:
    """What scores and events may belong to, newest first; drafts of today's procedures too."""
    require(viewer, "patients.view_chart")
    rows = Procedure.objects.current().filter(patient=patient, performed_at__isnull=False)
    return list(rows.select_related("treatment").order_by("-performed_at", "-id")[:RECENT])


def recent_courses(viewer: Viewer, patient: Patient) -> list[TreatmentCourse]:
    """Courses that scores and events may belong to, newest first."""
    require(viewer, "patients.view_chart")
    rows = TreatmentCourse.objects.filter(patient=patient, start_date__isnull=False)
    return list(rows.select_related("treatment").order_by("-start_date", "-id")[:RECENT])


def access_procedure_of_record(
    viewer: Viewer, procedure_id: int, *, now: datetime
) -> tuple[Procedure, Patient]:
    """A procedure and its person. Raises `NotFound`, and as `access_chart` does."""
    require(viewer, "patients.view_chart")
    rows = Procedure.objects.select_related("treatment", "patient")
    found = rows.filter(pk=procedure_id).first()
    if found is None:
        raise NotFound
    return found, access_chart(viewer, found.patient_id, now=now)


def access_diary(viewer: Viewer, procedure_id: int, *, now: datetime) -> Diary:
    """The diary of a block, empty or not.

    Raises `NotFound` for a procedure without a diary, and as `access_chart` does.
    """
    require(viewer, "treatments.record_outcomes")
    procedure, patient = access_procedure_of_record(viewer, procedure_id, now=now)
    details = procedure.treatment.details if procedure.treatment else {}
    if "diary" not in details.get("fields", ()) or procedure.record_status not in _DONE:
        raise NotFound
    instrument = _diary_instrument()
    rows = list(_counting(patient).filter(procedure=procedure, instrument=instrument))
    by_hour = {row.hours_after: row for row in rows if row.occasion == Occasion.DIARY}
    first = next((row for row in rows if row.occasion == Occasion.BASELINE), None)
    drugs = procedure.drugs.filter(role=DrugRole.LOCAL_ANESTHETIC).select_related("drug")
    agents = {drug.drug_id: drug.drug.name for drug in drugs}
    before = first.score if first else None
    return Diary(
        procedure=procedure,
        patient=patient,
        instrument=instrument,
        definition=_definition(instrument),
        before=before,
        lines=[_diary_line(procedure, by_hour.get(hour), hour) for hour in DIARY_HOURS],
        told_before_at=first.told_at if first else None,
        agents=list(agents.values()),
        result=block_result(
            before,
            [
                DiaryEntry(hour, row.score, row.pk)
                for hour, row in by_hour.items()
                if hour is not None and row.score is not None
            ],
            agents,
        ),
    )


_DONE = frozenset({RecordStatus.SIGNED, RecordStatus.OUTSIDE, RecordStatus.DRAFT})


def _diary_instrument() -> Instrument:
    for instrument in Instrument.objects.filter(retired_at__isnull=True):
        if _definition(instrument).is_diary:
            return instrument
    raise NotFound("No diary is loaded. Ask whoever runs the system for `load_instruments`.")


def _diary_line(procedure: Procedure, row: Any, hour: Decimal) -> DiaryLine:
    if row is None:
        return DiaryLine(hour, None)
    begun, told_at = procedure.performed_at, row.told_at
    was_late = begun is not None and told_at is not None and is_late(begun, hour, told_at)
    return DiaryLine(hour, row.score, told_at, was_late)


def _counting(patient: Patient) -> QuerySet[QuestionnaireResponse]:
    rows = QuestionnaireResponse.objects.filter(patient=patient, voided_at__isnull=True)
    return rows.select_related(
        "instrument", "procedure", "procedure__treatment", "course__treatment", "entered_by"
    )


def _reading(response: QuestionnaireResponse) -> Reading | None:
    if response.score is None:
        return None
    instrument = (response.instrument.key, response.instrument.version)
    return Reading(instrument, response.authored_at, response.score, response.pk)


def _row(response: QuestionnaireResponse, everything: list[QuestionnaireResponse]) -> ScoreRow:
    definition = _definition(response.instrument)
    reading = _reading(response)
    before = _before(response, everything)
    if reading is None:
        unscored = Relief(None, "Too few answers for a score.")
        return ScoreRow(response, definition, before, unscored, None)
    found = relief(before, reading, higher_is_worse=definition.higher_is_worse)
    noticed = matters(definition, before, reading) if before else None
    return ScoreRow(response, definition, before, found, noticed)


def _before(
    response: QuestionnaireResponse, everything: Iterable[QuestionnaireResponse]
) -> Reading | None:
    """Newest first is the order of `everything`."""
    alike = [
        other
        for other in everything
        if other.instrument_id == response.instrument_id
        and other.score is not None
        and other.pk != response.pk
        and other.authored_at <= response.authored_at
        # Right after a block the pain is numbed: that is no state to begin from.
        and other.occasion not in {Occasion.AFTER, Occasion.DIARY}
    ]
    if response.occasion == Occasion.BASELINE:
        return None
    if response.procedure_id is not None:
        own = [
            other
            for other in alike
            if other.procedure_id == response.procedure_id and other.occasion == Occasion.BASELINE
        ]
        return _reading(own[0]) if own else _before_procedure(response, alike)
    first = next((other for other in alike if other.occasion == Occasion.BASELINE), None)
    first = first or (alike[-1] if alike else None)
    return _reading(first) if first else None


def _before_procedure(
    response: QuestionnaireResponse, alike: list[QuestionnaireResponse]
) -> Reading | None:
    """The last answer before the procedure, or the pain that was written down with it."""
    procedure = response.procedure
    if procedure is None or procedure.performed_at is None:
        return None
    begun = procedure.performed_at
    asked = next((_reading(other) for other in alike if other.authored_at <= begun), None)
    key = (response.instrument.key, response.instrument.version)
    row = f"procedure {procedure.pk}"
    return baseline_of(key, begun, procedure.pain_before, asked, row)


def _place(instrument: Instrument) -> tuple[int, str]:
    return _definition(instrument).order, instrument.name


def _definition(instrument: Instrument) -> Definition:
    return read_definition(instrument.definition)
