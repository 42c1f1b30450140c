"""What the clinical rules say about a visit of the calendar, and about the days it could be on.

A visit whose kind has no treatment, and that belongs to no course, is not asked about and costs no
query.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from clinic.shared.prepared import all_rows
from scheduling.domain.local_time import day_bounds
from scheduling.domain.slots import Slot
from scheduling.domain.states import HOLDING, AppointmentStatus
from scheduling.models import Appointment, VisitType
from treatments.domain.rules import Proposal
from treatments.domain.rules.facts import Done, Stage
from treatments.domain.rules.sessions import Which
from treatments.facts.assess import Assessment, assess, proposal_of, proposal_of_course
from treatments.facts.known import Known, known
from treatments.facts.procedures import only, region_of_row
from treatments.models import TreatmentCourse

# What was done is counted from the record; a visit of yesterday may not be written down yet.
UNWRITTEN = timedelta(days=7)
_COMING = sorted(status.value for status in HOLDING | {AppointmentStatus.COMPLETED})

_BOOKED = """
SELECT a.patient_id, a.id, a.start_at, v.name, coalesce(c.treatment_id, v.treatment_id),
       coalesce(p.region, nullif(v.region, ''), a.region),
       coalesce(p.levels, '{}'), coalesce(p.laterality, ''), coalesce(p.approach, '')
  FROM scheduling_appointment a
  JOIN scheduling_visittype v ON v.id = a.visit_type_id
  LEFT JOIN treatments_treatmentcourse c ON c.id = a.course_id
  LEFT JOIN treatments_proceduraldetail p ON p.course_id = c.id
 WHERE a.patient_id = ANY(%(patients)s::uuid[])
   AND a.status = ANY(%(statuses)s::text[])
   AND a.start_at >= %(since)s
   AND coalesce(c.treatment_id, v.treatment_id) IS NOT NULL
 ORDER BY a.start_at, a.id
"""


def is_asked(visit_type: VisitType, course: TreatmentCourse | None) -> bool:
    """Whether there is anything to ask the rules about such a visit."""
    return course is not None or visit_type.treatment_id is not None


def asks_region(visit_type: VisitType) -> bool:
    """Whether somebody has to say which region such a visit is for: its treatment has several."""
    if visit_type.treatment_id is None or visit_type.region:
        return False
    told = known()
    proposal = proposal_of(told, str(visit_type.treatment_id), Stage.BOOK)
    if proposal.region is not None:
        return False
    asked = told.rulebook.asked_about(proposal, {Stage.BOOK})
    return any(_is_by_region(rule.looks) for rule in asked)


def _is_by_region(looks: object) -> bool:
    which = getattr(looks, "which", None)
    return isinstance(which, Which) and "region" in which.per.split("_")


def proposed(
    told: Known,
    visit_type: VisitType,
    course: TreatmentCourse | None,
    stage: Stage,
    *,
    region: str = "",
    key: str = "",
) -> Proposal:
    """What such a visit proposes: its course, else what its kind is for.

    `region` is said as it is booked, and counts where the kind is for no region of its own.
    """
    if course is not None:
        return proposal_of_course(told, course, stage, key=key)
    place = visit_type.region or region
    return proposal_of(told, str(visit_type.treatment_id), stage, region=place, key=key)


def proposed_by(told: Known, visit: Appointment, stage: Stage) -> Proposal:
    """What a visit that is booked proposes, at the instant at which it begins."""
    found = proposed(
        told, visit.visit_type, visit.course, stage, region=visit.region, key=str(visit.pk)
    )
    return replace(found, starts_at=visit.start_at)


def limits_of(
    visit: Appointment, *, on: date, stage: Stage = Stage.BOOK, now: datetime
) -> Assessment | None:
    """The rules' answer about a visit that is booked; None if they are not asked."""
    return limits(
        visit.patient_id,
        visit.visit_type,
        visit.course,
        zone=visit.site.zone,
        on=on,
        stage=stage,
        visit=visit.pk,
        starts_at=visit.start_at,
        region=visit.region,
        now=now,
    )


def limits(
    patient_id: UUID,
    visit_type: VisitType,
    course: TreatmentCourse | None,
    *,
    zone: ZoneInfo,
    on: date,
    stage: Stage = Stage.BOOK,
    visit: UUID | None = None,
    starts_at: datetime | None = None,
    region: str = "",
    now: datetime,
) -> Assessment | None:
    """The rules' answer about such a visit; None if they are not asked.

    `visit` is one that is there already, `starts_at` when it would begin, if that is known,
    `region` where it is for, if somebody said so.
    """
    if not is_asked(visit_type, course):
        return None
    told = known()
    key = str(visit) if visit else ""
    plain = proposed(told, visit_type, course, stage, region=region, key=key)
    proposal = replace(plain, starts_at=starts_at)
    coming = booked_of([patient_id], told, zone, now=now)[patient_id]
    return assess(patient_id, proposal, on, zone=zone, booked=coming, known_now=told)


def booked_of(
    patient_ids: Collection[UUID], told: Known, zone: ZoneInfo, *, now: datetime
) -> dict[UUID, list[Done]]:
    """The coming visits of these people that have a treatment, and those just over."""
    asked = {
        "patients": list(patient_ids),
        "statuses": _COMING,
        "since": day_bounds(now.astimezone(zone).date(), zone)[0] - UNWRITTEN,
    }
    found: dict[UUID, list[Done]] = defaultdict(list)
    for row in all_rows(_BOOKED, asked):
        found[row[0]].append(_done(row[1:], told, zone))
    return found


def _done(row: Sequence[Any], told: Known, zone: ZoneInfo) -> Done:
    pk, start_at, name, treatment, region, levels, side, approach = row
    return done_of(
        str(pk),
        name,
        start_at.astimezone(zone).date(),
        treatment,
        told,
        region=region,
        levels=levels,
        side=side,
        approach=approach,
    )


def done_of(
    key: str,
    name: str,
    on: date,
    treatment: str,
    told: Known,
    *,
    region: str = "",
    levels: Iterable[str] = (),
    side: str = "",
    approach: str = "",
) -> Done:
    """A visit as one that rules count."""
    entry = told.treatments.get(treatment)
    return Done(
        key=key,
        label=name,
        on=on,
        treatment=treatment,
        families=entry.families if entry else frozenset(),
        region=region_of_row(region, entry),
        levels=frozenset(levels),
        side=side,
        approach=approach or only(entry.approaches if entry else ()),
        purpose=only(entry.purposes if entry else ()),
        is_booked=True,
    )


def planned_as(proposal: Proposal, key: str, name: str, on: date) -> Done:
    """What a proposal would be once it is booked on a day: the next of a series counts it."""
    return Done(
        key=key,
        label=name,
        on=on,
        treatment=proposal.treatment,
        families=proposal.families,
        region=proposal.region,
        levels=proposal.levels,
        side=proposal.side,
        approach=proposal.approach,
        purpose=proposal.purpose,
        is_booked=True,
    )


def allowed_slots(slots: Sequence[Slot], asked: Assessment | None, zone: ZoneInfo) -> list[Slot]:
    """Those on days on which no rule stops the visit: a later one may be too near to another."""
    if asked is None:
        return list(slots)
    return [slot for slot in slots if asked.allows(slot.start_at.astimezone(zone).date())]
