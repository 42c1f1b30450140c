"""What people answer about their visits without signing in: by a link, or by a text message.

Each link and each text message answers once: its row in `VisitAnswer` is written in the same
transaction as what it did, and its key is unique.
"""

from datetime import datetime, timedelta

from django.utils.translation import gettext_noop as N_

from clinic.shared.actions import action
from clinic.shared.database import constraint_errors
from clinic.shared.errors import Conflict
from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.actions.move import NewPlace, move_appointment
from scheduling.actions.steps import take_step_unasked
from scheduling.actions.unchanged import Check
from scheduling.domain.states import MOVABLE, AppointmentStatus, Step
from scheduling.models import AnswerKind, Appointment, Resource, VisitAnswer
from scheduling.queries.visit_links import VisitLink


class LinkUsed(Conflict):
    """This link, or text message, has answered already."""

    code = "link_used"
    title = "Answered already"


class OtherState(Conflict):
    """The visit is not what the message said any more."""

    code = "other_state"
    title = "This visit has changed"


class TooLate(Conflict):
    """By themselves people cancel and move until some hours before; then they call."""

    code = "too_late"
    title = "Please call us"


def may_change(visit: Appointment, *, now: datetime) -> bool:
    """Whether the clinic's notice allows to cancel or move the visit without a call."""
    return now <= visit.start_at - timedelta(hours=visit.site.cancel_notice_hours)


@action
def confirm_visit(
    *, visit: Appointment, told_start: datetime, key: str, by: None, now: datetime
) -> Appointment:
    """Yes, I come. Who has said so already stays so. Raises `LinkUsed`, `OtherState`."""
    if visit.status == AppointmentStatus.CONFIRMED and visit.start_at == told_start:
        _answer(visit, key, AnswerKind.CONFIRM, now)
        return visit
    check = _as_told(told_start)
    done = take_step_unasked(
        appointment=visit, step=Step.CONFIRM, check=check, note=_NOTE, by=None, now=now
    )
    _answer(done, key, AnswerKind.CONFIRM, now)
    return done


@action
def cancel_visit(
    *, visit: Appointment, told_start: datetime, key: str, by: None, now: datetime
) -> Appointment:
    """No, I cannot come. Raises `TooLate` within the clinic's notice, `LinkUsed`, `OtherState`."""
    _refuse_late(visit, now)
    done = take_step_unasked(
        appointment=visit,
        step=Step.CANCEL,
        check=_as_told(told_start),
        note=_NOTE,
        cancellation_reason="patient",
        by=None,
        now=now,
    )
    _answer(done, key, AnswerKind.CANCEL, now)
    return done


@action
def choose_time(
    *, link: VisitLink, start_at: datetime, clinician: Resource | None, by: None, now: datetime
) -> Appointment:
    """Another time for the visit, or a new visit after a missed one. Limits and rules hold.

    Raises `TooLate`, `LinkUsed`, `OtherState`, and as `book_appointment` does.
    """
    visit = link.appointment
    if link.is_again:
        return _book_again(link, start_at, clinician, now)
    _refuse_late(visit, now)
    moved = move_appointment(
        appointment=visit,
        to=NewPlace(visit.site, start_at, clinician),
        check=_as_told(link.told_start),
        by=None,
        now=now,
    )
    _answer(moved, link.key, AnswerKind.MOVE, now)
    return moved


_NOTE = "answered by the person"


def _book_again(
    link: VisitLink, start_at: datetime, clinician: Resource | None, now: datetime
) -> Appointment:
    missed = link.appointment
    if not link.missed:
        raise OtherState
    request = BookingRequest(
        patient=missed.patient,
        visit_type=missed.visit_type,
        site=missed.site,
        start_at=start_at,
        clinician=clinician,
        reason=missed.reason,
        course=missed.course,
        region=missed.region,
    )
    booked = book_appointment(request=request, by=None, now=now)
    _answer(missed, link.key, AnswerKind.REBOOK, now, booked)
    return booked


def _as_told(told_start: datetime) -> Check:
    """A check that the visit is still to come, at the time that the message said."""

    def check(current: Appointment) -> None:
        if current.status not in MOVABLE or current.start_at != told_start:
            raise OtherState(N_("This visit has changed since we wrote."))

    return check


def _refuse_late(visit: Appointment, now: datetime) -> None:
    if not may_change(visit, now=now):
        raise TooLate(N_("It is too late to change this visit here. Please call us."))


def _answer(
    visit: Appointment,
    key: str,
    answer: AnswerKind,
    now: datetime,
    booked: Appointment | None = None,
) -> None:
    with constraint_errors({"scheduling_visitanswer_key_key": LinkUsed}):
        VisitAnswer.objects.create(
            appointment=visit, new_appointment=booked, key=key, answer=answer, answered_at=now
        )
