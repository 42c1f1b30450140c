"""What a person in the portal sees of how they were, and of what was done for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.reading import record_read
from patients.models import Patient
from treatments.domain.instruments import Definition, read_definition
from treatments.domain.outside_procedures import treatment_of
from treatments.domain.own_chart import Done, Picture, Span, draw
from treatments.domain.plain_names import began, not_finished, plain_name, said_in
from treatments.domain.states import COUNTED
from treatments.models import (
    Instrument,
    PainDiaryEntry,
    Procedure,
    ProcedureStatus,
    QuestionnaireResponse,
    TreatmentCourse,
)
from treatments.queries.own_diaries import OWN, pain_days

MOST_SCORES = 6


@dataclass(frozen=True)
class OwnScore:
    """One answered questionnaire, as its person reads it."""

    at: datetime
    score: Decimal
    highest: Decimal


@dataclass(frozen=True)
class OwnScale:
    """A questionnaire with the newest answers first."""

    name: str
    higher_is_worse: bool
    scores: list[OwnScore]


@dataclass(frozen=True)
class OwnStory:
    """The picture, the days it is drawn from (newest first), and scores of questionnaires."""

    picture: Picture
    days: list[PainDiaryEntry]
    scales: list[OwnScale]


def own_story(
    viewer: Viewer, patient: Patient, *, span: Span, language: str, zone: ZoneInfo, now: datetime
) -> OwnStory:
    """For a person from `own_record`, by the clock of `zone`. Raises `NotAllowed`."""
    require(viewer, OWN)
    today = now.astimezone(zone).date()
    done = list(own_treatments(viewer, patient, language=language, zone=zone))
    begin = draw([], [], span=span, today=today).begin
    days = pain_days(viewer, patient, since=begin, until=today)
    record_read(viewer, "own pain and treatments", [patient.pk])
    picture = draw([(row.local_date, row.nrs) for row in days], done, span=span, today=today)
    return OwnStory(picture, days[::-1], _scales(patient, language))


def own_treatments(
    viewer: Viewer, patient: Patient, *, language: str, zone: ZoneInfo
) -> Iterable[Done]:
    """What was done or begun for a person, here and elsewhere, in plain words. Raises `NotAllowed`.

    What another clinic did is told if it is known which treatment it was.
    """
    require(viewer, OWN)
    yield from _procedures(patient, language, zone)
    yield from _courses(patient, language)


def _procedures(patient: Patient, language: str, zone: ZoneInfo) -> Iterable[Done]:
    rows = Procedure.objects.filter(
        patient=patient, record_status__in=COUNTED, performed_at__isnull=False
    ).exclude(status=ProcedureStatus.NOT_DONE)
    for row in rows.select_related("treatment").order_by("performed_at", "id"):
        key = row.treatment.key if row.treatment else treatment_of(row.text)
        if not key or row.performed_at is None:
            continue
        proper = (
            said_in(language, row.treatment.name, row.treatment.name_es)
            if row.treatment
            else row.text
        )
        name = plain_name(language, key, row.region, proper)
        is_stopped = row.status == ProcedureStatus.STOPPED
        label = not_finished(language, name) if is_stopped else name
        yield Done(row.performed_at.astimezone(zone).date(), label)


def _courses(patient: Patient, language: str) -> Iterable[Done]:
    begun = TreatmentCourse.objects.begun().filter(patient=patient, follows__isnull=True)
    # What is done in one go stands there as what was done.
    rows = begun.exclude(form__in=["procedural", "referral"])
    for row in rows.select_related("treatment", "medication__drug"):
        if row.start_date is not None:
            yield Done(row.start_date, began(language, _course_name(language, row)))


def _course_name(language: str, row: TreatmentCourse) -> str:
    detail = getattr(row, "medication", None)
    entry = detail.drug if detail else row.treatment
    return said_in(language, entry.name, entry.name_es)


def _scales(patient: Patient, language: str) -> list[OwnScale]:
    definitions = {row.pk: read_definition(row.definition) for row in Instrument.objects.all()}
    rows = QuestionnaireResponse.objects.filter(
        patient=patient, voided_at__isnull=True, score__isnull=False
    )
    found: dict[int, list[OwnScore]] = {}
    for pk, at, score in rows.values_list("instrument_id", "authored_at", "score"):
        definition = definitions[pk]
        if not definition.is_diary and score is not None:
            found.setdefault(pk, []).append(OwnScore(at, score, definition.reach[1]))
    told = sorted(found, key=lambda pk: definitions[pk].order)
    return [_scale(definitions[pk], found[pk], language) for pk in told]


def _scale(definition: Definition, scores: list[OwnScore], language: str) -> OwnScale:
    name = said_in(language, definition.name, definition.name_es)
    return OwnScale(name, definition.higher_is_worse, scores[:MOST_SCORES])
