"""What payers allowed, how much of it is used, and which courses the desk may book visits for.

The desk sees the plain name of a treatment, which it needs on the phone with a payer, and counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from clinic.shared.paging import Pager
from patients.models import Patient
from patients.queries.people import access_patient
from treatments.domain.authorizations import WORDS, Allowance, AuthorizationState, uncovered
from treatments.domain.states import RUNNING, CourseStatus
from treatments.models import (
    CatalogueEntry,
    CourseForm,
    PriorAuthorization,
    Section,
    TreatmentCourse,
)
from treatments.queries.allowances import allowed_to
from treatments.queries.course_views import as_views, counted_rows

# What is paid for by the piece, and so authorized by it.
_AUTHORIZED = frozenset({CourseForm.THERAPY.value, CourseForm.PROCEDURAL.value, "referral"})


@dataclass(frozen=True)
class AuthorizationView:
    """An authorization and what is left of it."""

    row: PriorAuthorization
    allowance: Allowance
    today: date

    @property
    def state(self) -> AuthorizationState:
        """Whether it can be relied on."""
        return self.allowance.state(self.today)

    @property
    def word(self) -> str:
        """The state in words."""
        return WORDS[self.state]

    @property
    def tone(self) -> str:
        """How urgent the state looks."""
        state = self.state
        if state == AuthorizationState.VALID:
            return "ok"
        soon = {AuthorizationState.ENDS_SOON, AuthorizationState.FEW_LEFT}
        if state in soon:
            return "warn"
        gone = {AuthorizationState.USED_UP, AuthorizationState.EXPIRED}
        return "bad" if state in gone else "neutral"


@dataclass(frozen=True)
class BookableCourse:
    """A course whose visits are booked: its plain name and how many visits are left of how many.

    `left` and `of` are None if nobody said how many are authorized. `allowances` is what payers
    said; without them the course's own number holds on every day.
    """

    course: TreatmentCourse
    left: int | None
    of: int | None
    allowances: tuple[Allowance, ...] = ()

    def beyond(self, days: Iterable[date]) -> int:
        """How many of the visits on these days are authorized by nothing that is left."""
        if self.allowances:
            return uncovered(self.allowances, days)
        return 0 if self.left is None else max(0, len(list(days)) - self.left)

    @property
    def words(self) -> str:
        """For a list of choices: "Physical therapy, 4 of 12 visits left"."""
        name = self.course.treatment.name
        if self.left is None:
            return name
        return f"{name}, {self.left} of {self.of} visits left"


def authorizations_of(
    viewer: Viewer, patient: Patient, *, today: date, now: datetime
) -> list[AuthorizationView]:
    """Everything that payers allowed for a person, the latest end first.

    Raises `NotAllowed`, and `NotFound` as `access_patient` does.
    """
    require(viewer, "treatments.manage_authorizations")
    access_patient(viewer, patient.pk, to_reach=False, now=now)
    rows = PriorAuthorization.objects.filter(patient=patient)
    return _views(viewer, list(rows.select_related("treatment", "recorded_by")), today)


def list_authorizations(
    viewer: Viewer, patient_id: UUID, page: Pager, *, today: date, now: datetime
) -> list[AuthorizationView]:
    """One page of what payers allowed for a person. Raises as `authorizations_of` does."""
    require(viewer, "treatments.manage_authorizations")
    patient = access_patient(viewer, patient_id, to_reach=False, now=now)
    rows = PriorAuthorization.objects.filter(patient=patient)
    record_read(viewer, "authorizations", [patient.pk], kind=ReadKind.LIST)
    return _views(viewer, page(rows.select_related("treatment", "recorded_by")), today)


def access_authorization(
    viewer: Viewer, authorization_id: UUID, *, today: date, now: datetime
) -> AuthorizationView:
    """One authorization. Raises `NotFound`, `NotAllowed`."""
    require(viewer, "treatments.manage_authorizations")
    rows = PriorAuthorization.objects.select_related("treatment", "recorded_by", "patient")
    row = rows.filter(pk=authorization_id).first()
    if row is None:
        raise NotFound
    access_patient(viewer, row.patient_id, to_reach=False, now=now)
    return _views(viewer, [row], today)[0]


def treatments_to_authorize(viewer: Viewer) -> list[CatalogueEntry]:
    """The treatments that payers allow by the piece, by name. Raises `NotAllowed`."""
    require(viewer, "treatments.manage_authorizations")
    entries = CatalogueEntry.objects.offered(Section.TREATMENT).order_by("name")
    return [entry for entry in entries if entry.details.get("form") in _AUTHORIZED]


def bookable_courses(viewer: Viewer, patient: Patient, *, today: date) -> list[BookableCourse]:
    """The open courses of a person that consist of visits, newest first.

    For who books: the name of the treatment and counts, nothing else. Raises `NotAllowed`.
    """
    require(viewer, "treatments.manage_authorizations")
    rows = TreatmentCourse.objects.filter(
        patient=patient, form=CourseForm.THERAPY, status__in=[CourseStatus.PLANNED, *RUNNING]
    )
    views = as_views(viewer, counted_rows(viewer, rows), today=today)
    record_read(viewer, "names of courses", [patient.pk])
    return [
        BookableCourse(view.course, where.left, where.authorized, tuple(view.allowances))
        for view in views
        for where in [view.standing]
    ]


def access_bookable(
    viewer: Viewer, patient: Patient, course_id: UUID, *, today: date
) -> BookableCourse:
    """One of them. Raises `NotFound`, `NotAllowed`."""
    for found in bookable_courses(viewer, patient, today=today):
        if found.course.pk == course_id:
            return found
    raise NotFound


def _views(viewer: Viewer, rows: list[PriorAuthorization], today: date) -> list[AuthorizationView]:
    allowed = allowed_to(viewer, {row.patient_id for row in rows})
    told = {one.grant.key: one.allowance for one in allowed}
    return [AuthorizationView(row, told.get(row.pk) or _withdrawn(row), today) for row in rows]


def _withdrawn(row: PriorAuthorization) -> Allowance:
    return Allowance(row.units, 0, row.valid_from, row.valid_until, is_revoked=True)
