"""A course with what is counted about it, for pages and lists."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from clinic.accounts.models import Viewer
from treatments.domain.amounts import Amount, Unit, shortest
from treatments.domain.authorizations import Allowance
from treatments.domain.courses import how_often
from treatments.domain.dosing import Regimen
from treatments.domain.states import COURSE_REASONS, COURSE_STEPS, COURSE_WORDS, CourseStatus
from treatments.domain.therapy import Attended, Standing, standing
from treatments.models import (
    CourseEvent,
    CourseForm,
    Procedure,
    ProcedureStatus,
    SelfCareCheck,
    TherapyVisit,
    TreatmentCourse,
    VisitOutcome,
)
from treatments.queries.allowances import allowed_to


@dataclass(frozen=True)
class CourseStep:
    """A step that may be taken now, and what it is called."""

    to: CourseStatus
    word: str
    needs_reason: bool


@dataclass
class CourseView:
    """A course with what was counted: visits of a therapy, procedures, weeks of self-care."""

    course: TreatmentCourse
    today: date
    visits: list[TherapyVisit] = field(default_factory=list)
    checks: list[SelfCareCheck] = field(default_factory=list)
    procedures: list[Procedure] = field(default_factory=list)
    allowances: list[Allowance] = field(default_factory=list)

    @property
    def standing(self) -> Standing:
        """How many visits are used and left, and what is due. Only for a therapy."""
        zone = timezone.get_current_timezone()
        attended = [
            Attended(visit.occurred_at.astimezone(zone).date(), visit.is_progress_report)
            for visit in self.visits
            if visit.outcome == VisitOutcome.ATTENDED
        ]
        detail = self.course.therapy
        told, spent = detail.visits_authorized, None
        if self.allowances:
            # What payers allowed goes before what was written in the course.
            valid = [one for one in self.allowances if one.counts_on(self.today)]
            told, spent = sum(one.units for one in valid), sum(one.used for one in valid)
        return standing(
            attended,
            planned=detail.visits_planned,
            authorized=told,
            spent=spent,
            certified_until=detail.certified_end_date,
        )

    @property
    def regimen(self) -> Regimen:
        """The prescription to reckon with. Only for a medication."""
        detail = self.course.medication
        return Regimen(
            Amount(detail.strength, Unit(detail.strength_unit)),
            Amount(detail.dose, Unit(detail.dose_unit)),
            detail.doses_per_day,
            detail.quantity,
            detail.refills,
        )

    @property
    def drug_line(self) -> str:
        """A medication in one line: drug, dose, route, how often."""
        detail = self.course.medication
        dose = Amount(detail.dose, Unit(detail.dose_unit))
        often = how_often(detail.doses_per_day)
        line = f"{detail.drug} {dose} {detail.route.replace('_', ' ')}, {often}"
        return f"{line}, as needed" if detail.is_as_needed else line

    @property
    def following(self) -> TreatmentCourse | None:
        """The course that took the place of this one, if one did."""
        return getattr(self.course, "followed_by", None)

    @property
    def facts(self) -> list[tuple[str, Any]]:
        """What else the course says, by what it is called; without what is empty."""
        course = self.course
        told = [
            *_FACTS[course.form](self),
            ("Goal", course.goal),
            ("Instructions", course.instructions),
            ("First day", _day(course.start_date)),
            ("Last day", _day(course.end_date)),
            ("Why", course.status_reason),
        ]
        return [(label, value) for label, value in told if value not in {"", None}]

    @property
    def supply_ends(self) -> date | None:
        """The last day for which enough was handed out, refills included."""
        start = self.course.start_date
        return self.regimen.last_day(start) if start else None

    @property
    def adherence(self) -> int | None:
        """Self-care: percent of what was meant, over all weeks that were asked about."""
        if not self.checks:
            return None
        meant = self.course.self_care.times_per_week * len(self.checks)
        return min(100, round(100 * sum(check.times_done for check in self.checks) / meant))

    @property
    def procedures_done(self) -> int:
        """How many of its procedures were completed; one that was stopped is none of them."""
        unfinished = {ProcedureStatus.STOPPED, ProcedureStatus.NOT_DONE}
        return sum(row.status not in unfinished for row in self.procedures)

    @property
    def certification_days(self) -> int | None:
        """For how many days the certified plan still holds; negative if it has run out."""
        return self.standing.certification_in(self.today)

    @property
    def must_certify(self) -> bool:
        """Whether the plan has run out or is about to."""
        return self.standing.certification_ends_soon(self.today)

    @property
    def steps(self) -> list[CourseStep]:
        """What may be done next, in the order of the states."""
        status = CourseStatus(self.course.status)
        return [
            CourseStep(to, _word(status, to), to in COURSE_REASONS)
            for to in CourseStatus
            if to in COURSE_STEPS[status]
        ]


def _word(status: CourseStatus, to: CourseStatus) -> str:
    return "Resume" if status == CourseStatus.PAUSED and to == "active" else COURSE_WORDS[to]


def _of_medication(view: CourseView) -> list[tuple[str, Any]]:
    detail, regimen = view.course.medication, view.regimen
    quantity = ""
    if detail.quantity:
        quantity = f"{shortest(detail.quantity)}, {detail.refills} refills"
    return [
        ("Each time", regimen.each_time),
        ("Quantity", quantity),
        ("Enough until", _day(view.supply_ends)),
        ("Prescriber", detail.prescriber.name if detail.prescriber else ""),
        ("Sold", "Without a prescription" if detail.is_over_the_counter else ""),
        ("Above the maximum because", detail.over_maximum_reason),
    ]


def _of_therapy(view: CourseView) -> list[tuple[str, Any]]:
    detail = view.course.therapy
    return [
        ("Discipline", detail.discipline.replace("_", " ").capitalize()),
        ("Visits a week", shortest(detail.visits_per_week)),
        ("Certified from", _day(detail.certified_start_date)),
        ("Certified until", _day(detail.certified_end_date)),
        ("Certified by", detail.certified_by),
        ("Order from elsewhere", _day(detail.outside_order_date)),
        ("Plan sent", _day(detail.plan_sent_date)),
        ("Home exercises", detail.home_exercises),
    ]


def _of_procedures(view: CourseView) -> list[tuple[str, Any]]:
    detail = view.course.procedural
    return [
        ("Region", detail.get_region_display()),
        ("Levels", ", ".join(detail.levels)),
        ("Side", detail.get_laterality_display()),
        ("Approach", detail.approach.replace("_", " ").capitalize()),
        ("Planned", detail.planned_procedures),
    ]


def _of_self_care(view: CourseView) -> list[tuple[str, Any]]:
    detail = view.course.self_care
    done = "" if view.adherence is None else f"{view.adherence}% of what was meant"
    return [
        ("Times a week", detail.times_per_week),
        ("Minutes each time", detail.minutes_per_time),
        ("Done", done),
    ]


def _of_referral(view: CourseView) -> list[tuple[str, Any]]:
    detail = view.course.referral
    return [
        ("To", detail.referred_to),
        ("Specialty", detail.specialty),
        ("Urgent", "Yes" if detail.is_urgent else ""),
        ("Levels", ", ".join(detail.levels)),
        ("Done on", _day(detail.performed_date)),
        ("Result", detail.result),
    ]


_FACTS: Mapping[str, Callable[[CourseView], list[tuple[str, Any]]]] = {
    CourseForm.MEDICATION: _of_medication,
    CourseForm.THERAPY: _of_therapy,
    CourseForm.PROCEDURAL: _of_procedures,
    CourseForm.SELF_CARE: _of_self_care,
    CourseForm.REFERRAL: _of_referral,
}


def _day(day: date | None) -> str:
    return f"{day:%b %-d, %Y}" if day else ""


def counted_rows(viewer: Viewer, rows: "QuerySet[TreatmentCourse]") -> Any:
    """The rows with everything `as_views` needs, in as many queries for one as for all.

    Whoever asks has looked at what the viewer may see.
    """
    procedures = Procedure.objects.counted().order_by("-performed_at", "-pk")
    return rows.select_related(
        "treatment",
        "ordered_by",
        "medication__drug",
        "medication__prescriber",
        "therapy",
        "procedural",
        "self_care",
        "referral",
        "patient",
        "follows",
        "followed_by",
    ).prefetch_related(
        Prefetch("visits", TherapyVisit.objects.select_related("recorded_by")),
        Prefetch("procedures", procedures),
        Prefetch("checks", SelfCareCheck.objects.select_related("recorded_by")),
        Prefetch("events", CourseEvent.objects.select_related("by")),
    )


def plain_rows(viewer: Viewer, rows: "QuerySet[TreatmentCourse]") -> Any:
    """The rows with what their person is shown: what was counted, and not who wrote it down.

    Whoever asks has looked at what the viewer may see.
    """
    procedures = Procedure.objects.counted().only("status", "course_id")
    return rows.select_related(
        "treatment", "therapy", "procedural", "self_care", "referral"
    ).prefetch_related("visits", Prefetch("procedures", procedures), "checks")


def as_views(viewer: Viewer, rows: Any, *, today: date) -> list[CourseView]:
    """Rows of `counted_rows` or `plain_rows` as views, with what payers allowed their therapies."""
    rows = list(rows)
    therapies = {row.patient_id for row in rows if row.form == CourseForm.THERAPY}
    allowed = allowed_to(viewer, therapies) if therapies else []
    return [
        CourseView(
            row,
            today,
            visits=list(row.visits.all()),
            checks=list(row.checks.all()),
            procedures=list(row.procedures.all()),
            allowances=[one.allowance for one in allowed if one.is_for(row)],
        )
        for row in rows
    ]
