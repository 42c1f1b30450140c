"""What lapses unless somebody does something: found every night, written down once each.

Certified plans of care, progress reports, what payers allowed, old imaging, and drafts nobody
signed. Every kind of lapse names its occasion; what is written for one occasion is written once.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max

from clinic.accounts.models import THE_CLINIC, User
from clinic.accounts.roles import Role
from clinic.shared.actions import action
from treatments.actions.follow_ups import OPEN
from treatments.domain.authorizations import ENDS_SOON, FEW_LEFT
from treatments.domain.states import RUNNING, CourseStatus, FollowUpStatus, RecordStatus
from treatments.domain.therapy import Attended, since_report, standing
from treatments.facts.people import clinic_zone
from treatments.models import (
    Consultation,
    CourseForm,
    DiagnosticReport,
    FollowUp,
    FollowUpKind,
    PriorAuthorization,
    Procedure,
    TreatmentCourse,
    VisitOutcome,
)
from treatments.models.course import TreatmentCourseQuerySet
from treatments.queries.allowances import allowed_to

WARNING = timedelta(days=14)
# A draft is its author's to sign after a day; unsigned after three it is any physician's.
DRAFT_IS_STALE = timedelta(hours=24)
# What the payers' rule about imaging says (clinical rules, esi-evicore-overlay-imaging).
IMAGING_HOLDS = timedelta(days=730)
_DRAFT = "draft"


@action
def find_lapses(*, by: User | None, now: datetime) -> int:
    """Write a follow-up for everything that lapses soon; how many are new. Safe to run again.

    What was done meanwhile (a draft that was signed) closes by itself.
    """
    _close_signed(now)
    today = now.astimezone(clinic_zone()).date()
    found = [
        *_certifications(today, now),
        *_progress_reports(today, now),
        *_authorizations(today, now),
        *_old_imaging(today, now),
        *_drafts(now),
    ]
    known = set(
        FollowUp.objects.filter(occasion__in=[row.occasion for row in found]).values_list(
            "occasion", flat=True
        )
    )
    new = {row.occasion: row for row in found if row.occasion not in known}
    # Two that look at the same time: the constraint lets one of them in.
    FollowUp.objects.bulk_create(new.values(), ignore_conflicts=True)
    return len(new)


def _certifications(today: date, now: datetime) -> Iterator[FollowUp]:
    rows = _therapies().filter(therapy__certified_end_date__lte=today + WARNING)
    # The protocol has written the same step already for most of them.
    asked = FollowUp.objects.filter(
        course__in=rows.values("pk"), step="recertification", status__in=OPEN
    )
    waiting = set(asked.values_list("course", flat=True))
    for course in rows:
        ends = course.therapy.certified_end_date
        if ends is not None and course.pk not in waiting:
            yield _row(
                course.patient_id,
                f"certification:{course.pk}:{ends}",
                f"Certify the plan of care again: it holds until {_shown(ends)}",
                role=Role.THERAPIST,
                due=ends,
                course=course,
                now=now,
            )


def _progress_reports(today: date, now: datetime) -> Iterator[FollowUp]:
    zone = clinic_zone()
    for course in _therapies().prefetch_related("visits"):
        visits = [
            (visit.occurred_at.astimezone(zone).date(), visit.is_progress_report)
            for visit in course.visits.all()
            if visit.outcome == VisitOutcome.ATTENDED
        ]
        attended = [Attended(day, is_report) for day, is_report in visits]
        stands = standing(
            attended,
            planned=course.therapy.visits_planned,
            authorized=None,
            certified_until=None,
        )
        if stands.report_is_due:
            last = max((day for day, is_report in visits if is_report), default=course.start_date)
            yield _row(
                course.patient_id,
                f"progress-report:{course.pk}:{last}",
                f"Progress report: {since_report(attended)} treatment days since the last one",
                role=Role.THERAPIST,
                due=today,
                course=course,
                now=now,
            )


def _authorizations(today: date, now: datetime) -> Iterator[FollowUp]:
    """Those that end soon or are almost used up, of people whose treatment goes on."""
    running = TreatmentCourse.objects.filter(status__in=[*RUNNING, CourseStatus.PLANNED])
    people = set(
        PriorAuthorization.objects.filter(
            revoked_at__isnull=True,
            valid_until__gte=today,
            valid_from__lte=today,
            patient__in=running.values("patient"),
        ).values_list("patient", flat=True)
    )
    for one in allowed_to(THE_CLINIC, people):
        told = one.allowance
        if not told.counts_on(today):
            continue
        if told.valid_until - today <= ENDS_SOON:
            yield _authorization(
                one.patient_id,
                f"authorization:{one.grant.key}:until:{told.valid_until}",
                f"An authorization ends on {_shown(told.valid_until)}: ask for another",
                told.valid_until,
                now,
            )
        if told.left <= FEW_LEFT:
            yield _authorization(
                one.patient_id,
                f"authorization:{one.grant.key}:units:{told.units}",
                "An authorization is almost used up: ask for another",
                min(told.valid_until, today + WARNING),
                now,
            )


def _authorization(
    patient_id: UUID, occasion: str, title: str, due: date, now: datetime
) -> FollowUp:
    return _row(patient_id, occasion, title, role=Role.FRONT_DESK, due=due, now=now)


def _old_imaging(today: date, now: datetime) -> Iterator[FollowUp]:
    """Courses of procedures that rest on pictures older than payers take."""
    courses = TreatmentCourse.objects.filter(
        form=CourseForm.PROCEDURAL, status__in=[*RUNNING, CourseStatus.PLANNED]
    ).select_related("treatment")
    pictures = DiagnosticReport.objects.filter(
        patient__in=courses.values("patient"), order__diagnostic__kind="imaging"
    )
    newest = dict(
        pictures.order_by()
        .values("patient")
        .annotate(on=Max("effective_date"))
        .values_list("patient", "on")
    )
    for course in courses:
        taken = newest.get(course.patient_id)
        if taken is not None and taken < today - IMAGING_HOLDS:
            yield _row(
                course.patient_id,
                f"imaging:{course.pk}:{taken}",
                f"The newest imaging is of {_shown(taken)}, older than 24 months",
                role=Role.PHYSICIAN,
                kind=FollowUpKind.IMAGING,
                due=today + WARNING,
                course=course,
                now=now,
            )


def _drafts(now: datetime) -> Iterator[FollowUp]:
    """Documents that their author has not signed for a day; three days on they are anybody's."""
    for name, rows in _documents():
        stale = rows.filter(record_status=RecordStatus.DRAFT, drafted_at__lte=now - DRAFT_IS_STALE)
        for draft in stale.exclude(drafted_by=None).select_related("drafted_by"):
            author = draft.drafted_by
            begun = draft.drafted_at.astimezone(clinic_zone()).date()
            row = _row(
                draft.patient_id,
                f"{_DRAFT}:{name}:{draft.pk}",
                f"Sign the {name} that was begun on {_shown(begun)}",
                role=Role(author.role),
                due=begun,
                now=now,
            )
            row.owner = author
            row.earliest_at = row.due_at = draft.drafted_at + DRAFT_IS_STALE
            yield row


def _close_signed(now: datetime) -> None:
    """A draft that was signed or thrown away is nobody's task any more."""
    rows = FollowUp.objects.filter(status__in=OPEN, occasion__startswith=f"{_DRAFT}:")
    open_rows = {row.occasion: row.pk for row in rows}
    for name, documents in _documents():
        prefix = f"{_DRAFT}:{name}:"
        keys = [key.removeprefix(prefix) for key in open_rows if key.startswith(prefix)]
        drafts = documents.filter(pk__in=keys, record_status=RecordStatus.DRAFT)
        still = {str(pk) for pk in drafts.values_list("pk", flat=True)}
        done = [open_rows[prefix + key] for key in keys if key not in still]
        FollowUp.objects.filter(pk__in=done).update(
            status=FollowUpStatus.COMPLETED, closed_at=now, result="It is no draft any more."
        )


def _documents() -> Iterable[tuple[str, Any]]:
    return [("consultation", Consultation.objects.all()), ("procedure", Procedure.objects.all())]


def _therapies() -> TreatmentCourseQuerySet:
    return TreatmentCourse.objects.running().filter(form=CourseForm.THERAPY).with_details()


def _row(
    patient_id: UUID,
    occasion: str,
    title: str,
    *,
    role: Role,
    due: date,
    kind: FollowUpKind = FollowUpKind.PAPERWORK,
    course: TreatmentCourse | None = None,
    now: datetime,
) -> FollowUp:
    # Noon in UTC is the same day in every place with a clinic.
    due_at = datetime.combine(due, time(12), UTC)
    return FollowUp(
        patient_id=patient_id,
        kind=kind,
        title=title,
        owner_role=role,
        earliest_at=min(now, due_at),
        due_at=due_at,
        course=course,
        occasion=occasion,
        created_at=now,
    )


def _shown(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"
