"""What happened to a person over time, for the picture and for its table."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db.models import F, Q
from django.urls import reverse

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from patients.models import Patient
from treatments.domain.amounts import Amount, Unit, shortest
from treatments.domain.states import COUNTED
from treatments.domain.steroids import equivalent
from treatments.domain.timeline import Course, Dose, Event, History, Picture, Score, draw
from treatments.models import (
    Procedure,
    ProcedureDrug,
    ProcedureStatus,
    TreatmentCourse,
)
from treatments.queries.measured import Scores

# How far ahead the picture goes, so that today is not its very edge.
AHEAD = timedelta(days=14)


# Of a procedure, what no picture shows.
_NOT_SHOWN = ("device_settings", "checklist", "findings", "complications", "aftercare")


class Period(StrEnum):
    """How much of the past is drawn."""

    HALF_A_YEAR = "6m"
    YEAR = "1y"
    THREE_YEARS = "3y"
    EVERYTHING = "all"


PERIODS = {
    Period.HALF_A_YEAR: ("6 months", 183),
    Period.YEAR: ("1 year", 366),
    Period.THREE_YEARS: ("3 years", 1097),
    Period.EVERYTHING: ("Everything", None),
}


@dataclass(frozen=True)
class Line:
    """A line of the table that says what the picture shows."""

    on: date
    kind: str
    text: str
    href: str = ""


@dataclass(frozen=True)
class Story:
    """The picture, and the same in words, newest first."""

    picture: Picture
    lines: list[Line]
    period: Period


def story_of(
    viewer: Viewer,
    patient: Patient,
    *,
    scores: Scores,
    period: Period | None,
    today: date,
    zone: ZoneInfo,
) -> Story:
    """Scores, procedures, courses and steroid doses; `patient` comes from a door, and
    `scores` are theirs.

    Without a `period` the shortest is taken that shows everything, up to three years.
    """
    require(viewer, "patients.view_chart")
    events, doses = _procedures(patient, zone)
    history = History(_scores(scores, zone), events, _courses(patient), doses)
    chosen = period or _fitting(history, today)
    days = PERIODS[chosen][1]
    first = min(_days(history), default=today - timedelta(days=30))
    begin = first - timedelta(days=7) if days is None else today - timedelta(days=days)
    # Where the record is shorter than what was asked for, nothing empty is drawn before it.
    begin = min(max(begin, first - timedelta(days=7)), today - timedelta(days=30))
    picture = draw(history, begin=begin, end=today + AHEAD)
    return Story(picture=picture, lines=_told(history, picture, today), period=chosen)


def _fitting(history: History, today: date) -> Period:
    first = min(_days(history), default=today)
    for period, (_name, days) in PERIODS.items():
        if days is not None and first >= today - timedelta(days=days):
            return period
    return Period.THREE_YEARS


def _days(history: History) -> Iterable[date]:
    yield from (score.on for score in history.scores)
    yield from (event.on for event in history.events)
    yield from (course.start for course in history.courses)


def _scores(scores: Scores, zone: ZoneInfo) -> list[Score]:
    return [
        Score(
            answer.authored_at.astimezone(zone).date(),
            answer.score,
            scale.definition.name,
            *scale.definition.reach,
        )
        for scale in scores.scales
        # A diary is about some hours; what came of it stands with its procedure.
        if not scale.definition.is_diary
        for answer in scale.answers
    ]


def _courses(patient: Patient) -> list[Course]:
    begun = TreatmentCourse.objects.begun().filter(patient=patient)
    values = begun.values_list(
        "start_date", "end_date", "form", "medication__drug__name", "treatment__name", "id"
    )
    return [
        Course(start, end, drug or name, f"course-{form}", _address("course", pk))
        for start, end, form, drug, name, pk in values
        if start is not None
    ]


def _procedures(patient: Patient, zone: ZoneInfo) -> tuple[list[Event], list[Dose]]:
    # What was done elsewhere is drawn if somebody has said which treatment it was.
    counted = Procedure.objects.filter(
        Q(treatment__isnull=False), patient=patient, record_status__in=COUNTED
    ).exclude(status="not-done")
    events, doses = [], []
    rows = counted.annotate(name=F("treatment__name")).defer(*_NOT_SHOWN)
    for row in rows.prefetch_related("drugs__drug"):
        if row.performed_at is None:
            continue
        on = row.performed_at.astimezone(zone).date()
        tone = "outside" if row.record_status == "outside" else "procedure"
        events.append(
            Event(on, _procedure_label(row, row.name), tone, _address("procedure", row.pk))
        )
        given = sum((_equivalent(drug) for drug in row.drugs.all()), start=Decimal(0))
        if given:
            doses.append(Dose(on, given))
    return events, doses


def _procedure_label(row: Procedure, name: str) -> str:
    where = ", ".join(row.levels) or row.region
    side = {"left": " left", "right": " right"}.get(row.laterality, "")
    stopped = " (stopped)" if row.status == ProcedureStatus.STOPPED else ""
    return f"{name} {where}{side}".strip() + stopped


def _equivalent(given: ProcedureDrug) -> Decimal:
    """What the ledger counts of this row; nothing where it cannot be told."""
    factor = given.drug.details.get("mpe_factor")
    if given.dose is None or not factor:
        return Decimal(0)
    return equivalent(Amount(given.dose, Unit(given.dose_unit)), Decimal(factor)) or Decimal(0)


def _address(name: str, key: object) -> str:
    return reverse(f"physician:{name}", args=[key])


def _told(history: History, picture: Picture, today: date) -> list[Line]:
    lines = [
        *(
            Line(
                s.on,
                "Score",
                f"{s.instrument}: {shortest(round(s.value, 1))} of {shortest(s.highest)}",
            )
            for s in history.scores
        ),
        *(
            Line(e.on, "Elsewhere" if e.tone == "outside" else "Procedure", e.label, e.href)
            for e in history.events
        ),
        *(Line(c.start, "Started", c.label, c.href) for c in history.courses),
        # The last day of what goes on is a plan.
        *(
            Line(c.end, "Ended", c.label, c.href)
            for c in history.courses
            if c.end and c.end <= today
        ),
        *(
            Line(d.on, "Steroid", f"{shortest(round(d.milligrams, 1))} mg methylprednisolone")
            for d in history.doses
        ),
    ]
    shown = [line for line in lines if picture.begin <= line.on <= picture.end]
    # What began before the picture does is a bar in it all the same.
    shown += [
        Line(c.start, "Since", c.label, c.href)
        for c in history.courses
        if c.start < picture.begin and (c.end is None or c.end >= picture.begin)
    ]
    return sorted(shown, key=lambda line: line.on, reverse=True)
