"""Finding a course of visits, adjusting it and booking it whole; adding visits to one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.accounts.guards import SignedInRequest, desk_page
from clinic.accounts.models import User
from clinic.shared.errors import DomainError, Invalid, NotFound
from clinic.shared.forms import checked
from patients.models import Patient
from patients.queries import access_patient, search
from scheduling.actions.errors import PatientBusy, SlotTaken
from scheduling.actions.series import CourseRequest, CourseTime, add_visits, book_series
from scheduling.actions.series_errors import SeriesTaken
from scheduling.domain.course_plan import Course
from scheduling.domain.courses import LONGEST_COURSE
from scheduling.domain.slots import Slot
from scheduling.facts.limits import asks_region
from scheduling.forms.booking import SlotSearchForm
from scheduling.forms.series import ChosenTimesForm, CourseForm, CourseForSomebodyForm
from scheduling.models import AppointmentSeries, Resource, Site, VisitType
from scheduling.pages.courses import days_of, weeks_of
from scheduling.pages.desk.off_list import say_who_left
from scheduling.pages.sites import chosen_site
from scheduling.queries import catalogue
from scheduling.queries.course_visits import visits_to_come
from scheduling.queries.courses import CourseQuestion, propose_course, recheck_course
from scheduling.queries.series import access_series, course_of, usual_clinician
from treatments.actions.limits import NotAllowedByRules
from treatments.queries.authorizations import BookableCourse, bookable_courses

Chosen = Sequence[tuple[datetime, int | None]]
SUGGESTED = {"count": 12, "per_week": 2, "days_apart": 2, "part": "any"}


@dataclass(frozen=True)
class Desk:
    """What the page is about: a person at a site, and maybe the course that gets more visits.

    `courses` are the person's courses of treatment, `chosen` the one whose visits are booked.
    """

    viewer: User
    patient: Patient
    site: Site
    kinds: list[VisitType]
    clinicians: list[Resource]
    series: AppointmentSeries | None
    standing: tuple[date, ...]
    courses: list[BookableCourse]
    chosen: BookableCourse | None
    now: datetime

    @property
    def names(self) -> dict[int, str]:
        """What the clinicians are called."""
        return {person.pk: person.name for person in self.clinicians}


@require_http_methods(["GET", "POST"])
@desk_page("scheduling.book")
def new(request: SignedInRequest) -> HttpResponse:
    """What is wanted; the proposed course; each visit changeable; all of it booked at once."""
    sent = request.POST if request.method == "POST" else request.GET
    if request.method == "GET" and not (sent.get("patient") or sent.get("series")):
        return _find_person(request)
    desk = _desk(request, checked(CourseForSomebodyForm(sent)).cleaned_data)
    asked = sent if "count" in sent else None
    form = _form(request, desk, asked)
    if asked is None or not form.is_valid():
        return _show(request, desk, form, status=422 if form.errors else 200)
    question = _question(desk, form)
    if request.method == "GET":
        return _show(request, desk, form, question)
    settled = checked(ChosenTimesForm(request.POST)).cleaned_data
    if settled["do"] == "show":
        return _show(request, desk, form, question, chosen=settled["visit"])
    try:
        series = _book(request, desk, question, settled["visit"], settled["reason"])
    except (SeriesTaken, SlotTaken, PatientBusy, NotAllowedByRules, Invalid) as refusal:
        return _show(request, desk, form, question, chosen=settled["visit"], refusal=refusal)
    return redirect("desk:series", series.pk)


def _find_person(request: SignedInRequest) -> HttpResponse:
    """Nobody has said for whom: ask."""
    q = checked(SlotSearchForm(request.GET)).cleaned_data["q"]
    people = search(request.user, q, today=timezone.now().date()) if q else []
    template = "scheduling/desk/series_person.html"
    if request.htmx and not request.htmx.boosted:
        template += "#people"
    return render(request, template, {"q": q, "people": people})


def _desk(request: SignedInRequest, wish: dict[str, Any]) -> Desk:
    viewer, now = request.user, timezone.now()
    series = access_series(viewer, wish["series"]) if wish["series"] else None
    if series is not None:
        patient, site, kinds = series.patient, series.site, [series.visit_type]
        view = course_of(viewer, series, now=now)
        standing = tuple(v.start_at.astimezone(site.zone).date() for v in view.standing)
    else:
        patient = access_patient(viewer, wish["patient"], now=now)
        site, kinds = chosen_site(request, wish["site"]), catalogue.visit_types(viewer)
        standing = ()
    today = now.astimezone(site.zone).date()
    courses = bookable_courses(viewer, patient, today=today)
    named = series.course_id if series is not None else wish["course"]
    chosen = next((found for found in courses if found.course.pk == named), None)
    if chosen is None and wish["course"]:
        raise NotFound
    people = catalogue.clinicians(viewer, site)
    return Desk(viewer, patient, site, kinds, people, series, standing, courses, chosen, now)


def _form(
    request: SignedInRequest, desk: Desk, asked: Any, auto_id: str | bool = "id_%s"
) -> CourseForm:
    kinds = [(kind.code, f"{kind.name} ({kind.duration_minutes} min)") for kind in desk.kinds]
    people = [(person.pk, person.name) for person in desk.clinicians]
    today = desk.now.astimezone(desk.site.zone).date()
    suggested = SUGGESTED | {"first_day": today + timedelta(days=1)}
    if desk.series is not None:
        usual = usual_clinician(request.user, desk.series)
        suggested |= {
            "count": 1,
            "per_week": desk.series.per_week,
            "first_day": max([today, *desk.standing]) + timedelta(days=1),
            "clinician": usual.pk if usual else "",
            "weekdays": sorted({day.isoweekday() for day in desk.standing}),
        }
    return CourseForm(
        asked,
        kinds=kinds,
        people=people,
        # Visits that are added are for where the others are for.
        asks_region=desk.series is None and any(asks_region(kind) for kind in desk.kinds),
        initial=suggested,
        auto_id=auto_id,
    )


def _question(desk: Desk, form: CourseForm) -> CourseQuestion:
    code = form.cleaned_data["visit_type"]
    kind = next(kind for kind in desk.kinds if kind.code == code)
    course = desk.chosen.course if desk.chosen else None
    region = desk.series.region if desk.series else form.cleaned_data.get("region", "")
    return CourseQuestion(
        desk.patient.pk, kind, desk.site, form.wish(desk.standing), course, region
    )


def _show(
    request: SignedInRequest,
    desk: Desk,
    form: CourseForm,
    question: CourseQuestion | None = None,
    *,
    chosen: Chosen | None = None,
    refusal: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "patient": desk.patient,
        "series": desk.series,
        "site": desk.site,
        "sites": catalogue.sites(request.user),
        "form": form,
        "refusal": refusal,
        "reason": request.POST.get("reason", "")[:200],
        "course": None,
        "treatments": desk.courses,
        "treatment": desk.chosen,
        "beyond": 0,
    }
    if question is not None:
        context |= _proposed(request, desk, question, chosen)
        # The same wish once more, to be sent along with what is chosen.
        context["kept"] = _form(request, desk, form.data, auto_id=False)
    status = refusal.status if refusal else status
    return render(request, "scheduling/desk/series_new.html", context, status=status)


def _proposed(
    request: SignedInRequest, desk: Desk, question: CourseQuestion, chosen: Chosen | None
) -> dict[str, Any]:
    """The course as it is proposed, or as the person has changed it."""
    if chosen is None:
        proposal = propose_course(request.user, question, now=desk.now)
    else:
        proposal = recheck_course(request.user, question, chosen, now=desk.now)
    course = proposal.course
    return {
        "course": course,
        "beyond": _beyond(desk, [visit.day for visit in course.visits]),
        "weeks": weeks_of(course, proposal.gaps, desk.names, desk.site.zone),
        "shortfall": proposal.shortfall,
        "taken": sum(not visit.is_free for visit in course.visits),
        "one_more": days_of(_one_more(request, desk, question, course), desk.names, desk.site.zone),
    }


def _beyond(desk: Desk, proposed: list[date]) -> int:
    """How many visits more that would be than are authorized for their days and not yet used."""
    if desk.chosen is None:
        return 0
    booked = visits_to_come(desk.viewer, desk.chosen.course, now=desk.now)
    days = [start.astimezone(desk.site.zone).date() for start in booked]
    return desk.chosen.beyond([*days, *proposed])


def _one_more(
    request: SignedInRequest, desk: Desk, question: CourseQuestion, course: Course
) -> list[Slot]:
    """Times for a visit after the last one, as regular as the others."""
    days = [visit.day for visit in course.visits]
    if not days or len(days) >= LONGEST_COURSE:
        return []
    wish = replace(
        question.wish,
        count=1,
        first_day=days[-1] + timedelta(days=1),
        standing=(*desk.standing, *days),
    )
    found = propose_course(request.user, replace(question, wish=wish), now=desk.now).course.visits
    own = [
        Slot(visit.start_at, visit.start_at + question.length, desk.site.pk, visit.clinician_id)
        for visit in found
    ]
    return [*own, *(slot for visit in found for slot in visit.alternatives)]


def _book(
    request: SignedInRequest, desk: Desk, question: CourseQuestion, chosen: Chosen, reason: str
) -> AppointmentSeries:
    """All of it, as a new course or into the one that is there."""
    people = {person.pk: person for person in desk.clinicians}
    if not all(named in people for _start, named in chosen if named):
        raise Invalid("Choose among the clinicians of this site.")
    times: list[CourseTime] = [(start, people[named] if named else None) for start, named in chosen]
    by, now = request.user, desk.now
    if desk.series is not None:
        add_visits(series=desk.series, times=times, by=by, now=now)
        messages.success(request, f"{_visits(len(times))} added to the course of {desk.patient}.")
        return desk.series
    wish = CourseRequest(
        desk.patient,
        question.visit_type,
        desk.site,
        times,
        question.wish.per_week,
        reason,
        desk.chosen.course if desk.chosen else None,
        region=question.region,
    )
    series = book_series(request=wish, by=by, now=now)
    messages.success(request, f"{_visits(len(times))} booked for {desk.patient}.")
    say_who_left(request, desk.patient, now=now)
    return series


def _visits(count: int) -> str:
    return "1 visit is" if count == 1 else f"{count} visits are"
