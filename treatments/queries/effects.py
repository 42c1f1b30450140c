"""What treatments did: for one person, and for the clinic without names."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from patients.models import Patient
from treatments.domain.instruments import Definition
from treatments.domain.outcomes import (
    HELPED,
    NO_BASELINE,
    NOT_COMPLETED,
    NOT_SINCE,
    Lasting,
    Relief,
    lasting_relief,
    middle,
    nearest,
    reaches,
    relief,
    share,
)
from treatments.domain.outside_procedures import treatment_of
from treatments.models import (
    CatalogueEntry,
    CourseForm,
    Procedure,
    ProcedureStatus,
    TreatmentCourse,
)
from treatments.queries.measured import Given, Measured, Scores, scores_of

FEWEST = 5
# Days after, and from when to when a score still stands for them.
TWO_WEEKS = (14, 7, 28)
THREE_MONTHS = (91, 60, 120)


@dataclass(frozen=True)
class TreatmentEffect:
    """What one treatment did for one person.

    A course that goes on with another dose is one time. `best` is the most relief after any of
    them, `longest` the time that it held longest.
    `instrument` names the questionnaire that both were measured on, "" if there are no scores.
    With `by_diary` that is the diary of a diagnostic block: it tells of hours, and finds out.
    `stopped` counts those that were begun and not completed; `times` and the figures do not.
    `elsewhere` counts those of `times` that another clinic did, known by their words.
    """

    key: str
    name: str
    times: int
    last_at: datetime
    best: Relief
    longest: Lasting | None
    instrument: str
    wants_again: bool | None
    by_diary: bool = False
    stopped: int = 0
    elsewhere: int = 0

    @property
    def days(self) -> int | None:
        """How many days relief of at least half was seen to hold; None if it never was."""
        lasted = self.longest.lasted if self.longest else None
        return lasted.days if lasted is not None else None

    @property
    def held(self) -> str:
        """The same as it is read, "" if it never was: "at least 16 days", "4 hours"."""
        lasted = self.longest.lasted if self.longest else None
        if lasted is None:
            return ""
        count, unit = lasted.days, "day"
        if not count:
            count, unit = round(lasted / timedelta(hours=1)), "hour"
        least = "at least " if self.holds_still else ""
        return f"{least}{count or 'less than 1'} {unit}{'' if count in {0, 1} else 's'}"

    @property
    def holds_still(self) -> bool:
        """Whether it held at the last score."""
        return bool(self.longest and self.longest.holds_still)


@dataclass(frozen=True)
class Figure:
    """A figure about several people; all parts are None where it would be fewer than `FEWEST`."""

    count: int | None
    median: Decimal | None
    share: Decimal | None


@dataclass(frozen=True)
class ClinicEffect:
    """What one treatment did for everybody, without names. `times` is None if below `FEWEST`."""

    key: str
    name: str
    times: int | None
    two_weeks: Figure
    three_months: Figure


def effects_for(
    viewer: Viewer,
    patient: Patient,
    *,
    zone: ZoneInfo,
    now: datetime,
    scores: Scores | None = None,
) -> list[TreatmentEffect]:
    """What was tried and how much it helped, most helpful first; four queries.

    `patient` is as `access_chart` gave it, `scores` are theirs if they were read already; days are
    by the clock of `zone`. Scores after something else was done count for that.
    """
    require(viewer, "patients.view_chart")
    done = _procedures(Procedure.objects.filter(patient=patient))
    completed = sorted(one.at for one in done if not one.is_stopped)
    given = [*done, *_courses(patient, completed, zone)]
    scores = scores or scores_of(viewer, [patient.pk])[patient.pk]
    grouped: dict[str, list[Given]] = defaultdict(list)
    for one in given:
        if one.at <= now or one.link == "course_id":
            grouped[one.key].append(one)
    found = [_effect(list_, scores) for list_ in grouped.values()]
    return sorted(found, key=_rank)


def clinic_effects(viewer: Viewer, *, first_date: date, last_date: date) -> list[ClinicEffect]:
    """Relief two weeks and three months after the procedures of these days, by treatment.

    Nobody is named, and what would speak of fewer than `FEWEST` people is left out.
    """
    require(viewer, "treatments.view_effects")
    start = datetime.combine(first_date, time(), UTC)
    end = datetime.combine(last_date + timedelta(days=1), time(), UTC)
    people = Procedure.objects.counted().filter(performed_at__gte=start, performed_at__lt=end)
    everything = Procedure.objects.filter(patient__in=people.values("patient"))
    done = _procedures(everything)
    given = [
        one
        for one in done
        if start <= one.at < end and not one.is_stopped and not one.is_recognized
    ]
    people_seen = {one.patient_id for one in given}
    scores = scores_of(viewer, people_seen, permission="treatments.view_effects")
    grouped: dict[tuple[str, str], list[Given]] = defaultdict(list)
    for one in given:
        grouped[one.key, one.name].append(one)
    found = [_clinic_effect(key, name, rows, scores) for (key, name), rows in grouped.items()]
    return sorted(found, key=lambda effect: effect.name)


def _procedures(rows: Any) -> list[Given]:
    """Each until the next of the same person that was completed.

    Those without a date are left out, and those of another clinic that no words name, or that
    somebody knows to be none of ours.
    """
    done = rows.counted().filter(performed_at__isnull=False, is_none_of_ours=False)
    values = list(
        done.exclude(status=ProcedureStatus.NOT_DONE)
        .order_by("performed_at", "id")
        .values_list(
            *("treatment_id", "treatment__name", "patient_id", "performed_at", "id"),
            *("pain_before", "status", "text"),
        )
    )
    names = _names_of({treatment_of(row[-1]) for row in values if row[0] is None})
    later: dict[UUID, datetime] = {}
    found = []
    for told, name, patient_id, at, pk, pain, status, text in reversed(values):
        key = told or treatment_of(text)
        if not key:
            continue
        name = name or names.get(key, text)
        until, is_stopped = later.get(patient_id), status == ProcedureStatus.STOPPED
        link = ("procedure_id", pk, pain, is_stopped, told is None)
        found.append(Given(key, name, patient_id, at, until, *link))
        if not is_stopped:
            later[patient_id] = at
    return found


def _names_of(keys: set[str]) -> Mapping[str, str]:
    """What the catalogue calls the treatments that the words of other clinics mean."""
    known = keys - {""}
    return dict(CatalogueEntry.objects.filter(pk__in=known).values_list("pk", "name"))


def _courses(patient: Patient, procedures: Sequence[datetime], zone: ZoneInfo) -> list[Given]:
    """Each until its end, or until the next procedure: scores after that speak of that."""
    rows = TreatmentCourse.objects.begun().filter(patient=patient)
    values = rows.exclude(form=CourseForm.PROCEDURAL).values_list(
        "treatment_id", "treatment__name", "start_date", "end_date", "id", "follows_id"
    )
    found, begun = [], {(row[0], row[4]) for row in values if row[2] is not None}
    for key, name, start, end, pk, follows in values:
        if start is None:
            continue
        # Whoever is asked on the day on which a course is ordered is asked before its first dose.
        at = _last_minute(start, zone)
        ends = [done for done in procedures if done > at]
        if end is not None:
            ends.append(_last_minute(end, zone))
        until = max(min(ends), at) if ends else None
        another_dose = (key, follows) in begun
        link = ("course_id", pk)
        found.append(Given(key, name, patient.pk, at, until, *link, continues=another_dose))
    return found


def _last_minute(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(23, 59), zone)


def _effect(every: Sequence[Given], scores: Scores) -> TreatmentEffect:
    given = [one for one in every if not one.is_stopped]
    measured = [(one, scores.by_diary(one) or scores.measured(one)) for one in given]
    lasting = [
        (
            found.definition,
            lasting_relief(
                one.at,
                found.before,
                found.after,
                higher_is_worse=found.definition.higher_is_worse,
            ),
        )
        for one, found in measured
        if found is not None
    ]
    # One questionnaire for both figures: the one reports prefer.
    definition = min((d for d, _l in lasting), key=_preference, default=None)
    same = [
        one
        for d, one in lasting
        if definition and (d.key, d.version) == (definition.key, definition.version)
    ]
    best = max((one.best for one in same), key=_percent, default=_nothing(given, scores))
    longest = max((one for one in same if one.lasted), key=_length, default=None)
    last = max(given or every, key=lambda one: one.at)
    return TreatmentEffect(
        key=last.key,
        name=last.name,
        times=sum(not one.continues for one in given),
        last_at=last.at,
        best=best,
        longest=longest,
        instrument=definition.name if definition else "",
        wants_again=scores.wants_again(given),
        by_diary=definition is not None and definition.is_diary,
        stopped=len(every) - len(given),
        elsewhere=sum(one.is_recognized for one in given),
    )


def _nothing(given: Sequence[Given], scores: Scores) -> Relief:
    """Why no relief can be told."""
    if not given:
        return Relief(None, NOT_COMPLETED)
    was_asked = any(scores.has_before(one) for one in given)
    return Relief(None, NOT_SINCE if was_asked else NO_BASELINE)


def _preference(definition: Definition) -> tuple[bool, int]:
    """A block is done to find out, and its diary says what was found."""
    return not definition.is_diary, definition.order


def _percent(found: Relief) -> Decimal:
    return found.percent if found.percent is not None else Decimal("-Infinity")


def _length(found: Lasting) -> timedelta:
    return found.lasted or timedelta()


def _rank(effect: TreatmentEffect) -> tuple[bool, Decimal, float, str]:
    """What helped most first; what was only done to find out, after it."""
    return effect.by_diary, -_percent(effect.best), -effect.last_at.timestamp(), effect.name


def _clinic_effect(
    key: str,
    name: str,
    rows: Sequence[Given],
    scores: Mapping[UUID, Scores],
) -> ClinicEffect:
    measured = [
        (one, scores[one.patient_id].measured(one) if one.patient_id in scores else None)
        for one in rows
    ]
    return ClinicEffect(
        key=key,
        name=name,
        times=_shown(len(rows), len({one.patient_id for one in rows})),
        two_weeks=_figure(measured, TWO_WEEKS),
        three_months=_figure(measured, THREE_MONTHS),
    )


def _shown(count: int, people: int) -> int | None:
    return count if people >= FEWEST else None


def _figure(
    measured: Iterable[tuple[Given, Measured | None]], when: tuple[int, int, int]
) -> Figure:
    day, first, last = when
    gained: list[Relief] = []
    people = set()
    for given, found in measured:
        if found is None:
            continue
        reading = nearest(found.after, given.at, day=day, first=first, last=last)
        if reading is None:
            continue
        one = relief(found.before, reading, higher_is_worse=found.definition.higher_is_worse)
        if one.percent is not None:
            gained.append(one)
            people.add(given.patient_id)
    if len(people) < FEWEST:
        return Figure(None, None, None)
    helped = sum(reaches(one, HELPED) for one in gained)
    return Figure(
        count=len(gained),
        median=middle(one.percent for one in gained if one.percent is not None),
        share=share(helped, len(gained)),
    )
