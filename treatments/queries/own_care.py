"""What a person in the portal sees of their care: courses, medicines, aftercare, what is due."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.reading import record_read
from patients.models import MedicationStatement, Patient
from patients.models.medication import MedicationStatus
from treatments.domain.aftercare import aftercare_in
from treatments.domain.plain_follow_ups import SHARED_CALL
from treatments.domain.plain_names import has_plain_name, plain_name, said_in
from treatments.domain.states import CourseStatus
from treatments.models import (
    CatalogueEntry,
    CourseForm,
    DrugRole,
    FollowUp,
    FollowUpKind,
    Procedure,
    Section,
    TreatmentCourse,
)
from treatments.queries.alarms import ASKED
from treatments.queries.course_views import CourseView, as_views, plain_rows
from treatments.queries.follow_ups import OPEN
from treatments.queries.own_diaries import OWN, done_since

# For so long after a procedure its page of what to watch for stands on top.
WATCHED = timedelta(days=14)
_SHOWN = (CourseStatus.ACTIVE, CourseStatus.PAUSED, CourseStatus.PLANNED)
# What may come after a treatment and goes away by itself; those of a steroid only after one.
_PASSING = ("pain-flare", "numbness", "vasovagal")
_PASSING_AFTER_STEROID = ("sleep-disturbance", "steroid-flush", "anxiety", "hyperglycemia")
EMERGENCY = "emergency"


@dataclass(frozen=True)
class OwnCourse:
    """A course as its person reads it. `left` is what is still planned, None for what goes on.

    `allowed` is how many visits the payer still allows, None if nobody said.
    """

    id: UUID
    name: str
    plain: str
    form: str
    is_paused: bool
    is_planned: bool
    done: int
    left: int | None
    allowed: int | None
    times_per_week: Decimal | None
    minutes: int | None
    instructions: str
    exercises: str
    course: TreatmentCourse

    @property
    def times(self) -> int:
        """How many times a week it is meant, in whole numbers."""
        return int(self.times_per_week or 0)

    @property
    def is_visits(self) -> bool:
        """Whether it consists of visits that are counted."""
        return self.form in {CourseForm.THERAPY, CourseForm.PROCEDURAL}


@dataclass(frozen=True)
class OwnMedicine:
    """A medicine as it is recorded: `times` a day where we ordered it, else `dosage` as written."""

    name: str
    dose: str
    times: Decimal | None
    is_as_needed: bool
    dosage: str
    is_on_hold: bool

    @property
    def whole_times(self) -> int:
        """How many times a day; 0 if that is no whole number, for which the words stand."""
        times = self.times
        return int(times) if times is not None and times >= 1 and times == int(times) else 0


@dataclass(frozen=True)
class Aftercare:
    """A procedure of the last days: what to do, what may come and go, in their language."""

    name: str
    proper: str
    on: date
    text: str
    passing: list[str]


@dataclass(frozen=True)
class Signs:
    """What must not wait: for 911, and for a call to the clinic today."""

    emergency: list[str]
    today: list[str]


def own_courses(viewer: Viewer, patient: Patient, *, language: str, today: date) -> list[OwnCourse]:
    """What goes on, is paused or planned for a person from `own_record`. Raises `NotAllowed`.

    Medicines stand in a list of their own.
    """
    require(viewer, OWN)
    rows = TreatmentCourse.objects.filter(patient=patient, status__in=_SHOWN)
    rows = rows.exclude(form=CourseForm.MEDICATION).order_by("-start_date", "-ordered_at", "id")
    record_read(viewer, "own courses", [patient.pk])
    views = as_views(viewer, plain_rows(viewer, rows), today=today)
    return [_course(view, language) for view in views]


def own_medicines(viewer: Viewer, patient: Patient) -> list[OwnMedicine]:
    """What a person takes, as it is recorded. Raises `NotAllowed`."""
    require(viewer, OWN)
    shown = [MedicationStatus.ACTIVE, MedicationStatus.ON_HOLD]
    rows = MedicationStatement.objects.filter(patient=patient, status__in=shown)
    rows = rows.select_related("course_detail").order_by("text", "id")
    return [_medicine(row) for row in rows]


def own_aftercare(
    viewer: Viewer, patient: Patient, *, language: str, zone: ZoneInfo, now: datetime
) -> list[Aftercare]:
    """What to watch for after procedures of the last days, newest first. Raises `NotAllowed`."""
    require(viewer, OWN)
    if not done_since(viewer, patient, now - WATCHED):
        return []
    rows = Procedure.objects.done_here().filter(
        patient=patient, performed_at__gt=now - WATCHED, performed_at__lte=now
    )
    rows = rows.select_related("treatment").prefetch_related("drugs").order_by("-performed_at")
    return [_aftercare(row, language, zone, now) for row in rows]


def signs_to_watch(viewer: Viewer, language: str) -> Signs:
    """What must not wait after a treatment, in the words of the catalogue. About nobody."""
    rows = CatalogueEntry.objects.filter(section=Section.RED_FLAG, pk__in=ASKED)
    found = {row.key: row for row in rows}
    told = [found[key] for key in ASKED if key in found]
    emergency = [row for row in told if row.details.get("urgency") == EMERGENCY]
    today = [row for row in told if row.details.get("urgency") != EMERGENCY]
    return Signs(
        [_plain(row, language) for row in emergency], [_plain(row, language) for row in today]
    )


def own_questions(viewer: Viewer, patient: Patient, *, now: datetime) -> list[FollowUp]:
    """Questions that are due now and may be answered on the phone. Raises `NotAllowed`."""
    require(viewer, OWN)
    asked = Q(kind=FollowUpKind.QUESTIONNAIRE) | Q(kind=FollowUpKind.CALL, step=SHARED_CALL)
    rows = FollowUp.objects.filter(asked, patient=patient, status__in=OPEN)
    return list(rows.filter(earliest_at__lte=now, due_at__gt=now).order_by("due_at", "id"))


def latest_procedures(viewer: Viewer, patient: Patient) -> Sequence[Procedure]:
    """The last injections and the like that were done here, newest first. Raises `NotAllowed`."""
    require(viewer, OWN)
    rows = Procedure.objects.done_here().filter(patient=patient, performed_at__isnull=False)
    return list(rows.select_related("treatment").order_by("-performed_at", "-id")[:5])


def _course(view: CourseView, language: str) -> OwnCourse:
    row, detail = view.course, view.course.detail
    planned = _planned(row)
    done = _done(view)
    return OwnCourse(
        id=row.pk,
        name=said_in(language, row.treatment.name, row.treatment.name_es),
        plain=_plain(row.treatment, language),
        form=row.form,
        is_paused=row.status == CourseStatus.PAUSED,
        is_planned=row.status == CourseStatus.PLANNED,
        done=done,
        left=None if planned is None else max(0, planned - done),
        allowed=view.standing.left if row.form == CourseForm.THERAPY else None,
        times_per_week=getattr(detail, "visits_per_week", None)
        or getattr(detail, "times_per_week", None),
        minutes=getattr(detail, "minutes_per_time", None),
        instructions=row.instructions,
        exercises=getattr(detail, "home_exercises", ""),
        course=row,
    )


def _planned(row: TreatmentCourse) -> int | None:
    planned: int | None = {
        CourseForm.THERAPY: lambda: row.therapy.visits_planned,
        CourseForm.PROCEDURAL: lambda: row.procedural.planned_procedures,
    }.get(CourseForm(row.form), lambda: None)()
    return planned


def _done(view: CourseView) -> int:
    if view.course.form == CourseForm.THERAPY:
        return view.standing.used
    return view.procedures_done


def _medicine(row: MedicationStatement) -> OwnMedicine:
    detail = getattr(row, "course_detail", None)
    return OwnMedicine(
        name=row.text,
        dose=f"{detail.dose.normalize():f} {detail.dose_unit}" if detail else "",
        times=detail.doses_per_day.normalize() if detail else None,
        is_as_needed=bool(detail and detail.is_as_needed),
        dosage=row.dosage,
        is_on_hold=row.status == MedicationStatus.ON_HOLD,
    )


def _aftercare(row: Procedure, language: str, zone: ZoneInfo, now: datetime) -> Aftercare:
    entry, at = row.treatment, row.performed_at or now
    proper = said_in(language, entry.name, entry.name_es) if entry else row.text
    name = plain_name(language, entry.key if entry else "", row.region, proper)
    protocol = entry.details.get("protocol", "") if entry else ""
    return Aftercare(
        name=name,
        proper=proper if entry and has_plain_name(entry.key) else "",
        on=at.astimezone(zone).date(),
        text=aftercare_in(language, row.aftercare, protocol),
        passing=list(_passing(row, language, now - at)),
    )


def _passing(row: Procedure, language: str, since: timedelta) -> Iterable[str]:
    listed = row.treatment.details.get("risks", ()) if row.treatment else ()
    had_steroid = any(drug.role == DrugRole.STEROID for drug in row.drugs.all())
    wanted = (*_PASSING, *(_PASSING_AFTER_STEROID if had_steroid else ()))
    keys = [key for key in wanted if key in listed]
    found = CatalogueEntry.objects.in_bulk(keys) if keys else {}
    hours = since.total_seconds() / 3600
    for key in keys:
        risk = found.get(key)
        if risk is not None and hours <= risk.details.get("until_hours", 0):
            yield _plain(risk, language)


def _plain(entry: CatalogueEntry, language: str) -> str:
    return said_in(language, entry.plain, entry.plain_es)
