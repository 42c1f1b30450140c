"""A course with what is counted about it, for pages and lists."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from clinic.accounts.models import Viewer
from treatments.domain.amounts import Amount, Unit
from treatments.domain.dosing import Regimen, shown
from treatments.domain.states import COURSE_REASONS, COURSE_STEPS, COURSE_WORDS, CourseStatus
from treatments.domain.therapy import Attended, Standing, standing
from treatments.models import (
    CourseEvent,
    PriorAuthorization,
    Procedure,
    SelfCareCheck,
    TherapyVisit,
    TreatmentCourse,
    VisitOutcome,
)


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
    authorizations: list[PriorAuthorization] = field(default_factory=list)

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
        granted = [row.units for row in self.authorizations if row.revoked_at is None]
        return standing(
            attended,
            planned=detail.visits_planned,
            # What payers allowed goes before what was written in the course.
            authorized=sum(granted) if granted else detail.visits_authorized,
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
    def units_at_once(self) -> str:
        """How many tablets make one intake."""
        return shown(self.regimen.units_at_once)

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
        "authorizations",
    )


def as_views(viewer: Viewer, rows: Any, *, today: date) -> list[CourseView]:
    """Rows of `counted_rows` as views; asks the database nothing more."""
    return [
        CourseView(
            row,
            today,
            visits=list(row.visits.all()),
            checks=list(row.checks.all()),
            procedures=list(row.procedures.all()),
            authorizations=list(row.authorizations.all()),
        )
        for row in rows
    ]
