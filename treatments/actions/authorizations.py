"""What payers allowed beforehand: written down, and taken back."""

from dataclasses import dataclass
from datetime import date, datetime

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.database import constraint_errors
from clinic.shared.errors import Conflict, Invalid
from patients.actions.standing import lock_record
from patients.models import Patient
from treatments.actions.course_rows import refused
from treatments.domain.course_orders import BadOrder, check_day
from treatments.domain.states import CourseStatus
from treatments.models import CatalogueEntry, PriorAuthorization, Section, TreatmentCourse

MOST_UNITS = 999
_OPEN = [CourseStatus.PLANNED, CourseStatus.ACTIVE, CourseStatus.PAUSED]


@dataclass(frozen=True)
class Authorization:
    """What the payer said: how many units of which treatment, between which days, inclusive.

    Without a `course` it belongs to the one open course of that treatment, if there is just one.
    """

    patient: Patient
    treatment: CatalogueEntry
    payer: str
    number: str
    units: int
    valid_from: date
    valid_until: date
    note: str = ""
    course: TreatmentCourse | None = None


class AuthorizedAlready(Conflict):
    """The number is there already."""

    code = "authorized_already"
    default_sentence = "This number of this payer is recorded already for this treatment."


@action
def record_authorization(*, said: Authorization, by: User, now: datetime) -> PriorAuthorization:
    """Write down what a payer allowed.

    Raises `Invalid` with the field, `AuthorizedAlready`, `NotAllowed`.
    """
    require(by, "treatments.manage_authorizations")
    _check(said, now)
    lock_record(said.patient)
    _refuse_again(said)
    with constraint_errors({"authorization_is_recorded_once": AuthorizedAlready}):
        row = PriorAuthorization.objects.create(
            patient=said.patient,
            treatment=said.treatment,
            course=said.course or _only_course(said),
            payer=said.payer.strip(),
            number=said.number.strip(),
            units=said.units,
            valid_from=said.valid_from,
            valid_until=said.valid_until,
            note=said.note.strip(),
            recorded_by=by,
        )
    return PriorAuthorization.objects.select_related("treatment").get(pk=row.pk)


@action
def revoke_authorization(
    *, authorization: PriorAuthorization, by: User, now: datetime
) -> PriorAuthorization:
    """Say that it holds no more: the payer took it back, or it was entered by mistake.

    Raises `Conflict` if that was said before, `NotAllowed`.
    """
    require(by, "treatments.manage_authorizations")
    current = PriorAuthorization.objects.select_for_update(no_key=True).get(pk=authorization.pk)
    if current.revoked_at is not None:
        raise Conflict("This authorization was withdrawn already.")
    current.revoked_at = now
    current.save(update_fields=["revoked_at"])
    return current


def _refuse_again(said: Authorization) -> None:
    """However large or small somebody types it: a number counts once."""
    rows = PriorAuthorization.objects.filter(treatment=said.treatment)
    if rows.filter(payer__iexact=said.payer.strip(), number__iexact=said.number.strip()).exists():
        raise AuthorizedAlready


def _check(said: Authorization, now: datetime) -> None:
    problems = {
        "payer": (not said.payer.strip(), "Say who pays."),
        "number": (not said.number.strip(), "Give the number that the payer gave."),
        "units": (not 1 <= said.units <= MOST_UNITS, f"1 to {MOST_UNITS} units."),
        "valid_until": (said.valid_until < said.valid_from, "It ends before it begins."),
    }
    for field, (is_wrong, sentence) in problems.items():
        if is_wrong:
            raise refused(BadOrder(field, sentence))
    try:
        for field in ("valid_from", "valid_until"):
            day, born = getattr(said, field), said.patient.birth_date
            check_day(field, day, today=now.date(), born=born)
    except BadOrder as error:
        raise refused(error) from error
    if said.treatment.section != Section.TREATMENT:
        raise Invalid(f"{said.treatment} is not a treatment.")
    course = said.course
    if course is not None and course.patient_id != said.patient.pk:
        raise Invalid("That course is somebody else's.")
    if course is not None and course.treatment_id != said.treatment.pk:
        raise Invalid("That course is of another treatment.")


def _only_course(said: Authorization) -> TreatmentCourse | None:
    courses = TreatmentCourse.objects.filter(
        patient=said.patient, treatment=said.treatment, status__in=_OPEN
    )
    found = list(courses[:2])
    return found[0] if len(found) == 1 else None
