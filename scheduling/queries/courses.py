"""Proposing a course of visits, and finding everything that its visits need in one question."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from clinic.accounts.models import Viewer
from clinic.shared.errors import Invalid
from scheduling.domain.course_plan import Course, Gap, propose, recheck
from scheduling.domain.courses import LONGEST_COURSE, WEEK, CourseWish
from scheduling.domain.local_time import day_bounds
from scheduling.domain.slots import Slot
from scheduling.facts.course_limits import Limited, within_limits, without_too_many
from scheduling.facts.limits import allowed_slots
from scheduling.models import Holiday, Resource, Site, VisitType
from scheduling.queries.availability import SlotSearch, free_slots
from scheduling.queries.limited_slots import asked_about
from scheduling.queries.nothing_free import why_nothing
from scheduling.queries.statements import ask, require_finder, slot_parameters
from treatments.models import TreatmentCourse

# Weeks beyond those that a course takes, for holidays and for weeks that are full.
SPARE_WEEKS = 4
MANY_SLOTS = 100_000
# Each explanation asks the calendar again.
EXPLAINED_GAPS = 8


@dataclass(frozen=True)
class CourseQuestion:
    """Which course is wanted, for whom, where."""

    patient_id: UUID
    visit_type: VisitType
    site: Site
    wish: CourseWish
    course: TreatmentCourse | None = None
    region: str = ""

    @property
    def length(self) -> timedelta:
        """How long each visit lasts."""
        return timedelta(minutes=self.visit_type.duration_minutes)


@dataclass(frozen=True)
class ExplainedGap:
    """A week with too little room, and the reason in words."""

    week: date
    missing: int
    reason: str


@dataclass(frozen=True)
class Proposal:
    """A course, why some weeks have too little room, and what is to be said about its end."""

    course: Course
    gaps: list[ExplainedGap]
    shortfall: str = ""


def propose_course(viewer: Viewer, question: CourseQuestion, *, now: datetime) -> Proposal:
    """The most regular course that is free. Raises `Invalid` for one too long, `NotAllowed`."""
    _check(question.wish)
    zone = question.site.zone
    course, limited = within_limits(
        _limited(viewer, question, now),
        question.wish.count,
        lambda slots, count: propose(replace(question.wish, count=count), slots, zone),
    )
    gaps = [
        ExplainedGap(gap.week, gap.missing, _why(viewer, question, gap, limited, now))
        for gap in course.gaps[:EXPLAINED_GAPS]
    ]
    gaps += [ExplainedGap(gap.week, gap.missing, "Full.") for gap in course.gaps[EXPLAINED_GAPS:]]
    return Proposal(course, gaps, _shortfall(viewer, question, course, limited, now))


def recheck_course(
    viewer: Viewer,
    question: CourseQuestion,
    chosen: Sequence[tuple[datetime, int | None]],
    *,
    now: datetime,
) -> Proposal:
    """A course as a person has changed it, with what is free of it now. Raises `NotAllowed`.

    A visit that would be one too many for the rules is not free, and what they say is told.
    """
    _check(question.wish)
    zone = question.site.zone
    days = [start.astimezone(zone).date() for start, _clinician in chosen]
    limited = _limited(viewer, question, now, until=max(days, default=None))
    limited = without_too_many(limited, days)
    course = recheck(chosen, question.wish, limited.slots, zone)
    return Proposal(course, [], " ".join(dict.fromkeys(one.words for one in limited.stopped)))


def resources_for_each(
    viewer: Viewer,
    *,
    visit_type: VisitType,
    site: Site,
    times: Sequence[tuple[datetime, Resource | None]],
    now: datetime,
) -> list[dict[int, list[int]] | None]:
    """For each time what `fitting_resources` answers, all in one question.

    The times must not overlap: one resource may be the answer for all of them.
    """
    starts = [start for start, _clinician in times]
    named = [clinician for _start, clinician in times]
    clinicians = None if None in named else [person for person in named if person]
    parameters = slot_parameters(
        viewer, visit_type, [site], clinicians, min(starts), max(starts), now
    )
    found: dict[tuple[datetime, int], list[int]] = {}
    rows = ask(viewer, "fitting_starts.sql", parameters | {"starts": starts})
    for start, need_id, _count, resource_id in rows:
        found.setdefault((start, need_id), []).append(resource_id)
    return [_chosen(visit_type, start, clinician, found) for start, clinician in times]


def _chosen(
    visit_type: VisitType,
    start: datetime,
    clinician: Resource | None,
    found: dict[tuple[datetime, int], list[int]],
) -> dict[int, list[int]] | None:
    chosen = {}
    for need in visit_type.needs.all():
        fitting = found.get((start, need.pk), [])
        if need.kind == "clinician" and clinician is not None:
            fitting = [pk for pk in fitting if pk == clinician.pk]
        chosen[need.pk] = fitting[: need.count]
        if len(chosen[need.pk]) < need.count:
            return None
    return chosen


def times_near(
    viewer: Viewer,
    *,
    visit_type: VisitType,
    site: Site,
    starts: Sequence[datetime],
    around: timedelta,
    now: datetime,
) -> list[Slot]:
    """The free times from shortly before the first of these starts to shortly after the last.

    Nobody's own visits are left out: the caller knows which of them are about to go.
    """
    search = SlotSearch(
        visit_type,
        [site],
        max(now, min(starts) - around),
        max(starts) + around,
        limit=MANY_SLOTS,
    )
    return free_slots(viewer, search, now=now)


def last_day(viewer: Viewer, visit_type: VisitType, site: Site, *, now: datetime) -> date:
    """The last day on which such a visit can be booked. Raises `NotAllowed`."""
    require_finder(viewer)
    return (now + timedelta(days=visit_type.horizon_days)).astimezone(site.zone).date()


def _check(wish: CourseWish) -> None:
    if not 1 <= wish.count <= LONGEST_COURSE:
        raise Invalid(f"A course has 1 to {LONGEST_COURSE} visits.")
    if not 1 <= wish.per_week <= 7:
        raise Invalid("A course has 1 to 7 visits a week.")
    if not 1 <= wish.days_apart <= 7:
        raise Invalid("Visits can be asked to be 1 to 7 days apart.")
    if not all(1 <= weekday <= 7 for weekday in wish.weekdays):
        raise Invalid("Weekdays are 1 (Monday) to 7.")


def _limited(
    viewer: Viewer, question: CourseQuestion, now: datetime, until: date | None = None
) -> Limited:
    """Every free time while the course may last; one question, however many weeks."""
    wish, zone = question.wish, question.site.zone
    weeks = wish.weeks + SPARE_WEEKS + wish.weeks // 4
    last = max(wish.first_day + weeks * WEEK, until or wish.first_day)
    search = SlotSearch(
        question.visit_type,
        [question.site],
        day_bounds(wish.first_day, zone)[0],
        day_bounds(last, zone)[1],
        patient_id=question.patient_id,
        limit=MANY_SLOTS,
        region=question.region,
    )
    slots = free_slots(viewer, search, now=now)
    asked = asked_about(viewer, search, slots, course=question.course, now=now)
    return Limited(allowed_slots(slots, asked, zone), zone, asked, wish.standing)


def _why(
    viewer: Viewer, question: CourseQuestion, gap: Gap, limited: Limited, now: datetime
) -> str:
    """Holidays first, then rules, then what the calendar says about the days that could be."""
    wish, site = question.wish, question.site
    holidays = Holiday.objects.filter(
        site=site,
        local_date__range=(gap.week, gap.week + timedelta(days=6)),
        is_observed=True,
        opens__isnull=True,
    )
    named = [f"{day.name} ({day.local_date:%a %b %-d})" for day in holidays]
    if named:
        return f"Closed: {', '.join(named)}."
    if ruled_out := limited.why(gap.week, gap.week + timedelta(days=6)):
        return ruled_out
    begin = day_bounds(max(gap.week, wish.first_day), site.zone)[0]
    search = SlotSearch(
        question.visit_type,
        [site],
        begin,
        day_bounds(gap.week + timedelta(days=6), site.zone)[1],
        patient_id=question.patient_id,
        limit=1,
    )
    if free_slots(viewer, search, now=now):
        return f"Its free days are fewer than {wish.per_week}, or too close together."
    return why_nothing(viewer, replace(search, patient_id=None), now=now).sentence


def _shortfall(
    viewer: Viewer, question: CourseQuestion, course: Course, limited: Limited, now: datetime
) -> str:
    if not course.unplaced:
        return ""
    kind = question.visit_type
    visits = "1 visit finds" if course.unplaced == 1 else f"{course.unplaced} visits find"
    if ruled_out := limited.after([visit.day for visit in course.visits]):
        return f"{visits} no place. {ruled_out}"
    last = last_day(viewer, kind, question.site, now=now)
    searched = question.wish.first_day + (question.wish.weeks + SPARE_WEEKS) * WEEK
    if searched > last:
        return f"{visits} no place: {kind.name} can be booked until {last:%b %-d, %Y}."
    return f"{visits} no place in these weeks."
