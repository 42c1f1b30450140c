"""Booking a course of visits: all of it or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Invalid
from patients.actions.standing import lock_record
from patients.models import Patient
from scheduling.actions.care import bring_into_care
from scheduling.actions.leaving import end_waiting, leave_line
from scheduling.actions.limits import ask_rules_for_all, file_verdicts
from scheduling.actions.places import refusals
from scheduling.actions.reserve import (
    Belongs,
    BookingRequest,
    check_offered,
    check_start,
    write_visit,
)
from scheduling.actions.series_notices import announce_series
from scheduling.actions.series_places import (
    Place,
    find_places,
    lock_course,
    seat_in,
    take_place,
    with_needs,
)
from scheduling.domain.courses import LONGEST_COURSE
from scheduling.models import (
    Appointment,
    AppointmentSeries,
    Resource,
    Site,
    VisitType,
)
from treatments.models import TreatmentCourse

# When a visit of a course begins, and with whom; None means anybody who may do it.
CourseTime = tuple[datetime, Resource | None]


@dataclass(frozen=True)
class CourseRequest:
    """A course that somebody wants booked: exactly these times, in any order.

    `course` is the course of treatment whose visits they are. `override_reason` is why they go on
    although a clinical rule stops one of them, `seen` the rules whose warnings were read, `region`
    where they are for, if their kind leaves that open.
    """

    patient: Patient
    visit_type: VisitType
    site: Site
    times: Sequence[CourseTime]
    per_week: int
    reason: str = ""
    course: TreatmentCourse | None = None
    override_reason: str = ""
    seen: frozenset[str] = frozenset()
    region: str = ""


@action
def book_series(*, request: CourseRequest, by: User, now: datetime) -> AppointmentSeries:
    """Book every visit of the course with all it needs, numbered by time, and tell of them once.

    Raises `Invalid` for times that no such course could have, `SeriesTaken` (with alternatives for
    each) if any is not free, `NotAllowedByRules`, `NotAllowed`. Nothing is left behind then.
    """
    require(by, "scheduling.book")
    if not 1 <= request.per_week <= 7:
        raise Invalid("A course has 1 to 7 visits a week.")
    wishes = _requests(request, now)
    lock_record(request.patient)
    series = AppointmentSeries.objects.create(
        patient=request.patient,
        visit_type=request.visit_type,
        site=request.site,
        per_week=request.per_week,
        reason=request.reason,
        region=wishes[0].said_region,
        course=request.course,
        booked_by=by,
    )
    _book_into(series, wishes, 1, by, now)
    return series


@action
def add_visits(
    *,
    series: AppointmentSeries,
    times: Sequence[CourseTime],
    override_reason: str = "",
    seen: frozenset[str] = frozenset(),
    by: User,
    now: datetime,
) -> list[Appointment]:
    """Add visits to a course; their numbers follow the highest there is. Raises as `book_series`.

    A number stays with its visit for ever, so that what was said on the phone stays true.
    """
    require(by, "scheduling.book")
    lock_record(series.patient)
    numbers = series.appointments.order_by("-series_number")
    highest = numbers.values_list("series_number", flat=True).first() or 0
    if highest + len(times) > LONGEST_COURSE:
        raise Invalid(f"A course has at most {LONGEST_COURSE} visits.")
    wishes = _requests(
        CourseRequest(
            series.patient,
            series.visit_type,
            series.site,
            times,
            series.per_week,
            series.reason,
            series.course,
            override_reason,
            seen,
            series.region,
        ),
        now,
    )
    return _book_into(series, wishes, highest + 1, by, now)


def _requests(course: CourseRequest, now: datetime) -> list[BookingRequest]:
    """One wish for each visit, by time. Raises `Invalid` for times that cannot be, in words."""
    if not 1 <= len(course.times) <= LONGEST_COURSE:
        raise Invalid(f"A course has 1 to {LONGEST_COURSE} visits.")
    kind = with_needs(course.visit_type)
    check_offered(kind)
    wishes = [
        BookingRequest(
            course.patient,
            kind,
            course.site,
            start,
            clinician,
            course.reason,
            course.course,
            override_reason=course.override_reason,
            seen=course.seen,
            region=course.region,
        )
        for start, clinician in course.times
    ]
    for wish in wishes:
        check_start(wish, now)
    wishes.sort(key=lambda wish: wish.start_at)
    days = [wish.start_at.astimezone(course.site.zone).date() for wish in wishes]
    for day, following in pairwise(days):
        if day == following:
            raise Invalid(f"There are two visits on {day:%a %b %-d}. Choose another day for one.")
    return wishes


def _book_into(
    series: AppointmentSeries,
    wishes: Sequence[BookingRequest],
    first_number: int,
    by: User,
    now: datetime,
) -> list[Appointment]:
    verdicts = ask_rules_for_all(wishes, by=by, now=now)
    leaving = leave_line(wishes, by=by, now=now)
    lock_course(wishes, now=now)
    places = find_places(wishes, now=now)
    with refusals():
        seats = [seat_in(wish, place) for wish, place in zip(wishes, places, strict=True)]
        visits = [
            write_visit(wish, by=by, now=now, seat=seat, belongs=Belongs(series, number))
            for number, (wish, seat) in enumerate(zip(wishes, seats, strict=True), first_number)
        ]
        for visit, wish, place in zip(visits, wishes, places, strict=True):
            take_place(visit, wish, place)
    file_verdicts(zip(visits, verdicts, strict=True), by=by, now=now)
    end_waiting(leaving, visits[0], now=now)
    _bring_all_into_care(visits, places, by, now)
    announce_series(text="booked", series=series, visits=visits, by=by, now=now)
    return visits


def _bring_all_into_care(
    visits: Sequence[Appointment], places: Sequence[Place], by: User, now: datetime
) -> None:
    """Once for each group of people who lead visits, not once for each visit."""
    known: set[object] = set()
    for visit, (seat, chosen) in zip(visits, places, strict=True):
        taken = sorted(pk for resources in chosen.values() for pk in resources)
        leaders = seat.session_id if seat else tuple(taken)
        if leaders not in known:
            known.add(leaders)
            bring_into_care(appointment=visit, by=by, now=now)
