"""What a visit of the calendar is in the record: counted in its course, and what was due closes."""

from datetime import datetime

from clinic.accounts.models import User
from clinic.shared.errors import Invalid
from patients.models import Patient
from scheduling.domain.states import AppointmentStatus
from scheduling.models import Appointment
from treatments.actions.closing_follow_ups import close_by_visit, reopen_after_visit
from treatments.actions.visits import visit_of_appointment
from treatments.models import TreatmentCourse, VisitOutcome

_COUNTED = {
    AppointmentStatus.COMPLETED: VisitOutcome.ATTENDED,
    AppointmentStatus.NO_SHOW: VisitOutcome.MISSED,
}


def count_in_course(
    appointment: Appointment, source: AppointmentStatus, *, by: User | None, now: datetime
) -> None:
    """Write into the course what became of the visit; taken back, it counts no more.

    `source` is where the appointment stood before. Runs in the transaction of the step.
    """
    course, target = appointment.course, AppointmentStatus(appointment.status)
    if course is None or by is None or not {source, target} & set(_COUNTED):
        return
    length = appointment.end_at - appointment.start_at
    visit_of_appointment(
        course=course,
        appointment_id=appointment.pk,
        occurred_at=appointment.start_at,
        on=appointment.start_at.astimezone(appointment.site.zone).date(),
        minutes=int(length.total_seconds()) // 60,
        outcome=_COUNTED.get(target, VisitOutcome.VOIDED),
        by=by,
        now=now,
    )


def settle_follow_ups(
    appointment: Appointment, source: AppointmentStatus, *, by: User | None, now: datetime
) -> None:
    """A completed visit closes what was due with its clinicians; taken back, that is due again.

    `source` is where the appointment stood before. Runs in the transaction of the step.
    """
    target = AppointmentStatus(appointment.status)
    if by is None or AppointmentStatus.COMPLETED not in {source, target}:
        return
    if target != AppointmentStatus.COMPLETED:
        reopen_after_visit(appointment_id=appointment.pk, by=by, now=now)
        return
    places = appointment.places().filter(resource__user__isnull=False)
    close_by_visit(
        patient=appointment.patient,
        clinicians=User.objects.filter(pk__in=places.values("resource__user")),
        appointment_id=appointment.pk,
        on=appointment.start_at.astimezone(appointment.site.zone).date(),
        by=by,
        now=now,
    )


def refuse_another_persons(course: TreatmentCourse | None, patient: Patient) -> None:
    """Raises `Invalid` for a course of treatment that is somebody else's."""
    if course is not None and course.patient_id != patient.pk:
        raise Invalid("That course of treatment is somebody else's.")
