"""Writing one person's record as it would have been written at the time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from zoneinfo import ZoneInfo

from clinic.accounts.models import User
from patients.models import Patient
from treatments.actions.adverse_events import Harm, record_adverse_event
from treatments.actions.consultations import (
    begin_consultation,
    save_consultation,
    sign_consultation,
)
from treatments.actions.course_orders import CourseOrder
from treatments.actions.course_steps import take_course_step
from treatments.actions.courses import order_course
from treatments.actions.diagnoses import DiagnosisWish, write_diagnosis
from treatments.actions.follow_up_work import FollowUpResult, close_follow_up
from treatments.actions.follow_ups import OPEN
from treatments.actions.orders import Findings, OrderWish, enter_report, order_test, review_report
from treatments.actions.outcomes import Answered, record_diary, record_responses
from treatments.actions.procedures import sign_procedure, start_procedure
from treatments.actions.visits import Visit, record_visit
from treatments.domain.course_orders import Detail
from treatments.domain.outcomes import DIARY_HOURS
from treatments.domain.procedures import Content
from treatments.domain.states import CourseStatus
from treatments.models import (
    CatalogueEntry,
    Consultation,
    ConsultationKind,
    DiagnosisCode,
    FollowUp,
    Instrument,
    Occasion,
    Procedure,
    Respondent,
    TreatmentCourse,
)

# What is ticked before every procedure.
CHECKED: Mapping[str, object] = {
    "consent": True,
    "time_out": True,
    "allergies_reviewed": True,
    "anticoagulant": "none",
    "infection": "no",
    "driver": "yes",
    "images_saved": True,
}


@dataclass(frozen=True)
class Staff:
    """Who writes the record."""

    physician: User
    nurse: User
    therapist: User


@dataclass(frozen=True)
class Told:
    """What a consultation says: its reason, what was found, what is to be done.

    `diagnoses` are pairs of a code and words; without the code the words are enough. `pieces` are
    further pieces of `treatments.domain.consultation`.
    """

    reason: str
    assessment: str
    plan: str
    diagnoses: Sequence[tuple[str, str]] = ()
    pieces: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Teller:
    """Tells one person's story; everything happens so many days before `now`, by day in `zone`."""

    patient: Patient
    staff: Staff
    zone: ZoneInfo
    now: datetime

    def day(self, ago: int) -> date:
        """The day so many days ago."""
        return (self.now.astimezone(self.zone) - timedelta(days=ago)).date()

    def at(self, ago: int, hour: int = 10) -> datetime:
        """An hour of that day, and never one that is still to come."""
        return min(datetime.combine(self.day(ago), time(hour), self.zone), self.now)

    def consult(self, ago: int, told: Told) -> Consultation:
        """A consultation, written and signed."""
        by, now = self.staff.physician, self.at(ago)
        known = Consultation.objects.filter(patient=self.patient).exists()
        kind = ConsultationKind.FOLLOW_UP if known else ConsultationKind.NEW
        draft = begin_consultation(patient=self.patient, kind=kind, occurred_at=now, by=by, now=now)
        pieces = {
            "text-reason": told.reason,
            "text-assessment": told.assessment,
            "text-plan": told.plan,
            **(told.pieces or {}),
        }
        save_consultation(
            consultation=draft, pieces=pieces, revision=draft.revision, by=by, now=now
        )
        for code, text in told.diagnoses:
            found = DiagnosisCode.objects.filter(code=code, is_billable=True).first()
            taken_over = draft.diagnoses.filter(code=found, text=text).exists()
            if not taken_over:
                wish = DiagnosisWish(code=found, text=text)
                write_diagnosis(consultation=draft, wish=wish, by=by, now=now)
        return sign_consultation(consultation=draft, by=by, now=self.at(ago, 11))

    def order(
        self, ago: int, treatment: str, detail: Detail, *, goal: str = "", by: User | None = None
    ) -> TreatmentCourse:
        """A course that begins on that day."""
        order = CourseOrder(
            self.patient, _entry(treatment), detail, goal=goal, start_date=self.day(ago)
        )
        return order_course(
            order=order, today=self.day(ago), by=by or self.staff.physician, now=self.at(ago)
        )

    def end(self, ago: int, course: TreatmentCourse, to: CourseStatus, reason: str = "") -> None:
        """A course completed or stopped on that day."""
        take_course_step(
            course=course,
            to=to,
            on=self.day(ago),
            today=self.day(ago),
            reason=reason,
            by=self.staff.physician,
            now=self.at(ago, 12),
        )

    def visit(self, course: TreatmentCourse, *days: int) -> None:
        """Visits of a course of therapy."""
        for ago in days:
            visit = Visit(occurred_at=self.at(ago, 9), minutes=45)
            record_visit(course=course, visit=visit, by=self.staff.therapist, now=self.at(ago))

    def score(
        self,
        ago: int,
        pain: int,
        peg: tuple[int, int, int],
        *,
        after: Procedure | None = None,
        again: bool | None = None,
    ) -> None:
        """Pain and function as the person says they are."""
        occasion = Occasion.FOLLOW_UP if after else Occasion.ROUTINE
        answers = {
            "nrs-average": {"pain": pain},
            "peg": dict(zip(("pain", "enjoyment", "activity"), peg, strict=True)),
        }
        told = [
            Answered(
                _instrument(key),
                answer,
                self.at(ago, 8),
                Respondent.PATIENT,
                occasion=occasion,
                procedure=after,
                wants_again=again,
            )
            for key, answer in answers.items()
        ]
        record_responses(
            patient=self.patient, answered=told, by=self.staff.nurse, now=self.at(ago, 9)
        )

    def perform(
        self,
        ago: int,
        treatment: str,
        content: Content,
        reasons: Mapping[str, str] = MappingProxyType({}),
    ) -> Procedure:
        """A procedure, written and signed on its day; `reasons` answer what the rules ask for."""
        by, now = self.staff.physician, self.at(ago, 13)
        draft = start_procedure(
            patient=self.patient,
            treatment=_entry(treatment),
            performer=by,
            content=content,
            by=by,
            now=now,
        )
        return sign_procedure(procedure=draft, reasons=reasons, by=by, now=now)

    def keep_diary(self, block: Procedure, before: int, *pains: int) -> None:
        """The hours after a diagnostic block."""
        assert block.performed_at is not None, "It was performed just now."
        entries: dict[Decimal, int | None] = dict(zip(DIARY_HOURS, pains, strict=True))
        record_diary(
            procedure=block,
            instrument=_instrument("block-diary"),
            before=before,
            entries=entries,
            by=self.staff.nurse,
            now=block.performed_at + timedelta(days=1),
        )

    def harm(self, ago: int, harm: Harm) -> None:
        """Something bad that happened."""
        record_adverse_event(
            patient=self.patient,
            harm=harm,
            today=self.day(ago),
            by=self.staff.nurse,
            now=self.at(ago, 15),
        )

    def test(self, ago: int, wish: OrderWish, findings: Findings) -> None:
        """A test that was ordered, came back and was looked at."""
        by = self.staff.physician
        order = order_test(patient=self.patient, wish=wish, by=by, now=self.at(ago))
        report = enter_report(
            order=order, findings=findings, by=self.staff.nurse, now=self.at(ago - 3)
        )
        review_report(report=report, by=by, now=self.at(ago - 3, 16))

    def close_what_was_due(self, until: int) -> None:
        """What the nurses would have done by then; the rest is still open."""
        rows = FollowUp.objects.filter(patient=self.patient, status__in=OPEN)
        for row in rows.filter(due_at__lt=self.at(until)):
            close_follow_up(
                follow_up=row, result=FollowUpResult.DONE, by=self.staff.nurse, now=row.due_at
            )


def _entry(key: str) -> CatalogueEntry:
    return CatalogueEntry.objects.get(pk=key)


def _instrument(key: str) -> Instrument:
    return Instrument.objects.get(key=key, retired_at__isnull=True)
