"""From when on somebody may have the next treatment of a kind, told to themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.reading import record_read
from patients.models import Patient
from scheduling.facts.limits import booked_of
from scheduling.models import Appointment
from treatments.domain.plain_names import plain_name, said_in
from treatments.domain.rules import Proposal
from treatments.domain.rules.facts import Stage
from treatments.domain.rules.finding import Severity
from treatments.facts.assess import Assessment, proposal_of, proposal_of_course
from treatments.facts.known import Known, known
from treatments.facts.people import facts_about
from treatments.models import CourseForm, Procedure
from treatments.queries.own_care import OwnCourse

# The rules are asked about each kind; nobody waits for more of them at once.
MOST = 2
_RECENT = timedelta(days=366)


@dataclass(frozen=True)
class Wait:
    """What waits, in plain words, and until which day.

    `is_firm`: before it a rule stops it; else the team would rather wait, and may decide otherwise.
    """

    name: str
    until: date
    is_firm: bool


@dataclass(frozen=True)
class _Kind:
    name: str
    treatment: str
    region: str
    proposal: Proposal


def own_waits(
    viewer: Viewer,
    patient: Patient,
    *,
    courses: Iterable[OwnCourse],
    done: Iterable[Procedure],
    visits: Iterable[Appointment],
    language: str,
    zone: ZoneInfo,
    now: datetime,
) -> list[Wait]:
    """What of their courses, or of what was done last, they may have only later.

    What is booked already is left out, and what waiting alone does not help: that the clinic tells
    them. For a person from `own_record`. Raises `NotAllowed`.
    """
    require(viewer, "patients.view_own")
    told, today = known(), now.astimezone(zone).date()
    booked = {str(visit.visit_type.treatment_id) for visit in visits}
    booked |= {visit.course.treatment_id for visit in visits if visit.course is not None}
    kinds = [
        kind for kind in _kinds(told, courses, done, language, now) if kind.treatment not in booked
    ][:MOST]
    if not kinds:
        return []
    record_read(viewer, "own limits", [patient.pk])
    coming = booked_of([patient.pk], told, zone, now=now)[patient.pk]
    facts = facts_about(patient.pk, known=told, on=today, zone=zone, booked=coming)
    waits = []
    for kind in kinds:
        found = _until(Assessment(facts, kind.proposal, told), today)
        if found is not None:
            waits.append(Wait(kind.name, *found))
    return waits


def _until(asked: Assessment, today: date) -> tuple[date, bool] | None:
    """The first day that no rule stops, or from which on none would rather have it later."""
    if asked.blocks(today):
        first = asked.earliest(today).on
        return None if first is None else (first, True)
    later = [
        finding.clears_on
        for finding in asked.on(today)
        if finding.severity is Severity.WARN and finding.clears_on and finding.is_certain
    ]
    return (max(later), False) if later else None


def _kinds(
    told: Known,
    courses: Iterable[OwnCourse],
    done: Iterable[Procedure],
    language: str,
    now: datetime,
) -> list[_Kind]:
    """Each treatment in a region once: of courses that go on, then of what was done last."""
    found: dict[tuple[str, str], _Kind] = {}
    for own in courses:
        if own.form != CourseForm.PROCEDURAL or not own.left:
            continue
        key, region = own.course.treatment_id, own.course.procedural.region
        name = plain_name(language, key, region, own.name)
        proposal = proposal_of_course(told, own.course, Stage.BOOK)
        found.setdefault((key, region), _Kind(name, key, region, proposal))
    for row in done:
        entry = row.treatment
        if entry is None or row.performed_at is None or row.performed_at < now - _RECENT:
            continue
        name = plain_name(
            language, entry.key, row.region, said_in(language, entry.name, entry.name_es)
        )
        proposal = proposal_of(
            told,
            entry.key,
            Stage.BOOK,
            region=row.region,
            levels=row.levels,
            side=row.laterality,
            approach=row.approach,
            purpose=row.purpose,
        )
        found.setdefault((entry.key, row.region), _Kind(name, entry.key, row.region, proposal))
    return list(found.values())
