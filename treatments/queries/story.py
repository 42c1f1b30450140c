"""What happened to a person over time, for the picture and for its table."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.urls import reverse

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from patients.models import Patient
from patients.queries import access_chart
from treatments.domain.amounts import Amount, Unit, shortest
from treatments.domain.outside_procedures import treatment_of
from treatments.domain.own_chart import points_of
from treatments.domain.states import COUNTED
from treatments.domain.steroids import equivalent
from treatments.domain.timeline import Course, Dose, Event, History, Picture, Score, draw
from treatments.models import (
    PainDiaryEntry,
    Procedure,
    ProcedureDrug,
    ProcedureStatus,
    TreatmentCourse,
)
from treatments.queries.measured import Scores, scores_of

# How far ahead the picture goes, so that today is not its very edge.
AHEAD = timedelta(days=14)
OWN_DIARY = "Pain diary, said by the patient (weeks)"


class _Done(NamedTuple):
    """A procedure, as far as the picture tells of it."""

    id: int
    performed_at: datetime
    treatment__name: str | None
    text: str
    record_status: str
    status: str
    levels: list[str]
    region: str
    laterality: str


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
    """The picture, the same in words, newest first, and all that it is drawn from."""

    picture: Picture
    lines: list[Line]
    period: Period
    history: History

    @property
    def shown(self) -> History:
        """What of it lies between the ends of the picture."""
        begin, end, past = self.picture.begin, self.picture.end, self.history
        return History(
            [one for one in past.scores if begin <= one.on <= end],
            [one for one in past.events if begin <= one.on <= end],
            [c for c in past.courses if c.start <= end and (c.end is None or c.end >= begin)],
            [one for one in past.doses if begin <= one.on <= end],
        )


def timeline(
    viewer: Viewer, patient_id: UUID, *, period: Period | None, zone: ZoneInfo, now: datetime
) -> Story:
    """The story of one person. Raises as `access_chart` does."""
    patient = access_chart(viewer, patient_id, now=now)
    scores, today = scores_of(viewer, [patient.pk])[patient.pk], now.astimezone(zone).date()
    return story_of(viewer, patient, scores=scores, period=period, today=today, zone=zone)


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
    told = [*_scores(scores, zone), *_diary(patient, today)]
    history = History(told, events, _courses(patient), doses)
    chosen = period or _fitting(history, today)
    days = PERIODS[chosen][1]
    first = min(_days(history), default=today - timedelta(days=30))
    begin = first - timedelta(days=7) if days is None else today - timedelta(days=days)
    # Where the record is shorter than what was asked for, nothing empty is drawn before it.
    begin = min(max(begin, first - timedelta(days=7)), today - timedelta(days=30))
    picture = draw(history, begin=begin, end=today + AHEAD)
    return Story(picture, _told(history, picture, today), chosen, history)


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
    found = []
    for scale in scores.scales:
        # A diary is about some hours; what came of it stands with its procedure.
        if scale.definition.is_diary:
            continue
        name, (lowest, highest) = scale.definition.name, scale.definition.reach
        found += [
            Score(answer.authored_at.astimezone(zone).date(), answer.score, name, lowest, highest)
            for answer in scale.answers
        ]
    return found


def _diary(patient: Patient, today: date) -> list[Score]:
    """What the person says in a diary of their own: of each week the day in the middle.

    It is their word and no questionnaire: nothing is reckoned with it.
    """
    begin = today - timedelta(days=PERIODS[Period.THREE_YEARS][1] or 0)
    rows = PainDiaryEntry.objects.filter(patient=patient, local_date__range=(begin, today))
    days = rows.order_by().values_list("local_date", "nrs")
    return [
        Score(point.on, Decimal(point.pain), OWN_DIARY)
        for point in points_of(days, begin, today, step=7)
    ]


def _courses(patient: Patient) -> list[Course]:
    begun = TreatmentCourse.objects.begun().filter(patient=patient)
    values = begun.values_list(
        "start_date", "end_date", "form", "medication__drug__name", "treatment__name", "id"
    )
    address = _addresses("course")
    return [
        Course(start, end, drug or name, f"course-{form}", address(pk))
        for start, end, form, drug, name, pk in values
        if start is not None
    ]


def _procedures(patient: Patient, zone: ZoneInfo) -> tuple[list[Event], list[Dose]]:
    counted = Procedure.objects.filter(
        patient=patient, record_status__in=COUNTED, is_none_of_ours=False
    )
    counted = counted.exclude(status="not-done")
    # Values and not objects: somebody who has come for ten years has many.
    rows = counted.order_by("performed_at", "id").values_list(*_Done._fields)
    given = _equivalents(counted)
    address = _addresses("procedure")
    events, doses = [], []
    for row in map(_Done._make, rows.exclude(performed_at=None)):
        # What was done elsewhere is drawn if somebody, or its words, say which treatment it was.
        if row.treatment__name is None and not treatment_of(row.text):
            continue
        on = row.performed_at.astimezone(zone).date()
        tone = "outside" if row.record_status == "outside" else "procedure"
        events.append(Event(on, _procedure_label(row), tone, address(row.id)))
        if row.id in given:
            doses.append(Dose(on, given[row.id]))
    return events, doses


def _procedure_label(row: _Done) -> str:
    where = ", ".join(row.levels) or row.region
    side = {"left": " left", "right": " right", "bilateral": " both sides"}.get(row.laterality, "")
    stopped = " (stopped)" if row.status == ProcedureStatus.STOPPED else ""
    return f"{row.treatment__name or row.text} {where}{side}".strip() + stopped


def _equivalents(procedures: QuerySet[Procedure]) -> Mapping[int, Decimal]:
    """What the ledger counts of each; nothing where it cannot be told."""
    rows = ProcedureDrug.objects.filter(procedure__in=procedures.order_by(), dose__isnull=False)
    found: dict[int, Decimal] = defaultdict(Decimal)
    for procedure, dose, unit, factor in rows.order_by("id").values_list(
        "procedure_id", "dose", "dose_unit", "drug__details__mpe_factor"
    ):
        if dose is None or not factor:
            continue
        if told := equivalent(Amount(dose, Unit(unit)), Decimal(str(factor))):
            found[procedure] += told
    return found


_ANY: Mapping[str, object] = {"procedure": 0, "course": UUID(int=0)}


def _addresses(name: str) -> Callable[[object], str]:
    """Makes the addresses of many rows of one kind: the route is looked up once."""
    before, after = reverse(f"physician:{name}", args=[_ANY[name]]).rsplit(str(_ANY[name]), 1)
    return lambda key: f"{before}{key}{after}"


def _told(history: History, picture: Picture, today: date) -> list[Line]:
    lines = [
        *(
            Line(
                s.on,
                "Score",
                f"{s.instrument}: {shortest(round(s.value, 1))} of {shortest(s.highest)}",
            )
            for s in history.scores
            # In ten years there are hundreds; words are made for those that are told.
            if picture.begin <= s.on <= picture.end
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
